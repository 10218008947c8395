import { nextTurn } from "./clock.ts";
import type { EventContext, EventFactory } from "./create-event.ts";
import type { Dispatcher } from "./delivery/dispatcher.ts";
import { IntakeLedger } from "./delivery/ledger.ts";
import type { Mark } from "./delivery/taken.ts";
import type { EmitResult } from "./emitter.ts";
import { levels } from "./event.ts";
import type { Problem } from "./signals.ts";
import type { RefusalReason } from "./stats.ts";
import { type FieldsLook, unknownFields } from "./unknown-fields.ts";

export interface IntakeHost {
  readonly createEvent: EventFactory;
  readonly dispatcher: Dispatcher;
  /** Whether the store fails, and nothing may be taken that it has not got. */
  readonly refuses: () => boolean;
  /** Told in a later turn: of refusals, the first of each turn, and of fields that an event has not. */
  readonly report: (problem: Problem) => void;
}

/** Whom an event is for, when not for whoever wants it. */
export interface Address {
  readonly only: string | null;
  readonly except: string | null;
}

export const everybody: Address = { only: null, except: null };

const closedProblem = "The monitor is closed. Emit before `close()`.";
const overflowProblem =
  "Too much within one turn of the event loop, or waiting for the store. Await `flush()` now and then, `persisted()` with a durable store, or raise `limits.turnEvents` or `turnBytes`.";

const storeProblem = 'The store is failing, and `storeFailure` is "refuse". Emit it later.';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** Where events come in: made, numbered, counted, and handed to the dispatcher. */
export class Intake {
  readonly books = new IntakeLedger();
  readonly #host: IntakeHost;
  readonly #lookForUnknown: FieldsLook;
  #lastSeq = 0;
  #lastId = "";
  #closed = false;
  #telling = false;

  constructor(host: IntakeHost) {
    this.#host = host;
    this.#lookForUnknown = unknownFields(host.report);
  }

  /** The last event taken. */
  get last(): Mark {
    return { seq: this.#lastSeq, id: this.#lastId };
  }

  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
  }

  emit(input: unknown, context: EventContext, { only, except }: Address): EmitResult {
    if (this.#closed) return this.#refuse("closed", closedProblem);
    if (this.#host.refuses()) return this.#refuse("store", storeProblem);
    const created = this.#host.createEvent(input, context);
    const invalid = typeof created === "string";
    if (isObject(input)) this.#lookForUnknown(input, invalid ? Number.NaN : created.given);
    if (invalid) return this.#refuse("invalid", created);
    const { event, bytes } = created;
    const rank = levels.indexOf(event.level);
    const seq = this.#lastSeq + 1;
    if (
      !this.#host.dispatcher.take({ event, bytes, seq, rank, since: 0, fence: 1, only, except })
    ) {
      return this.#refuse("overflow", overflowProblem);
    }
    this.#lastSeq = seq;
    this.#lastId = event.id;
    this.books.take(event);
    return { ok: true, event };
  }

  #refuse(reason: RefusalReason, problem: string): EmitResult {
    this.books.refused[reason] += 1;
    if (!this.#telling && reason !== "closed") {
      this.#telling = true;
      // Not a microtask: a listener that emits what is refused would go round without end.
      nextTurn(() => {
        this.#host.report({ code: `event-${reason}`, receiver: null, message: problem });
        this.#telling = false;
      });
    }
    return { ok: false, reason, problem };
  }
}
