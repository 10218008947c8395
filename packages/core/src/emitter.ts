import type { EventLevel, MonitorEvent } from "./event.ts";
import type { EventInput } from "./event-input.ts";
import type { RefusalReason } from "./stats.ts";

export type EmitResult =
  | { readonly ok: true; readonly event: MonitorEvent }
  | {
      readonly ok: false;
      readonly reason: RefusalReason;
      /** One sentence that says what to do. */
      readonly problem: string;
    };

/** The part of a monitor that emits. In a test pass a real `createMonitor()` and read its `getEvents()`. */
export interface Emitter {
  /** Takes an event. Never throws, does no I/O, and runs no receiver, predicate, store or observer. */
  emitEvent<Metrics extends object>(input: EventInput<Metrics>): EmitResult;
  /**
   * Runs the work and emits `<operation>_start`, then `_success` or `_failure` with
   * `metrics.duration_seconds`, `details.run_id` and what the work put on `run`. Returns what the work returns and rethrows
   * its error: await it. `operation` is lower-case words; another is refused and counted like any invalid event. Wrong options
   * are reported, and the work runs.
   */
  track<T>(
    operation: OperationName,
    work: (run: Run) => T | Promise<T>,
    options?: TrackOptions,
  ): Promise<T>;
  /** The same monitor, for one job that says who speaks. Bindings of a child's child add up; wrong ones are reported and left out. */
  child(bindings: ChildBindings): Emitter;
}

export type OperationName = "sync" | "cleanup" | "migration" | (string & {});

export interface ChildBindings {
  readonly service?: string | undefined;
  /** Added to the details of each event, under the event's own. */
  readonly details?: object | undefined;
}

export interface TrackOptions {
  /** Past this, one `performance_warning` tells that the run is slow, while it runs. */
  readonly slowAfterMs?: number | undefined;
  /** Details of all events of this run. */
  readonly details?: object | undefined;
}

/** What the work of `track` says about itself. */
export interface Run {
  /** In `details.run_id` of all its events. */
  readonly id: string;
  /** Adds to a metric: `run.add("records_synced", rows.length)`. A `bigint`, as databases count, becomes a number. */
  add(metric: string, amount: number | bigint): void;
  /** Sets a metric. */
  set(metric: string, value: number | bigint): void;
  /** Sets a detail: anything, as in an event. */
  note(detail: string, value: unknown): void;
  /** The message of the last event, instead of one made of the operation's name. */
  message(text: string): void;
  /** The level of the last event. */
  level(level: EventLevel): void;
}
