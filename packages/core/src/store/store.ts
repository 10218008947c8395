import type { JsonValue } from "../errors.ts";
import type { EventLevel, EventTypeName, MonitorEvent } from "../event.ts";

export type MaybePromise<T> = T | Promise<T>;

/** `pending`, or its fate; what a filter did not want has no row. */
export type DeliveryState = "pending" | "delivered" | "folded" | "moved" | "dropped" | "dead";

/** What became of one event at one receiver. Times are RFC 3339. */
export interface Delivery {
  readonly event_id: string;
  readonly receiver: string;
  readonly state: DeliveryState;
  /** Why it was dropped, or died: `"overflow"`, `"expired"`, `"payload"`. */
  readonly reason: string | null;
  readonly attempts: number;
  /** The idempotency key of the batch it last travelled in. */
  readonly batch_id: string | null;
  readonly taken_at: string;
  readonly next_at: string | null;
  readonly settled_at: string | null;
  /** The destination's own name for the message. */
  readonly reference: string | null;
  readonly last_error: DeliveryFailure | null;
}

export interface DeliveryFailure {
  readonly code: string;
  readonly message: string;
}

/** One page, newest first. `cursor` fetches the next; null on the last. */
export interface Page<T> {
  readonly rows: readonly T[];
  readonly cursor: string | null;
}

export interface EventQuery {
  readonly types?: readonly EventTypeName[] | undefined;
  readonly levels?: readonly EventLevel[] | undefined;
  readonly since?: string | Date | undefined;
  readonly until?: string | Date | undefined;
  /** 1 to 1,000; default 100. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export interface DeliveryQuery {
  readonly eventId?: string | undefined;
  readonly receiver?: string | undefined;
  readonly states?: readonly DeliveryState[] | undefined;
  /** Taken at or after. */
  readonly since?: string | Date | undefined;
  /** 1 to 1,000; default 100, for `replay()` 1,000. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export interface Key {
  readonly event_id: string;
  readonly receiver: string;
}

/** A claim on one delivery; only the holder of the latest fence may settle it. */
export interface Lease extends Key {
  readonly fence: number;
}

/** How a delivery stands after an attempt, or for good. Times are milliseconds since the epoch. */
export type Outcome = Lease & {
  readonly attempts: number;
  readonly batch_id: string | null;
} & (
    | {
        readonly state: "delivered";
        readonly settled_at: number;
        readonly reference: string | null;
      }
    | {
        readonly state: "dead" | "dropped" | "moved" | "folded";
        readonly settled_at: number;
        readonly reason: string;
        readonly last_error: DeliveryFailure | null;
      }
    | {
        readonly state: "pending";
        readonly next_at: number;
        readonly resume: JsonValue;
        readonly last_error: DeliveryFailure | null;
      }
  );

export interface Accepted {
  readonly event: MonitorEvent;
  readonly receivers: readonly string[];
  /** About what the event holds on the heap, where that is known. */
  readonly bytes?: number | undefined;
}

/** What was taken and what came of it, written all or nothing. Accepted rows are leased (fence 1) to the committer. */
export interface Group {
  readonly now: number;
  readonly leaseMs: number;
  readonly accepted: readonly Accepted[];
  readonly outcomes: readonly Outcome[];
}

export interface ClaimQuery {
  readonly receiver: string;
  readonly limit: number;
  readonly maxBytes: number;
  readonly leaseMs: number;
  readonly now: number;
}

/** An open delivery handed to the one who will try it. */
export interface Claimed extends Lease {
  readonly event: MonitorEvent;
  readonly attempts: number;
  readonly batch_id: string | null;
  readonly resume: JsonValue;
  readonly last_error: DeliveryFailure | null;
  readonly taken_at: number;
  readonly next_at: number | null;
}

export interface AggregateQuery {
  readonly types: readonly EventTypeName[];
  /** Milliseconds since the epoch, on a full hour. */
  readonly since: number;
  readonly until: number;
  /** Numbers to sum up, read from `metrics`, else from `details`. */
  readonly metrics: readonly string[];
}

/** One measure over a window. Percentiles are within 2 %. */
export interface Summary {
  readonly count: number;
  readonly sum: number;
  readonly max: number;
  readonly p50: number;
  readonly p95: number;
}

export interface Aggregate {
  /** Milliseconds since the epoch from which the answer is whole; null: it reaches back all the way. */
  readonly complete_since: number | null;
  /** Per event type, only those that occurred. */
  readonly types: Readonly<Record<string, { readonly count: number; readonly last: MonitorEvent }>>;
  /** Per measure, over all the types asked for; absent when none was seen. */
  readonly metrics: Readonly<Record<string, Summary>>;
}

export interface Backlog {
  readonly receiver: string;
  readonly pending: number;
  readonly oldest_at: string | null;
}

/**
 * Remembers events and deliveries. Core decides what is written, when and in which groups; the store makes
 * each write atomic. A store that answers synchronously costs no promise.
 *
 * A method that rejects, throws or does not answer within 5 seconds has failed: core asks again, with `commit`
 * for as long as the monitor lives, and takes no notice of a later answer. So what failed may have been done all
 * the same, and must be harmless to repeat. `docs/stores.md` has every rule, `testStore()` of the testkit checks them.
 */
export interface EventStore {
  readonly contract: 1;
  /** true: a resolved commit survives the process. Then queues leave to the store what they have no room for. */
  readonly durable: boolean;
  /**
   * Called before anything else, and again until it succeeds; also on a store that is open. Migrates and
   * checks the version, and rejects without touching a row: with a `ConfigError` where no further try can
   * help. `instance` names this process among those that share the store.
   */
  open(instance: string): MaybePromise<void>;
  /**
   * Writes a group: all of it or nothing, also when it rejects. One at a time, unless one is not answered in
   * time. What failed is given again, and may have grown: it is idempotent by (event_id, receiver), and what is there
   * already stays as it is.
   *
   * An outcome counts only under the latest fence of a pending delivery. `stale` names those whose lease
   * another holds by now, or that are not there; one that has its final state under that very fence is neither
   * changed nor stale.
   */
  commit(group: Group): MaybePromise<{ readonly stale: readonly Key[] }>;
  /**
   * Hands out what is open and nobody's, the longest open first, each under a fence higher by one and a lease
   * of `leaseMs`: never the same delivery to two callers. Called for a receiver when it is registered and whenever it
   * has room, before `next_at` too. The first row is handed out whatever its size; none is no answer while one
   * is left. What cannot be read becomes dead, and the others are handed out.
   */
  claim(query: ClaimQuery): MaybePromise<readonly Claimed[]>;
  /**
   * Extends leases, every few seconds, of all that is in hand. `leaseMs` 0 gives them back: whoever claims next
   * has them, also by a clock that is behind. `lost` names those that are another's, or settled, by now: core lets go
   * of these unsent. A rejection loses none: they run on until they end.
   */
  renew(
    leases: readonly Lease[],
    leaseMs: number,
    now: number,
  ): MaybePromise<{ readonly lost: readonly Key[] }>;
  /**
   * Replays, re-routes or discards what the query selects; answers how many. Raises the fence of what it
   * changes, so that whoever has it in hand learns so. Atomic for each delivery, and may be done in parts. Core calls
   * it only for `replay()`, which a rejection reaches.
   */
  move(
    select: DeliveryQuery,
    to: { readonly state: "pending" | "dropped"; readonly receiver?: string | undefined },
  ): MaybePromise<number>;
  /** The newest first. Asked by `getEvents()`, which a rejection reaches. A page neither repeats nor skips what another has shown, whatever comes meanwhile. */
  events(query: EventQuery): MaybePromise<Page<MonitorEvent>>;
  /** The newest event first, then by receiver. Asked by `getDeliveries()`, as `events`. */
  deliveries(query: DeliveryQuery): MaybePromise<Page<Delivery>>;
  /** Counts and sums by the events' own timestamps, for status and metrics. What was pruned counts for 31 days all the same. */
  aggregate(query: AggregateQuery): MaybePromise<Aggregate>;
  /** What is pending, by receiver, whether or not it is registered anywhere or leased to anybody. Core never asks; it is for people. */
  backlog(): MaybePromise<readonly Backlog[]>;
  /**
   * Forgets at most `chunk` events with their deliveries, the oldest first, and answers how many: those taken before
   * `before`, and those beyond the newest `maxEvents`. Never one with a pending delivery; for their number alone not
   * one with a dead one either. Called once a minute on a durable store, until it answers less than `chunk`; a rejection is
   * not reported.
   */
  prune(limits: {
    readonly before: number;
    readonly maxEvents: number;
    readonly chunk: number;
  }): MaybePromise<number>;
  /** Called once, last, though `open` or another call may be under way: lets go of everything, and may be called again. A rejection is reported. */
  close(): MaybePromise<void>;
}
