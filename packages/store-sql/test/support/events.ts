import type { Accepted, EventStore, MonitorEvent } from "@datasync-monitor/core";

export const idOf = (n: number): string =>
  `0198f3a1-7c3e-7000-8000-${n.toString(16).padStart(12, "0")}`;

export const eventAt = (
  n: number,
  at = Date.now(),
  overrides: Partial<MonitorEvent> = {},
): MonitorEvent => ({
  id: idOf(n),
  timestamp: new Date(at).toISOString(),
  event_type: "sync_success",
  level: "info",
  service: "datasync",
  message: `event ${n}`,
  details: {},
  metrics: {},
  ...overrides,
});

export const accepted = (n: number, receivers: readonly string[] = ["a"]): Accepted => ({
  event: eventAt(n),
  receivers,
});

/** Takes these events, leased to whoever asks first. */
export const take = async (store: EventStore, ...numbers: readonly number[]): Promise<void> => {
  const group = { now: Date.now(), leaseMs: 0, outcomes: [] };
  await store.commit({ ...group, accepted: numbers.map((n) => accepted(n)) });
};

export const messagesOf = async (store: EventStore): Promise<readonly string[]> =>
  (await store.events({ limit: 1_000 })).rows.map(({ message }) => message);
