import type { MonitorEvent } from "../event.ts";

/** An event on its way down. One object serves every receiver's queue. */
export interface Taken {
  readonly event: MonitorEvent;
  /** Heap estimate. */
  readonly bytes: number;
  /** Order of emission in this process, from 1. */
  readonly seq: number;
  /** Index of the event's level, least first. */
  readonly rank: number;
  /** Monotonic milliseconds from which its age runs. */
  since: number;
  /** The store's lease under which it may be settled. */
  readonly fence: number;
  /** The only receiver it is for; null: whoever wants it. */
  readonly only: string | null;
  /** A receiver it is not for, since it tells of that receiver. */
  readonly except: string | null;
}

/** The last event that somebody waits for. */
export interface Mark {
  readonly seq: number;
  readonly id: string;
}

/** Whether it was emitted no later. What came from a store has no order here, but its id has. */
export const isUpTo = ({ seq, event }: Taken, mark: Mark): boolean =>
  seq === 0 ? event.id <= mark.id : seq <= mark.seq;

/** By order of emission. What came from a store has no such order here, but its id has. */
export const precedes = (one: Taken, other: Taken): boolean =>
  one.seq === 0 || other.seq === 0 ? one.event.id < other.event.id : one.seq < other.seq;
