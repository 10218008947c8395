import type { Clock, Timer } from "../clock.ts";
import type { JsonValue } from "../errors.ts";
import type { MonitorEvent } from "../event.ts";
import type { Notifier, Receipt, SendContext } from "../notifier.ts";
import { isThenable } from "../thenable.ts";
import type { Batch } from "./batch.ts";
import { type AbortReason, deadlineFailure, type Failure, readFailure } from "./failure.ts";

export type AttemptEnd =
  | { readonly ok: true; readonly reference: string | null }
  | { readonly ok: false; readonly failure: Failure };

export interface AttemptOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** How long after its abort a send may still say itself how it ended. */
  readonly graceMs: number;
  /** Called exactly once, maybe before `start` returns. */
  readonly onEnd: (end: AttemptEnd) => void;
  /** Called just before `onEnd` when the send was given up without a word. */
  readonly onGivenUp: () => void;
  /** Called once when a send that was given up settles after all. */
  readonly onOverdue: (succeeded: boolean) => void;
}

/** What one `send()` is told. The signal is made when it is asked for: most callbacks never do. */
class Context implements SendContext {
  readonly idempotencyKey: string;
  readonly attempt: number;
  readonly resume: JsonValue;
  #controller: AbortController | undefined;
  #reason: DOMException | undefined;

  constructor(batch: Batch) {
    this.idempotencyKey = batch.id;
    this.attempt = batch.attempts;
    this.resume = batch.resume;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  abort(reason: DOMException): void {
    this.#reason ??= reason;
    this.#controller?.abort(this.#reason);
  }
}

const reference = (receipt: void | Receipt): string | null => {
  try {
    const given: unknown = receipt?.reference;
    return typeof given === "string" ? given.toWellFormed().slice(0, 200) : null;
  } catch {
    return null; // the batch was accepted, whatever its receipt does
  }
};

/** One `send()` under a deadline, whatever it does: throws, never settles, settles twice, ignores its abort. */
export class Attempt {
  readonly #options: AttemptOptions;
  readonly #context: Context;
  readonly #size: number;
  #aborted: AbortReason = null;
  #ended = false;
  #timer: Timer | undefined;

  constructor(batch: Batch, options: AttemptOptions) {
    this.#options = options;
    this.#context = new Context(batch);
    this.#size = batch.members.length;
  }

  start(notifier: Notifier, events: readonly [MonitorEvent, ...MonitorEvent[]]): void {
    try {
      const sent: unknown = notifier.send(events, this.#context);
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
      return;
    }
    const { clock, timeoutMs } = this.#options;
    this.#timer = clock.setTimer(timeoutMs, () => this.abort("deadline"));
  }

  /** Tells the send to stop; it has `graceMs` to say how it ended. */
  abort(reason: Exclude<AbortReason, null>): void {
    if (this.#ended || this.#aborted !== null) return;
    this.#aborted = reason;
    this.#timer?.cancel();
    const name = reason === "deadline" ? "TimeoutError" : "AbortError";
    this.#context.abort(new DOMException(`The attempt was given up at its ${reason}.`, name));
    const { clock, graceMs } = this.#options;
    this.#timer = clock.setTimer(graceMs, () => this.#giveUp());
  }

  #giveUp(): void {
    const failure =
      this.#aborted === "shutdown"
        ? readFailure(undefined, "shutdown", this.#size)
        : deadlineFailure(this.#options.timeoutMs);
    this.#options.onGivenUp();
    this.#end({ ok: false, failure });
  }

  #accepted(receipt: void | Receipt): void {
    if (this.#ended) this.#options.onOverdue(true);
    else this.#end({ ok: true, reference: reference(receipt) });
  }

  #refused(error: unknown): void {
    if (this.#ended) this.#options.onOverdue(false);
    else this.#end({ ok: false, failure: readFailure(error, this.#aborted, this.#size) });
  }

  #end(end: AttemptEnd): void {
    this.#ended = true;
    this.#timer?.cancel();
    this.#options.onEnd(end);
  }
}
