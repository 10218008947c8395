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
  readonly #windows: Window[] = [];

  /** Adds the windows that are not held yet: of those who share a destination, the strictest counts. */
  add(limits: readonly RateLimit[]): void {
    for (const limit of limits) {
      const same = ({ limit: held }: Window) =>
        held.max === limit.max && held.perMs === limit.perMs;
      if (!this.#windows.some(same)) this.#windows.push({ limit, log: new Fifo() });
    }
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
