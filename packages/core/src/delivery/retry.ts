import { dayMs, hourMs } from "../clock.ts";
import type { Random } from "../id.ts";

export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * Full jitter: anywhere in [0, min(cap, base · 2^failures)].
 *
 * @param failures - Failed attempts so far, from 1.
 */
export const backoffMs = ({ baseMs, capMs }: Backoff, failures: number, random: Random): number =>
  random() * Math.min(capMs, baseMs * 2 ** Math.min(Math.max(0, failures - 1), 60));

/** How long an event may wait for its delivery, where a receiver does not say: a day where it outlives the process. */
export const defaultMaxAgeMs = (durable: boolean): number => (durable ? dayMs : hourMs);

/** A store that has not answered by then has failed. Commits are idempotent, so it is asked again. */
export const storeAnswerMs = 5_000;

/** How long to wait before a store that failed is asked again. */
export const storeRetryMs = (failures: number): number =>
  Math.min(30_000, 500 * 2 ** Math.min(failures - 1, 10));

/** How long rows of a store that others share are held; nobody else can have those of a memory. */
export const sharedLeaseMs = 15_000;
