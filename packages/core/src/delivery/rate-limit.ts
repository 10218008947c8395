import type { RateLimit } from "../notifier.ts";
import { Fifo } from "./fifo.ts";

interface Window {
  readonly limit: RateLimit;
  /** When the last `max` requests began, oldest first. */
  readonly log: Fifo<number>;
}

/** Several sliding windows at once, each with a log of its requests: no window of `perMs` ever sees more than `max`. */
export class RateLimiter {
  readonly #windows: Window[] = [];

  constructor(limits: readonly RateLimit[] = []) {
    this.add(limits);
  }

  /** Adds the windows that are not held yet: of those who share a destination, the strictest counts. */
  add(limits: readonly RateLimit[]): void {
    for (const limit of limits) {
      const same = ({ limit: held }: Window) =>
        held.max === limit.max && held.perMs === limit.perMs;
      if (!this.#windows.some(same)) this.#windows.push({ limit, log: new Fifo() });
    }
  }

  /** When the next request may begin: `now` or later. */
  freeAt(now: number): number {
    let free = now;
    for (const { limit, log } of this.#windows) {
      const oldest = log.length < limit.max ? undefined : log.peek();
      if (oldest !== undefined) free = Math.max(free, oldest + limit.perMs);
    }
    return free;
  }

  /** Counts a request that begins now. Ask `freeAt` first. */
  take(now: number): void {
    for (const { limit, log } of this.#windows) {
      if (log.length >= limit.max) log.shift();
      log.push(now);
    }
  }
}
