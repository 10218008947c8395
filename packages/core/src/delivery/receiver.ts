import type { CompiledFilter } from "../filter.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Taken } from "./taken.ts";

/** A pipeline, and which events it gets. */
export interface Receiver {
  readonly name: string;
  readonly filter: CompiledFilter;
  readonly pipeline: Pipeline;
  /** Events emitted up to here were before its time. */
  readonly joinedAt: number;
  /** Events emitted after this one are after its time; Infinity while it stays. */
  leftAt: number;
}

/** Whether an event was emitted in this receiver's time: only those are in its books. */
export const concerns = ({ joinedAt, leftAt }: Receiver, { seq }: Taken): boolean =>
  seq > joinedAt && seq <= leftAt;

/** Whether an event is meant for this receiver, by its address and the static part of its filter. */
export const wants = ({ name, filter }: Receiver, { event, only, except }: Taken): boolean =>
  only === null ? name !== except && filter.accepts(event.event_type, event.level) : name === only;
