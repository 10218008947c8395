import { fakeClock } from "@datasync-monitor/testkit";
import type { MonitorEvent } from "../../src/event.ts";
import type { MonitorStats, ReceiverStats } from "../../src/stats.ts";
import { comprehensiveStatus, type StatusSources } from "../../src/status.ts";
import { type MemoryStore, memoryStore } from "../../src/store/memory.ts";
import { eventAt, hour, iso, minute } from "./store-kit.ts";

export const day = 24 * hour;
export const now = Date.UTC(2025, 7, 29, 12, 34, 56, 789);

/** An event of a type, so long before now. */
export interface Said extends Partial<MonitorEvent> {
  readonly event_type: string;
  readonly ago: number;
}

/** A store that began so long ago and was told these events, in this order. */
export const storeOf = (said: readonly Said[], began = 40 * day): MemoryStore => {
  const clock = fakeClock(now - began);
  const store = memoryStore({ clock });
  clock.step(began);
  const accepted = said.map(({ ago, ...event }, n) => ({
    event: eventAt(n, now - ago, event),
    receivers: [],
  }));
  store.commit({ now, leaseMs: minute, accepted, outcomes: [] });
  return store;
};

/**
 * Runs of an operation within the last `span`, and some before it: 9 starts, 4 successes, 2 failures,
 * of 10 to 60 seconds, that reported 100, 200, 300, 400 and 25 records.
 */
export const runsOf = (operation: string, records: string, span: number): Said[] => {
  const at = (share: number) => Math.round(span * share);
  const success = (share: number, seconds: number, count: number): Said => ({
    event_type: `${operation}_success`,
    ago: at(share),
    metrics: { duration_seconds: seconds, [records]: count },
  });
  return [
    ...[1.5, 1.2, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1].map((share) => ({
      event_type: `${operation}_start`,
      ago: at(share),
      metrics: { duration_seconds: 9_999, [records]: 9_999 },
    })),
    success(1.2, 5_000, 5_000),
    success(0.85, 10, 100),
    success(0.15, 40, 400),
    success(0.75, 20, 200),
    success(0.65, 30, 300),
    {
      event_type: `${operation}_failure`,
      ago: at(0.55),
      message: "the first that failed",
      details: { duration_seconds: 50, [records]: 25 },
    },
    {
      event_type: `${operation}_failure`,
      ago: at(0.25),
      message: "the source closed the connection",
      metrics: { duration_seconds: 60 },
    },
  ];
};

export const receiverOf = (
  name: string,
  overrides: Partial<ReceiverStats> = {},
): ReceiverStats => ({
  name,
  notifier: "webhook",
  taken: 90,
  filtered: 4,
  delivered: 60,
  folded: 2,
  moved: 3,
  dropped: { overflow: 5, closed: 3 },
  dead: { payload: 2, expired: 4 },
  pending: 7,
  queue: { events: 6, bytes: 600, max_events: 2_000, max_bytes: 4_000_000 },
  in_flight: 1,
  overdue: 0,
  retrying: 0,
  attempts: {
    delivered: 50,
    unavailable: 6,
    ambiguous: 5,
    "rate-limited": 4,
    payload: 3,
    endpoint: 2,
    config: 2,
    aborted: 2,
    unknown: 2,
  },
  late_successes: 0,
  breaker: "closed",
  paused_until: null,
  last_success_at: iso(now - 5 * minute),
  last_error: null,
  ...overrides,
});

export const statsOf = (
  receivers: readonly ReceiverStats[] = [],
  store: Partial<MonitorStats["store"]> = {},
): MonitorStats => ({
  service: "datasync",
  uptime_seconds: 4_321.5,
  emitted: 90,
  refused: { invalid: 0, closed: 0, overflow: 0, store: 0 },
  taken: 90,
  events: {},
  receivers,
  store: { durable: false, failing: false, uncommitted: 0, ...store },
});

export const statusOf = (said: readonly Said[], sources: Partial<StatusSources> = {}) =>
  comprehensiveStatus({
    store: storeOf(said),
    now,
    stats: statsOf(),
    troubles: [],
    problems: [],
    reader: { locale: "en", timeZone: "UTC" },
    ...sources,
  });
export const failure = (code: string, message = "it said no") => ({
  code,
  message,
  at: iso(now - minute),
});
