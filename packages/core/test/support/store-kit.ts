import type { MonitorEvent } from "../../src/event.ts";
import type { Accepted, Delivery, EventStore, Lease, Outcome } from "../../src/store/store.ts";

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

export const leaseMs = 5 * minute;

/** Commits as a journal does. */
export const commit = (
  { store }: { readonly store: EventStore },
  now: number,
  accepted: readonly Accepted[],
  outcomes: readonly Outcome[] = [],
) => store.commit({ now, leaseMs, accepted, outcomes });
