import { isoTime } from "../clock.ts";
import { levels, type MonitorEvent } from "../event.ts";
import { checkPattern } from "../filter.ts";
import { checkOptions, numberOption, quoted, textOption, wrongOption } from "../options.ts";
import type {
  Delivery,
  DeliveryFailure,
  DeliveryQuery,
  DeliveryState,
  EventQuery,
  Outcome,
} from "./store.ts";

const deliveryStates: readonly DeliveryState[] = [
  "pending",
  "delivered",
  "folded",
  "moved",
  "dropped",
  "dead",
];
export const defaultLimit = 100;
const maxLimit = 1_000;

/** RFC 3339, or a date alone, which is midnight in UTC. A time without an offset means a different moment on each machine. */
const momentPattern = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/i;
const seqPattern = /^[0-9a-z]{1,11}$/;

/** What tells whether an event is asked for. */
export type EventHead = Pick<MonitorEvent, "event_type" | "level" | "timestamp">;

/** An `EventQuery` that was checked, as a store reads it. Times are milliseconds since the epoch; undefined: any. */
export interface EventSelection {
  readonly types: ReadonlySet<string> | undefined;
  readonly levels: ReadonlySet<string> | undefined;
  readonly since: number | undefined;
  readonly until: number | undefined;
  readonly limit: number;
  /** From `cursor`: only events before this place in the order of arrival. */
  readonly before: number | undefined;
}

/** A delivery's place in the order of answers: newest event first, then by receiver. */
export interface DeliveryPlace {
  /** Its event's order of arrival. */
  readonly seq: number;
  readonly receiver: string;
}

/** A `DeliveryQuery` that was checked, as a store reads it. */
export interface DeliverySelection {
  readonly eventId: string | undefined;
  readonly receiver: string | undefined;
  readonly states: ReadonlySet<string> | undefined;
  readonly since: number | undefined;
  /** Undefined: the query names none. A page has 100 then, and a move has no bound. */
  readonly limit: number | undefined;
  /** From `cursor`: only deliveries behind this place. */
  readonly after: DeliveryPlace | undefined;
}

/** A delivery as it is remembered. */
export interface StoredDelivery extends DeliveryPlace {
  readonly eventId: string;
  readonly state: DeliveryState;
  readonly takenAt: number;
  /** What was told of it last, or of another that is alike; undefined: nothing since it was taken. */
  readonly outcome: Outcome | undefined;
  readonly lastError: DeliveryFailure | null;
}

/** As a query answers it. */
export const deliveryOf = (one: StoredDelivery): Delivery => {
  const { eventId, receiver, state, takenAt, outcome, lastError } = one;
  const { batch_id = null } = outcome ?? {};
  return {
    event_id: eventId,
    receiver,
    state,
    reason: outcome && "reason" in outcome ? outcome.reason : null,
    attempts: outcome?.attempts ?? 0,
    // A batch of one has its event's id.
    batch_id: batch_id === outcome?.event_id ? eventId : batch_id,
    taken_at: isoTime(takenAt),
    next_at: outcome && "next_at" in outcome ? isoTime(outcome.next_at) : null,
    settled_at: outcome && "settled_at" in outcome ? isoTime(outcome.settled_at) : null,
    reference: outcome && "reference" in outcome ? outcome.reference : null,
    last_error: lastError,
  };
};

/** Newest event first, then by receiver. */
export const inOrder = (left: DeliveryPlace, right: DeliveryPlace): number =>
  right.seq - left.seq || (left.receiver < right.receiver ? -1 : 1);

/** Checks a query of events, for a store. @throws ConfigError naming the option that is wrong. */
export const readEventQuery = (query: EventQuery): EventSelection => {
  const owner = "An event query";
  checkOptions(owner, query, ["types", "levels", "since", "until", "limit", "cursor"]);
  const types = words(owner, "types", query.types);
  for (const type of types ?? []) {
    if (type.includes("*")) throw wrongOption(owner, "types", "are exact, without `*`.");
    checkPattern(owner, type); // no event would be found, as if nothing had gone wrong
  }
  return {
    types,
    levels: words(owner, "levels", query.levels, levels),
    since: moment(owner, "since", query.since),
    until: moment(owner, "until", query.until),
    limit: limitOf(owner, query.limit) ?? defaultLimit,
    before: query.cursor === undefined ? undefined : seqOf(owner, query.cursor),
  };
};

/** Checks a query of deliveries, for a store. @throws ConfigError naming the option that is wrong. */
export const readDeliveryQuery = (query: DeliveryQuery): DeliverySelection => {
  const owner = "A delivery query";
  checkOptions(owner, query, ["eventId", "receiver", "states", "since", "limit", "cursor"]);
  const name = (option: "eventId" | "receiver") =>
    query[option] === undefined ? undefined : textOption(owner, option, query[option]);
  return {
    eventId: name("eventId"),
    receiver: name("receiver"),
    states: words(owner, "states", query.states, deliveryStates),
    since: moment(owner, "since", query.since),
    limit: limitOf(owner, query.limit),
    after: query.cursor === undefined ? undefined : placeOf(owner, query.cursor),
  };
};

export const selectsEvent = (
  { types, levels: wanted, since, until }: EventSelection,
  { event_type, level, timestamp }: EventHead,
): boolean => {
  if (types !== undefined && !types.has(event_type)) return false;
  if (wanted !== undefined && !wanted.has(level)) return false;
  if (since === undefined && until === undefined) return true;
  const at = Date.parse(timestamp);
  return at >= (since ?? at) && at <= (until ?? at);
};

export const selectsDelivery = (
  { eventId, receiver, states, since, after }: DeliverySelection,
  one: StoredDelivery,
): boolean =>
  (eventId === undefined || one.eventId === eventId) &&
  (receiver === undefined || one.receiver === receiver) &&
  (states === undefined || states.has(one.state)) &&
  (since === undefined || one.takenAt >= since) &&
  (after === undefined || inOrder(after, one) < 0);

/** What `readEventQuery` reads as `before`: the order of arrival of the last event of a page. */
export const eventCursor = (seq: number): string => seq.toString(36);

/** What `readDeliveryQuery` reads as `after`: the place of the last delivery of a page. */
export const deliveryCursor = ({ seq, receiver }: DeliveryPlace): string =>
  `${seq.toString(36)}.${receiver}`;

const seqOf = (owner: string, cursor: unknown): number => {
  if (typeof cursor === "string" && seqPattern.test(cursor)) return Number.parseInt(cursor, 36);
  throw wrongOption(owner, "cursor", "must be one that a page of this kind of query answered.");
};

const placeOf = (owner: string, cursor: unknown): DeliveryPlace => {
  const [seq, ...receiver] = typeof cursor === "string" ? cursor.split(".") : [];
  return { seq: seqOf(owner, receiver.length > 0 ? seq : undefined), receiver: receiver.join(".") };
};

const limitOf = (owner: string, limit: unknown): number | undefined =>
  limit === undefined
    ? undefined
    : numberOption(owner, "limit", limit, defaultLimit, { min: 1, max: maxLimit, integer: true });

const moment = (owner: string, name: string, value: unknown): number | undefined => {
  if (value === undefined) return undefined;
  const at =
    value instanceof Date
      ? value.getTime()
      : typeof value === "string" && momentPattern.test(value)
        ? Date.parse(value)
        : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw wrongOption(
    owner,
    name,
    'must be a valid Date or an RFC 3339 time with its offset, such as "2025-08-29T10:30:00Z".',
  );
};

/** A set of strings, each one of `allowed` if given. */
const words = (
  owner: string,
  name: string,
  value: unknown,
  allowed?: readonly string[],
): ReadonlySet<string> | undefined => {
  if (value === undefined) return undefined;
  const list: readonly unknown[] = Array.isArray(value) ? value : [undefined];
  const isWord = (word: unknown) =>
    typeof word === "string" && (allowed === undefined || allowed.includes(word));
  if (list.every(isWord)) return new Set(list.map(String));
  throw wrongOption(
    owner,
    name,
    `must be a list of${allowed ? `: ${quoted(allowed)}` : " strings"}.`,
  );
};
