import assert from "node:assert/strict";
import type { MonitorEvent } from "../../src/event.ts";
import type {
  Accepted,
  Delivery,
  DeliveryQuery,
  EventStore,
  Lease,
  MaybePromise,
  Outcome,
} from "../../src/store/store.ts";

/** A store whose clock the cases move. It began at `startedAt`. */
export interface StoreRig {
  readonly store: EventStore;
  readonly startedAt: number;
  advance(ms: number): MaybePromise<void>;
}

/** One thing that every store does. Throws when it does not; knows no test runner. */
export interface StoreCase {
  readonly id: string;
  readonly title: string;
  run(rig: StoreRig): Promise<void>;
}

export const minute = 60_000;
export const hour = 60 * minute;
export const iso = (at: number): string => new Date(at).toISOString();

/** Ordered by `n`, as ids are by emission. */
export const idOf = (n: number): string =>
  `0198f3a1-7c3e-7000-8000-${n.toString(16).padStart(12, "0")}`;

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

export const delivered = (
  n: number,
  receiver: string,
  settled_at: number,
  overrides: { readonly fence?: number; readonly reference?: string | null } = {},
): Outcome => ({
  event_id: idOf(n),
  receiver,
  fence: 1,
  attempts: 1,
  batch_id: null,
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
  reason: string,
  overrides: Partial<Lease & Pick<Delivery, "attempts" | "batch_id" | "last_error">> = {},
): Outcome => ({
  event_id: idOf(n),
  receiver,
  fence: 1,
  attempts: 3,
  batch_id: "batch-1",
  state,
  settled_at,
  reason,
  last_error: null,
  ...overrides,
});

/** It failed and is tried again half a minute later. */
export const waiting = (n: number, receiver: string, at: number): Outcome => ({
  event_id: idOf(n),
  receiver,
  fence: 1,
  attempts: 2,
  batch_id: "batch-3",
  state: "pending",
  next_at: at + minute / 2,
  resume: { served: ["x@example.org"] },
  last_error: { code: "unavailable", message: "503" },
});

export const leaseMs = 5 * minute;

/** Commits as a journal does. */
export const commit = (
  { store }: Pick<StoreRig, "store">,
  now: number,
  accepted: readonly Accepted[],
  outcomes: readonly Outcome[] = [],
) => store.commit({ now, leaseMs, accepted, outcomes });

export const deliveriesOf = async ({ store }: StoreRig, query: DeliveryQuery = {}) =>
  (await store.deliveries(query)).rows;

export const only = async (rig: StoreRig, n: number, receiver: string): Promise<Delivery> => {
  const rows = await deliveriesOf(rig, { eventId: idOf(n), receiver });
  assert.equal(rows.length, 1, `one delivery of event ${n} to ${receiver}`);
  return rows[0] as Delivery;
};

export const statesOf = async (rig: StoreRig, query: DeliveryQuery = {}) =>
  (await deliveriesOf(rig, query)).map(({ receiver, state }) => `${receiver} ${state}`);

export const claim = ({ store }: StoreRig, receiver: string, now: number, limit = 100) =>
  store.claim({ receiver, limit, maxBytes: Number.MAX_SAFE_INTEGER, leaseMs, now });

export const fences = (rows: readonly Lease[]) =>
  rows.map(({ event_id, fence }) => [event_id, fence]);
