import type { JsonValue } from "../errors.ts";
import type { EventLevel, EventTypeName, MonitorEvent } from "../event.ts";

export type MaybePromise<T> = T | Promise<T>;

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
  /** 1 to 1,000; default 100. */
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
 * Remembers events and deliveries. The journal decides when and how much is written; the store makes
 * it atomic. A store that answers synchronously costs no promise.
 */
export interface EventStore {
  readonly contract: 1;
  /** true: a resolved commit survives the process. */
  readonly durable: boolean;
  /** Migrates and checks the version; rejects without touching a row. `instance` names this process among others. */
  open(instance: string): MaybePromise<void>;
  /** All or nothing; idempotent by (event_id, receiver). `stale`: outcomes whose lease another holds by now. */
  commit(group: Group): MaybePromise<{ readonly stale: readonly Key[] }>;
  /** Leases what is open and nobody's, the longest open first. The first row is handed out whatever its size; none is no answer while one is left. */
  claim(query: ClaimQuery): MaybePromise<readonly Claimed[]>;
  /** `leaseMs` 0 gives them back: whoever claims next has them, also by a clock that is behind. `lost`: those that are another's, or settled, by now. */
  renew(
    leases: readonly Lease[],
    leaseMs: number,
    now: number,
  ): MaybePromise<{ readonly lost: readonly Key[] }>;
  /** Replays, re-routes or discards what the query selects; answers how many. */
  move(
    select: DeliveryQuery,
    to: { readonly state: "pending" | "dropped"; readonly receiver?: string | undefined },
  ): MaybePromise<number>;
  events(query: EventQuery): MaybePromise<Page<MonitorEvent>>;
  deliveries(query: DeliveryQuery): MaybePromise<Page<Delivery>>;
  aggregate(query: AggregateQuery): MaybePromise<Aggregate>;
  backlog(): MaybePromise<readonly Backlog[]>;
  prune(limits: {
    readonly before: number;
    readonly maxEvents: number;
    readonly chunk: number;
  }): MaybePromise<number>;
  close(): MaybePromise<void>;
}
