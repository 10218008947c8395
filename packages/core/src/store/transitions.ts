import { type Row, rowOf } from "./row.ts";
import type { Shelf } from "./shelf.ts";
import type { Outcome } from "./store.ts";

/** The lease of a row that waits to be claimed: it ran out long ago. */
export const unleased = Number.NEGATIVE_INFINITY;

/** What the holder of the lease says of a row. Told again of one that has its fate: the first stands. */
export const record = (shelf: Shelf, row: Row, outcome: Outcome, leaseUntil: number): void => {
  if (row.state !== "pending") return;
  row.attempts = outcome.attempts;
  row.batchId = outcome.batch_id;
  if (outcome.state === "pending") {
    row.leaseUntil = leaseUntil;
    row.nextAt = outcome.next_at;
    row.resume = outcome.resume;
    row.lastError = outcome.last_error;
    return;
  }
  row.nextAt = null;
  row.resume = null;
  row.settledAt = outcome.settled_at;
  if (outcome.state === "delivered") {
    row.reference = outcome.reference;
  } else {
    row.reason = outcome.reason;
    row.lastError = outcome.last_error;
  }
  if (outcome.state === "dead") shelf.bury(row);
  else shelf.settle(row, outcome.state);
};

/** A dead row begins anew, its age and attempts too, for whoever claims it. */
export const reopen = (shelf: Shelf, row: Row, now: number): void => {
  shelf.revive(row);
  row.fence += 1;
  row.attempts = 0;
  row.takenAt = now;
  row.leaseUntil = unleased;
  row.settledAt = null;
  row.batchId = null;
  row.reason = null;
};

/** Another receiver gets the event, unless it has or had it. */
export const reroute = (shelf: Shelf, row: Row, receiver: string, now: number): void => {
  const { entry } = row;
  const present = rowOf(entry, receiver);
  if (present?.state === "dead") reopen(shelf, present, now);
  if (!present && entry.event) shelf.open(entry, entry.event, receiver, now, unleased);
  shut(shelf, row, "moved", receiver, now);
};

/** Ends a row from outside. Whoever holds its lease learns so by the fence. */
export const shut = (
  shelf: Shelf,
  row: Row,
  state: "dropped" | "moved",
  reason: string,
  now: number,
): void => {
  row.fence += 1;
  row.reason = reason;
  row.settledAt = now;
  row.nextAt = null;
  row.resume = null;
  shelf.settle(row, state);
};
