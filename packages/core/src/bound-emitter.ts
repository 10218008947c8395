import type { Clock } from "./clock.ts";
import { type Details, type EventContext, snapshotOf } from "./create-event.ts";
import type { ChildBindings, EmitResult, Emitter, Run, TrackOptions } from "./emitter.ts";
import type { EventInput } from "./event-input.ts";
import { everybody, type Intake } from "./intake.ts";
import { lenient } from "./lenient.ts";
import { track } from "./operation.ts";
import { checkOptions, numberOptions, textOption, wrongOption } from "./options.ts";
import type { Sentences } from "./sentences.ts";
import type { Problem } from "./signals.ts";

export interface BoundEmitterHost {
  readonly clock: Clock;
  readonly nextId: () => string;
  readonly intake: Intake;
  readonly say: () => Sentences;
  readonly report: (problem: Problem) => void;
}

/** An event's type, where the operation that it tells of is asked for. `cold_start` may well be an operation. */
const typeOfStep = /^(sync|cleanup|migration)_(?:start|success|failure)$/;

const checkOperation = (operation: unknown): void => {
  const [type, meant] = (typeof operation === "string" && typeOfStep.exec(operation)) || [];
  if (type === undefined) return;
  const problem = `must be "${meant}": it is "${type}", to which \`_start\`, \`_success\` and \`_failure\` are added.`;
  throw wrongOption("track()", "operation", problem);
};

const slowRange = { min: 0, max: Number.POSITIVE_INFINITY };

/** Who speaks: the monitor itself, or a child with its own service and details. */
export class BoundEmitter implements Emitter {
  readonly #host: BoundEmitterHost;
  /** Asked at each event: the global monitor may be configured while children exist. */
  readonly #context: () => EventContext;

  constructor(host: BoundEmitterHost, context: () => EventContext) {
    this.#host = host;
    this.#context = context;
  }

  // Properties, not methods: they are handed around without what they belong to.
  readonly emitEvent = <Metrics extends object>(input: EventInput<Metrics>): EmitResult =>
    this.#host.intake.emit(input, this.#context(), everybody);

  readonly track = <T>(
    operation: string,
    work: (run: Run) => T | Promise<T>,
    options: TrackOptions = {},
  ): Promise<T> => {
    const { clock, nextId, say, report } = this.#host;
    const read = () =>
      numberOptions("track()", "", options, { slowAfterMs: [slowRange.max, slowRange] }, [
        "details",
      ]);
    lenient(() => checkOperation(operation), undefined, report);
    const { slowAfterMs } = lenient<TrackOptions>(read, {}, report);
    return track(
      operation,
      work,
      { slowAfterMs, details: options?.details },
      {
        clock,
        nextId,
        emitEvent: this.emitEvent,
        say: say(),
        snapshot: (details) => this.#snapshot(details).value,
      },
    );
  };

  readonly child = (bindings: ChildBindings): Emitter => {
    const { report } = this.#host;
    const owner = "child()";
    lenient(() => checkOptions(owner, bindings, ["service", "details"]), undefined, report);
    const { service: given, details } = bindings ?? {};
    const named = () => (given === undefined ? given : textOption(owner, "service", given));
    const service = lenient(named, undefined, report);
    let bound = this.#snapshot(details);
    let { redaction } = this.#context();
    return new BoundEmitter(this.#host, () => {
      const above = this.#context();
      if (above.redaction !== redaction) {
        // The global monitor was set up since.
        ({ redaction } = above);
        bound = this.#snapshot(bound.value);
      }
      return {
        ...above,
        service: service ?? above.service,
        details: {
          value: { ...above.details?.value, ...bound.value },
          bytes: (above.details?.bytes ?? 0) + bound.bytes,
        },
      };
    });
  };

  #snapshot(details: object | undefined): Details {
    return snapshotOf(details, this.#context());
  }
}
