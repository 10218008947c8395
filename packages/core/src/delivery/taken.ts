import type { MonitorEvent } from "../event.ts";

/** An event on its way down. One object serves every receiver's queue. */
export interface Taken {
  readonly event: MonitorEvent;
  /** Heap estimate. */
  readonly bytes: number;
  /** Order of emission in this process, from 1; `comeBack` or `leftByOthers` of what came from a store. */
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

/** This process had it before: it put it into the store, or has it tried again. */
export const comeBack = 0;
/** An earlier process, or another, has left it in the store. */
export const leftByOthers = -1;

/** The last event that somebody waits for. */
export interface Mark {
  readonly seq: number;
  /** Empty: none has been emitted. */
  readonly id: string;
  /** Whether what others have left is waited for, too, where it is in hand. */
  readonly others?: boolean;
}

/** Whether somebody waits for it who waits up to the mark. What came from a store has no order here, but its id has. */
export const isUpTo = ({ seq, event }: Taken, mark: Mark): boolean => {
  if (seq > 0) return seq <= mark.seq;
  return mark.others === true || (seq === comeBack && (mark.id === "" || event.id <= mark.id));
};

/** By order of emission. What came from a store has no such order here, but its id has. */
export const precedes = (one: Taken, other: Taken): boolean =>
  one.seq > 0 && other.seq > 0 ? one.seq < other.seq : one.event.id < other.event.id;
