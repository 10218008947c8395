import type { DeliveryState, EventStore, Key, Outcome } from "@datasync-monitor/core";
import fc from "fast-check";
import { eventAt, idOf } from "./events.ts";

const receivers = ["a", "b", "c"];
const leaseMs = 1_000;

const aDelivery = fc.record({
  n: fc.nat(15),
  receiver: fc.constantFrom(...receivers),
  fence: fc.integer({ min: 1, max: 3 }),
});
const anOutcome = fc.record({
  delivery: aDelivery,
  attempts: fc.nat(9),
  lastError: fc.constantFrom(null, { code: "unavailable", message: "503" }),
  state: fc.constantFrom<DeliveryState>(
    ...(["pending", "delivered", "dead", "dropped", "moved", "folded"] as const),
  ),
});
const aReceiver = fc.constantFrom(...receivers);

/** Something that is done to a store. */
export const aStep = fc.oneof(
  fc.record({
    do: fc.constant("commit" as const),
    accepted: fc.array(fc.tuple(fc.nat(15), fc.subarray(receivers)), { maxLength: 4 }),
    outcomes: fc.array(anOutcome, { maxLength: 6 }),
  }),
  fc.record({ do: fc.constant("claim" as const), receiver: aReceiver, limit: fc.nat(5) }),
  fc.record({ do: fc.constant("renew" as const), leases: fc.array(aDelivery, { maxLength: 4 }) }),
  fc.record({ do: fc.constant("replay" as const), receiver: aReceiver }),
  fc.record({ do: fc.constant("discard" as const), n: fc.nat(15) }),
  fc.record({ do: fc.constant("reroute" as const), receiver: aReceiver, target: aReceiver }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.nat(1_500) }),
  fc.record({ do: fc.constant("restart" as const) }),
);
export type Step = typeof aStep extends fc.Arbitrary<infer T> ? T : never;
type AnOutcome = typeof anOutcome extends fc.Arbitrary<infer T> ? T : never;

const keyOf = ({ n, receiver }: { readonly n: number; readonly receiver: string }): Key => ({
  event_id: idOf(n),
  receiver,
});

const outcomeOf = ({ delivery, state, attempts, lastError }: AnOutcome, now: number): Outcome => {
  const shared = {
    ...keyOf(delivery),
    fence: delivery.fence,
    attempts,
    batch_id: attempts === 0 ? null : `batch-${attempts}`,
  };
  if (state === "pending") {
    return { ...shared, state, next_at: now + 7, resume: [attempts], last_error: lastError };
  }
  if (state === "delivered") return { ...shared, state, settled_at: now, reference: "sent" };
  return { ...shared, state, settled_at: now, reason: "why", last_error: lastError };
};

/** Does one step to a store, and answers what it said. */
export const act = async (store: EventStore, step: Step, now: number): Promise<unknown> => {
  switch (step.do) {
    case "commit": {
      const accepted = step.accepted.map(([n, to]) => ({ event: eventAt(n, now), receivers: to }));
      const outcomes = step.outcomes.map((outcome) => outcomeOf(outcome, now));
      return store.commit({ now, leaseMs, accepted, outcomes });
    }
    case "claim": {
      const { receiver, limit } = step;
      return store.claim({ receiver, limit, maxBytes: 2 ** 30, leaseMs, now });
    }
    case "renew": {
      const leases = step.leases.map((lease) => ({ ...keyOf(lease), fence: lease.fence }));
      return store.renew(leases, leaseMs, now);
    }
    case "replay":
      return store.move({ receiver: step.receiver }, { state: "pending" });
    case "discard":
      return store.move({ eventId: idOf(step.n) }, { state: "dropped" });
    case "reroute": {
      const to = { state: "pending", receiver: step.target } as const;
      return store.move({ receiver: step.receiver }, to);
    }
    case "wait":
    case "restart":
      return undefined;
  }
};

/** Every page of an answer. */
const all = async <T>(
  page: (cursor: string | undefined) => Promise<{
    readonly rows: readonly T[];
    readonly cursor: string | null;
  }>,
): Promise<readonly T[]> => {
  const rows: T[] = [];
  let cursor: string | null | undefined;
  do {
    const next = await page(cursor ?? undefined);
    rows.push(...next.rows);
    cursor = next.cursor;
  } while (cursor !== null);
  return rows;
};

/** All that a store shows. */
export const shownBy = async (store: EventStore) => ({
  events: await all(async (cursor) => store.events({ cursor, limit: 7 })),
  deliveries: await all(async (cursor) => store.deliveries({ cursor, limit: 7 })),
  backlog: [...(await store.backlog())].sort((left, right) =>
    left.receiver < right.receiver ? -1 : 1,
  ),
});
