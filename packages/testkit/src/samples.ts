import type { Batch, MonitorEvent, NotifierHost, SendContext } from "@datasync-monitor/core";
import { fakeClock } from "./clock.ts";

const freeze = <T>(value: T): T => {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) freeze(part);
  }
  return value;
};

const guideEvent: MonitorEvent = {
  id: "0198f560-8440-7000-8000-000000000001",
  timestamp: "2025-08-29T10:30:00.000Z",
  event_type: "sync_success",
  level: "info",
  service: "datasync",
  message: "数据同步完成: 1000条记录",
  details: { duration: 30.5, tables: ["coin_data", "indicator_data"] },
  metrics: { records_synced: 1000, duration_seconds: 30.5, success_rate: 1 },
};

/**
 * A successful sync, frozen to the bottom as core hands it out. Always the same id and time, so that
 * a rendered payload can be compared to the letter; what is overridden is copied, not frozen in place.
 */
export const sampleEvent = (overrides: Partial<MonitorEvent> = {}): MonitorEvent =>
  freeze(structuredClone({ ...guideEvent, ...overrides }));

/** A frozen batch of `size` events that differ in id and message: `"event 1"`, `"event 2"`, …. */
export const sampleBatch = (size: number, overrides: Partial<MonitorEvent> = {}): Batch => {
  const at = (index: number): MonitorEvent =>
    sampleEvent({
      message: `event ${index}`,
      ...overrides,
      id: guideEvent.id.slice(0, -6) + String(index).padStart(6, "0"),
    });
  const rest = Array.from({ length: Math.max(0, size - 1) }, (_, index) => at(index + 2));
  return Object.freeze<Batch>([at(1), ...rest]);
};

const onAbortOf =
  (signal: AbortSignal): NonNullable<SendContext["onAbort"]> =>
  (listener) => {
    const tell = (): void => listener();
    if (signal.aborted) tell();
    else signal.addEventListener("abort", tell, { once: true });
    return () => signal.removeEventListener("abort", tell);
  };

/** The first attempt at a batch of one, with a signal that never aborts. `onAbort` follows the signal. */
export const sendContext = ({
  signal = new AbortController().signal,
  ...overrides
}: Partial<SendContext> = {}): SendContext => ({
  signal,
  onAbort: onAbortOf(signal),
  idempotencyKey: guideEvent.id,
  attempt: 1,
  resume: null,
  ...overrides,
});

const notGiven = (name: string) => (): never => {
  throw new Error(`This host has no \`${name}\`: pass notifierHost() one.`);
};

/** What `attach()` is called with: English, UTC, and a clock of its own. `observe` and `stats` throw unless they are given. */
export const notifierHost = (overrides: Partial<NotifierHost> = {}): NotifierHost => ({
  service: guideEvent.service,
  locale: "en",
  timeZone: "UTC",
  clock: fakeClock(),
  observe: notGiven("observe"),
  stats: notGiven("stats"),
  ...overrides,
});
