import type { RateLimit } from "../notifier.ts";
import { Fifo } from "./fifo.ts";

/** One request: it arrives somewhere between its beginning and its end, so it counts until then as if it had just arrived. */
export interface RequestSlot {
  /** Undefined while it is under way. */
  endedAt: number | undefined;
}

interface Window {
  readonly limit: RateLimit;
  /** The last `max` requests, in the order they began. */
  readonly log: Fifo<RequestSlot>;
}

/**
 * Several sliding windows at once, each with a log of its requests. No window of `perMs` ever sees
 * more than `max` arrive, however long requests take on their way: one leaves a window `perMs` after
 * its end.
 */
export class RateLimiter {
  #windows: Window[] = [];

  /**
   * Adds the windows that are not held yet: of those who share a destination, the strictest counts. A
   * window has seen what others have. `alone`: nobody keeps the limits that are held.
   */
  add(limits: readonly RateLimit[], alone = false): void {
    let seen: readonly RequestSlot[] = [];
    for (const { log } of this.#windows) if (log.length > seen.length) seen = [...log];
    if (alone) this.#windows = [];
    for (const limit of limits) {
      const same = ({ limit: held }: Window) =>
        held.max === limit.max && held.perMs === limit.perMs;
      if (this.#windows.some(same)) continue;
      const log = new Fifo<RequestSlot>();
      for (const request of seen.slice(-limit.max)) log.push(request);
      this.#windows.push({ limit, log });
    }
  }

  /** For how long requests may count: so long after the last one, at most, nothing is left of them. */
  get memoryMs(): number {
    return this.#windows.reduce(
      (most, { limit, log }) => (log.length > 0 ? Math.max(most, limit.perMs) : most),
      0,
    );
  }

  /** When the next request may begin: `now` or later; Infinity until one under way has ended. */
  freeAt(now: number): number {
    let free = now;
    for (const { limit, log } of this.#windows) {
      const oldest = log.length < limit.max ? undefined : log.peek();
      if (oldest === undefined) continue;
      free = Math.max(free, (oldest.endedAt ?? Number.POSITIVE_INFINITY) + limit.perMs);
    }
    return free;
  }

  /** Counts a request that begins; set its `endedAt` when it ends. Ask `freeAt` first. */
  take(request: RequestSlot): void {
    for (const { limit, log } of this.#windows) {
      if (log.length >= limit.max) log.shift();
      log.push(request);
    }
  }
}
