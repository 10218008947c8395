import assert from "node:assert/strict";
import type {
  Accepted,
  Claimed,
  Delivery,
  DeliveryFailure,
  DeliveryQuery,
  EventStore,
  Key,
  Lease,
  MonitorEvent,
  Outcome,
} from "@datasync-monitor/core";

export const minute = 60_000;
export const hour = 60 * minute;
export const leaseMs = 5 * minute;

export const iso = (at: number): string => new Date(at).toISOString();

export const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

/** Ordered by `n`, as ids are by emission. */
export const idOf = (n: number): string =>
  `0198f3a1-7c3e-7000-8000-${n.toString(16).padStart(12, "0")}`;

/** The key of what {@link accepted} accepts. */
export const keyOf = (n: number, receiver: string): Key => ({ event_id: idOf(n), receiver });

export const eventAt = (
  n: number,
  at: number,
  overrides: Partial<MonitorEvent> = {},
): MonitorEvent => ({
  id: idOf(n),
  timestamp: iso(at),
  event_type: "sync_success",
  level: "info",
  service: "datasync",
  message: `event ${n}`,
  details: {},
  metrics: {},
  ...overrides,
});

/** Event `n` for these receivers. */
export const accepted = (
  n: number,
  at: number,
  receivers: readonly string[],
  overrides: Partial<MonitorEvent> = {},
): Accepted => ({ event: eventAt(n, at, overrides), receivers });

type Told = Partial<Lease & Pick<Outcome, "attempts" | "batch_id">>;

const attempt = (n: number, receiver: string, attempts: number) => ({
  ...keyOf(n, receiver),
  fence: 1,
  attempts,
  batch_id: null,
});

export const delivered = (
  n: number,
  receiver: string,
  settled_at: number,
  overrides: Told & { readonly reference?: string | null } = {},
): Outcome => ({
  ...attempt(n, receiver, 1),
  state: "delivered",
  settled_at,
  reference: null,
  ...overrides,
});

export const ended = (
  n: number,
  receiver: string,
  settled_at: number,
  state: "dead" | "dropped" | "moved" | "folded",
  overrides: Told & { readonly reason?: string; readonly last_error?: DeliveryFailure } = {},
): Outcome => ({
  ...attempt(n, receiver, 3),
  batch_id: "batch-1",
  state,
  settled_at,
  reason: `why-${state}`,
  last_error: null,
  ...overrides,
});

export const unavailable: DeliveryFailure = { code: "unavailable", message: "503" };

/** It failed, and is tried again half a minute later. */
export const waiting = (
  n: number,
  receiver: string,
  at: number,
  overrides: Told = {},
): Outcome => ({
  ...attempt(n, receiver, 2),
  batch_id: "batch-3",
  state: "pending",
  next_at: at + minute / 2,
  resume: { served: ["x@example.org"] },
  last_error: unavailable,
  ...overrides,
});

const text = ({ event_id, receiver }: Key): string => JSON.stringify([event_id, receiver]);

/** A store may name keys in whatever order. */
export const byKey = (keys: readonly Key[]): readonly Key[] =>
  keys.toSorted((left, right) => (text(left) < text(right) ? -1 : 1));

/** Commits as a journal does. Answers whose outcomes were refused. */
export const commit = async (
  store: EventStore,
  now: number,
  accepted: readonly Accepted[],
  outcomes: readonly Outcome[] = [],
): Promise<readonly Key[]> =>
  byKey((await store.commit({ now, leaseMs, accepted, outcomes })).stale);

export const claim = async (
  store: EventStore,
  receiver: string,
  now: number,
  limit = 100,
): Promise<readonly Claimed[]> =>
  store.claim({ receiver, limit, maxBytes: Number.MAX_SAFE_INTEGER, leaseMs, now });

/** The event's number and the fence of each. */
export const fences = (rows: readonly Lease[]): readonly (readonly [number, number])[] =>
  rows.map(({ event_id, fence }) => [Number.parseInt(event_id.slice(-12), 16), fence]);

export const deliveriesOf = async (
  store: EventStore,
  query: DeliveryQuery = {},
): Promise<readonly Delivery[]> => (await store.deliveries(query)).rows;

export const only = async (store: EventStore, n: number, receiver: string): Promise<Delivery> => {
  const [row, ...others] = await deliveriesOf(store, { eventId: idOf(n), receiver });
  assert.ok(row, `There must be a delivery of event ${n} to ${receiver}.`);
  assert.equal(others.length, 0, `There must be one delivery of event ${n} to ${receiver}.`);
  return row;
};

/** `"mail pending"`, newest event first. */
export const statesOf = async (
  store: EventStore,
  query: DeliveryQuery = {},
): Promise<readonly string[]> =>
  (await deliveriesOf(store, query)).map(({ receiver, state }) => `${receiver} ${state}`);

export const messagesOf = async (
  store: EventStore,
  query: Parameters<EventStore["events"]>[0] = {},
): Promise<readonly string[]> => (await store.events(query)).rows.map(({ message }) => message);

/** Since the hour of `now`, of one type. */
export const syncsOf = async (
  store: EventStore,
  now: number,
  metrics: readonly string[] = ["records_synced"],
) => {
  const since = Math.floor(now / hour) * hour;
  const query = { types: ["sync_success"], since, until: now, metrics };
  const answer = await store.aggregate(query);
  return { ...answer.types.sync_success, metrics: answer.metrics };
};
