import { ok } from "node:assert/strict";
import type { RateLimit } from "../../../src/notifier.ts";

interface Request {
  readonly startedAt: number;
  endedAt: number | undefined;
}

/**
 * Every request there was. One arrives somewhere between its start and its end, so none may start
 * before `perMs` has passed since the end of the one that is `max` places ahead of it.
 */
export class RateLog {
  readonly #limits: readonly RateLimit[];
  readonly #requests: Request[] = [];

  constructor(limits: readonly RateLimit[]) {
    this.#limits = limits;
  }

  /** A request starts, or must not. */
  begin(now: number): Request {
    ok(this.free(now), `more than ${JSON.stringify(this.#limits)}`);
    const request: Request = { startedAt: now, endedAt: undefined };
    this.#requests.push(request);
    return request;
  }

  free(now: number): boolean {
    return this.#limits.every(({ max, perMs }) => {
      const ahead = this.#requests.at(-max);
      if (this.#requests.length < max || ahead === undefined) return true;
      return ahead.endedAt !== undefined && now >= ahead.endedAt + perMs;
    });
  }
}
