import type { Clock, Timer } from "../clock.ts";
import type { JsonValue } from "../errors.ts";
import type { Notifier, Receipt, SendContext } from "../notifier.ts";
import { singleLine, truncate } from "../text.ts";
import { isThenable, shield } from "../thenable.ts";
import type { Batch } from "./batch.ts";
import type { Visit } from "./destination.ts";
import { type AbortReason, deadlineFailure, type Failure, readFailure } from "./failure.ts";

export type AttemptEnd =
  | { readonly ok: true; readonly reference: string | null }
  | { readonly ok: false; readonly failure: Failure };

/** What one attempt carries, and since when. */
export interface Flight {
  readonly batch: Batch;
  readonly visit: Visit;
  readonly startedAt: number;
}

/** Whose attempts these are, and who is told of them. One for all of a receiver. */
export interface AttemptHost {
  readonly clock: Clock;
  readonly notifier: Notifier;
  /** When to `abort` it for its deadline is up to the host. */
  readonly timeoutMs: number;
  /** How long after its abort a send may still say itself how it ended. */
  readonly graceMs: number;
  /** Called exactly once, maybe before `start` returns. `givenUp`: without a word of the send. */
  onEnd(attempt: Attempt, end: AttemptEnd, givenUp: boolean): void;
  /** Called once when a send that was given up settles after all. */
  onOverdue(succeeded: boolean): void;
}

/** What one `send()` is told. The signal is made when it is asked for: most callbacks never do. */
class Context implements SendContext {
  readonly idempotencyKey: string;
  readonly attempt: number;
  readonly resume: JsonValue;
  #signal: AbortSignal | undefined;
  readonly #listeners = new Set<() => void>();
  #reason: DOMException | undefined;

  constructor(batch: Batch) {
    this.idempotencyKey = batch.id;
    this.attempt = batch.attempts;
    this.resume = batch.resume;
  }

  onAbort(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (this.#reason !== undefined) this.#tell();
    return () => this.#listeners.delete(listener);
  }

  get signal(): AbortSignal {
    if (this.#signal === undefined) {
      const controller = new AbortController();
      this.#signal = controller.signal;
      this.onAbort(() => controller.abort(this.#reason));
    }
    return this.#signal;
  }

  abort(reason: DOMException): void {
    this.#reason = reason;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) {
      this.#listeners.delete(listener);
      // The send is given up anyway: if it never settles now, its grace ends it.
      shield(listener, () => {});
    }
  }
}

const reference = (receipt: void | Receipt): string | null => {
  try {
    const given: unknown = receipt?.reference;
    return typeof given === "string" ? truncate(singleLine(given), 200) : null;
  } catch {
    return null; // the batch was accepted, whatever its receipt does
  }
};

/** One `send()`, whatever it does: throws, never settles, settles twice, ignores its abort. */
export class Attempt {
  readonly flight: Flight;
  /** Monotonic milliseconds at which the host aborts it. */
  deadlineAt = 0;
  readonly #host: AttemptHost;
  readonly #context: Context;
  #aborted: AbortReason = null;
  #ended = false;
  /** After its abort. */
  #grace: Timer | undefined;

  constructor(flight: Flight, host: AttemptHost) {
    this.flight = flight;
    this.#host = host;
    this.#context = new Context(flight.batch);
  }

  start(): void {
    try {
      const events = this.flight.batch.events();
      const sent: unknown = this.#host.notifier.send(events, this.#context);
      if (!isThenable(sent)) {
        this.#accepted(sent as void | Receipt);
        return;
      }
      // Adopting it once contains a thenable that throws, or that settles twice.
      Promise.resolve(sent).then(
        (receipt) => this.#accepted(receipt as void | Receipt),
        (error: unknown) => this.#refused(error),
      );
    } catch (error) {
      this.#refused(error);
    }
  }

  /** Tells the send to stop; it has `graceMs` to say how it ended. */
  abort(reason: Exclude<AbortReason, null>): void {
    if (this.#ended || this.#aborted !== null) return;
    this.#aborted = reason;
    const name = reason === "deadline" ? "TimeoutError" : "AbortError";
    this.#context.abort(new DOMException(`The attempt was given up at its ${reason}.`, name));
    const { clock, graceMs } = this.#host;
    this.#grace = clock.setTimer(graceMs, () => this.#giveUp());
  }

  #giveUp(): void {
    const failure =
      this.#aborted === "shutdown"
        ? readFailure(undefined, "shutdown", 0)
        : deadlineFailure(this.#host.timeoutMs);
    this.#fail(failure, true);
  }

  #accepted(receipt: void | Receipt): void {
    this.#end({ ok: true, reference: reference(receipt) });
  }

  #refused(error: unknown): void {
    this.#fail(readFailure(error, this.#aborted, this.flight.batch.members.length));
  }

  #fail(failure: Failure, givenUp?: true): void {
    this.#end({ ok: false, failure }, givenUp);
  }

  #end(end: AttemptEnd, givenUp = false): void {
    if (this.#ended) {
      this.#host.onOverdue(end.ok);
      return;
    }
    this.#ended = true;
    this.#grace?.cancel();
    this.#host.onEnd(this, end, givenUp);
  }
}
