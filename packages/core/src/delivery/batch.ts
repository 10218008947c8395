import type { JsonValue } from "../errors.ts";
import type { MonitorEvent } from "../event.ts";
import type { DeliveryFailure } from "../store/store.ts";
import type { Taken } from "./taken.ts";

export type Members = readonly [Taken, ...Taken[]];

/**
 * Events that travel together. Members and key stay the same from the first attempt on; what is
 * split off is a new batch. A batch of one has its event's id as key.
 */
export class Batch {
  readonly members: Members;
  readonly id: string;
  readonly bytes: number;
  /** Since when the longest-waiting member waits: of what was replayed that is not the first. */
  readonly since: number;
  /** Attempts made. */
  attempts = 0;
  /** Attempts that ended `unknown`; only these are limited. */
  strikes = 0;
  /** Failures since it was last accepted anywhere, for the backoff. */
  failures = 0;
  /** What the last attempt left for the next. */
  resume: JsonValue = null;
  /** How often a `payload` answer was met with a new `resume`. */
  resumed = 0;
  /** Monotonic milliseconds before which it is not tried. */
  notBefore = 0;
  lastError: DeliveryFailure | null = null;

  constructor(members: Members, id: string) {
    this.members = members;
    this.id = id;
    let bytes = 0;
    let since = Number.POSITIVE_INFINITY;
    for (const member of members) {
      bytes += member.bytes;
      since = Math.min(since, member.since);
    }
    this.bytes = bytes;
    this.since = since;
  }

  /** As a notifier gets them. */
  events(): readonly [MonitorEvent, ...MonitorEvent[]] {
    const [first, ...rest] = this.members;
    return Object.freeze([first.event, ...rest.map(({ event }) => event)] as const);
  }

  /** New batches of parts of this one, which remember what it went through. Empty parts give none. */
  split(parts: readonly (readonly Taken[])[], nextId: () => string): Batch[] {
    return parts.flatMap((part) => {
      const batch = newBatch(part, nextId);
      if (batch === undefined) return [];
      batch.attempts = this.attempts;
      batch.resume = this.resume;
      batch.resumed = this.resumed;
      batch.lastError = this.lastError;
      return [batch];
    });
  }

  /** The same members in two halves, in order. */
  halves(): readonly [readonly Taken[], readonly Taken[]] {
    const middle = Math.ceil(this.members.length / 2);
    return [this.members.slice(0, middle), this.members.slice(middle)];
  }
}

/** An event that will not be tried again here, and the batch it was tried in. */
export interface Lost {
  readonly taken: Taken;
  readonly batch: Batch | null;
}

const isSome = (events: readonly Taken[]): events is Members => events.length > 0;

/** A first batch of these events, whose list it takes over; undefined when there are none. */
export const newBatch = (events: readonly Taken[], nextId: () => string): Batch | undefined =>
  isSome(events) ? new Batch(events, batchId(events, nextId)) : undefined;

/** That of several tells how many they are, so that none goes under it without the others. */
export const batchId = (members: Members, nextId: () => string): string =>
  members.length === 1 ? members[0].event.id : `${nextId()}-${members.length}`;

/** Whether a batch of this id has no other members than these. */
export const isWhole = (id: string, eventIds: readonly string[]): boolean =>
  eventIds.length === 1 ? id === eventIds[0] : id.endsWith(`-${eventIds.length}`);

export interface BatchOptions {
  readonly maxSize: number;
  readonly maxWaitMs: number;
}

/**
 * When what waits may leave. Greedy by default (`maxWaitMs` 0): the first event leaves at once, and
 * what gathers behind a send, a limit or a breaker leaves as one batch.
 */
export const batchDueAt = (
  waiting: number,
  oldestSince: number,
  { maxSize, maxWaitMs }: BatchOptions,
): number => (waiting >= maxSize ? oldestSince : oldestSince + maxWaitMs);
