import type { Clock } from "./clock.ts";
import type { Emitter, OperationName, Run, TrackOptions } from "./emitter.ts";
import { ConfigError, isJsonObject, type JsonObject } from "./errors.ts";
import type { EventLevel } from "./event.ts";
import { redacted } from "./redaction.ts";
import type { Sentences } from "./sentences.ts";
import { singleLine, truncate } from "./text.ts";

export interface OperationHost {
  readonly clock: Clock;
  readonly nextId: () => string;
  readonly emitEvent: Emitter["emitEvent"];
  readonly say: Sentences;
  /** Never throws, whatever the details do when they are read. */
  readonly snapshot: (details: object | undefined) => JsonObject;
}

/** NaN where it cannot become a number, which the event then names. */
const numberOf = (value: unknown): number => {
  try {
    return Number(value);
  } catch {
    return Number.NaN; // a symbol, or an object that throws
  }
};

class RunRecord implements Run {
  readonly id: string;
  readonly metrics: Record<string, number> = {};
  readonly details: Record<string, unknown>;
  text: string | undefined;
  wantedLevel: EventLevel | undefined;

  constructor(id: string, details: JsonObject) {
    this.id = id;
    this.details = { ...details, run_id: id };
  }

  // Properties, not methods, as those of an emitter: work may take them off the run.
  readonly add = (metric: string, amount: number | bigint): void =>
    this.set(metric, (this.metrics[metric] ?? 0) + numberOf(amount));

  readonly set = (metric: string, value: number | bigint): void => {
    this.metrics[metric] = numberOf(value);
  };

  readonly note = (detail: string, value: unknown): void => {
    this.details[detail] = value;
  };

  readonly message = (text: string): void => {
    this.text = text;
  };

  readonly level = (level: EventLevel): void => {
    this.wantedLevel = level;
  };
}

/** As the details tell it: what `redact` hides there must not stand in the message. */
const reasonOf = (error: unknown, { snapshot }: OperationHost): string => {
  const { error: told } = snapshot({ error });
  const said = isJsonObject(told) ? told.message || told.code : told;
  return typeof said === "string" && said !== redacted ? truncate(singleLine(said), 300) : "";
};

const notWork =
  'track() takes the work as a function, as in `track("sync", () => sync())`, to tell of its start.';

const seconds = (ms: number): number => Math.round(ms) / 1_000;

/** Runs the work, and tells of its start and its end. */
export const track = async <T>(
  operation: OperationName,
  work: (run: Run) => T | Promise<T>,
  { slowAfterMs = Number.POSITIVE_INFINITY, details }: TrackOptions,
  host: OperationHost,
): Promise<T> => {
  const { clock, emitEvent, say } = host;
  // Any other is refused as a type, and the work runs.
  const name = typeof operation === "string" ? operation : "";
  const run = new RunRecord(host.nextId(), host.snapshot(details));
  const startedAt = clock.monotonic();
  const tell = (step: "success" | "failure", message: string, more: object): void => {
    const duration_seconds = seconds(clock.monotonic() - startedAt);
    const end = {
      event_type: `${name}_${step}`,
      message,
      details: { ...run.details, ...more },
      metrics: { ...run.metrics, duration_seconds },
    };
    const { text = message, wantedLevel: level } = run;
    const told = emitEvent({ ...end, level, message: text });
    // The work may have given no level, or no text: that is reported, and must not hide how it ended.
    if (!told.ok && told.reason === "invalid") emitEvent(end);
  };
  emitEvent({
    event_type: `${name}_start`,
    message: say.started(name),
    details: run.details,
  });
  const slow =
    slowAfterMs === Number.POSITIVE_INFINITY
      ? undefined
      : clock.setTimer(slowAfterMs, () =>
          emitEvent({
            event_type: "performance_warning",
            message: say.slow(name, seconds(slowAfterMs)),
            details: { ...run.details, operation: name },
            metrics: { slow_after_seconds: seconds(slowAfterMs) },
          }),
        );
  try {
    if (typeof work !== "function") throw new ConfigError("work", notWork);
    const result = await work(run);
    tell("success", say.succeeded(name), {});
    return result;
  } catch (error) {
    tell("failure", say.failed(name, reasonOf(error, host)), { error });
    throw error;
  } finally {
    slow?.cancel();
  }
};
