import type { Random } from "../id.ts";
import type { Batch } from "./batch.ts";
import type { Answered } from "./breaker.ts";
import type { Failure } from "./failure.ts";
import { type Backoff, backoffMs } from "./retry.ts";
import type { Taken } from "./taken.ts";

export interface RetryOptions extends Backoff {
  /** null: as long as the store allows. */
  readonly maxAgeMs: number | null;
  readonly maxAttempts: number;
  readonly maxRetryAfterMs: number;
}

/** What is to be done about a failed attempt. */
export type Reaction =
  /** The same batch again, after a wait. */
  | { readonly kind: "retry"; readonly waitMs: number }
  /** As `retry`, and nobody sends to this destination meanwhile. */
  | { readonly kind: "pause"; readonly waitMs: number }
  /** These die; those go on as new batches. */
  | {
      readonly kind: "divide";
      readonly dead: readonly Taken[];
      readonly alive: readonly (readonly Taken[])[];
      readonly reason: string;
    };

/** Whether somebody dies of it. */
export const isFatal = (reaction: Reaction): boolean =>
  reaction.kind === "divide" && reaction.dead.length > 0;

const maxResumes = 3;

/** What a failure says about the destination itself, for its breaker. */
export const answeredBy = ({ code }: Failure): Answered => {
  if (code === "unavailable" || code === "ambiguous") return "failed";
  if (code === "endpoint" || code === "config") return "refused";
  if (code === "rate-limited" || code === "payload") return "alive";
  return code === "aborted" ? "unsaid" : "unclear";
};

const onPayload = (batch: Batch, failure: Failure): Reaction => {
  const isNew = JSON.stringify(failure.resume) !== JSON.stringify(batch.resume);
  if (failure.resume !== undefined && isNew && batch.resumed < maxResumes) {
    batch.resumed += 1;
    return { kind: "retry", waitMs: 0 };
  }
  const culprits = failure.rejected;
  if (culprits.length > 0) {
    const dead = batch.members.filter((_, index) => culprits.includes(index));
    const alive = batch.members.filter((_, index) => !culprits.includes(index));
    return { kind: "divide", dead, alive: [alive], reason: "payload" };
  }
  return batch.members.length === 1
    ? { kind: "divide", dead: batch.members, alive: [], reason: "payload" }
    : { kind: "divide", dead: [], alive: batch.halves(), reason: "payload" };
};

const onUnknown = (batch: Batch, retry: RetryOptions, random: Random): Reaction => {
  batch.strikes += 1;
  if (batch.strikes < retry.maxAttempts) {
    return { kind: "retry", waitMs: backoffMs(retry, batch.strikes, random) };
  }
  return batch.members.length === 1
    ? { kind: "divide", dead: batch.members, alive: [], reason: "attempts" }
    : { kind: "divide", dead: [], alive: batch.halves(), reason: "attempts" };
};

/**
 * As long as it asks. One that gives no time is asked again after a second, then two, four, …; one
 * that says "now" and goes on refusing is believed less each time.
 */
const pauseMs = (batch: Batch, failure: Failure, retry: RetryOptions, random: Random): number => {
  const doublings = 2 ** Math.min(batch.failures - 1, 6);
  const wait =
    failure.retryAfterMs === undefined
      ? 1_000 * doublings * (1 + random() / 4)
      : Math.max(failure.retryAfterMs, 100 * doublings);
  return Math.min(Math.max(retry.maxRetryAfterMs, 100 * doublings), wait);
};

/**
 * The pipeline's table: a code, and what is done about it. Counts the failure on the batch.
 *
 * A batch whose attempts are spent is halved before anything dies; its halves have one attempt each.
 */
export const react = (
  batch: Batch,
  failure: Failure,
  retry: RetryOptions,
  random: Random,
): Reaction => {
  batch.failures += 1;
  switch (failure.code) {
    case "rate-limited":
      return { kind: "pause", waitMs: pauseMs(batch, failure, retry, random) };
    case "payload":
      return onPayload(batch, failure);
    case "unknown":
      return onUnknown(batch, retry, random);
    case "unavailable":
    case "ambiguous":
    case "endpoint":
    case "config":
    case "aborted": {
      const asked = Math.min(retry.maxRetryAfterMs, failure.retryAfterMs ?? 0);
      return {
        // Whoever refuses everything refuses the next event as well: a probe with it would come too soon.
        kind: asked > 0 && answeredBy(failure) === "refused" ? "pause" : "retry",
        waitMs: Math.max(asked, backoffMs(retry, batch.failures, random)),
      };
    }
  }
};

/** A callback has one attempt. */
export const onlyOnce = (batch: Batch, { code }: Failure): Reaction => ({
  kind: "divide",
  dead: batch.members,
  alive: [],
  reason: code === "ambiguous" ? "deadline" : "failed",
});
