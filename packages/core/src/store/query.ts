import { ConfigError } from "../errors.ts";
import { levels, type MonitorEvent } from "../event.ts";
import { checkOptions, numberOption, textOption } from "../options.ts";
import type { Delivery, DeliveryQuery, DeliveryState, EventQuery } from "./store.ts";

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

/** An `EventQuery`, checked. */
export interface EventSelection {
  readonly limit: number;
  /** Only events before this one. */
  readonly before: number;
  has(event: MonitorEvent): boolean;
}

/** A delivery as it is remembered. */
export interface StoredDelivery {
  /** Its event's order of arrival. */
  readonly seq: number;
  readonly eventId: string;
  readonly receiver: string;
  readonly state: DeliveryState;
  readonly takenAt: number;
  delivery(): Delivery;
}

/** A `DeliveryQuery`, checked. */
export interface DeliverySelection {
  /** Undefined: the query names none. */
  readonly limit: number | undefined;
  has(delivery: StoredDelivery): boolean;
}

/** Newest event first, then by receiver. */
export const inOrder = (left: StoredDelivery, right: StoredDelivery): number =>
  right.seq - left.seq || (left.receiver < right.receiver ? -1 : 1);

/** @throws ConfigError */
export const selectEvents = (query: EventQuery): EventSelection => {
  const owner = "An event query";
  checkOptions(owner, query, ["types", "levels", "since", "until", "limit", "cursor"]);
  const types = words(owner, "types", query.types);
  const wanted = words(owner, "levels", query.levels, levels);
  const since = moment(owner, "since", query.since) ?? Number.NEGATIVE_INFINITY;
  const until = moment(owner, "until", query.until) ?? Number.POSITIVE_INFINITY;
  const isTimeless = query.since === undefined && query.until === undefined;
  return {
    limit: limitOf(owner, query.limit) ?? defaultLimit,
    before: query.cursor === undefined ? Number.POSITIVE_INFINITY : seqOf(owner, query.cursor),
    has(event) {
      if (types && !types.has(event.event_type)) return false;
      if (wanted && !wanted.has(event.level)) return false;
      if (isTimeless) return true;
      const at = Date.parse(event.timestamp);
      return at >= since && at <= until;
    },
  };
};

/** @throws ConfigError */
export const selectDeliveries = (query: DeliveryQuery): DeliverySelection => {
  const owner = "A delivery query";
  checkOptions(owner, query, ["eventId", "receiver", "states", "since", "limit", "cursor"]);
  const name = (option: "eventId" | "receiver") =>
    query[option] === undefined ? undefined : textOption(owner, option, query[option]);
  const id = name("eventId");
  const receiver = name("receiver");
  const states = words(owner, "states", query.states, deliveryStates);
  const since = moment(owner, "since", query.since) ?? Number.NEGATIVE_INFINITY;
  const after = query.cursor === undefined ? undefined : placeOf(owner, query.cursor);
  return {
    limit: limitOf(owner, query.limit),
    has: (one) =>
      (id === undefined || one.eventId === id) &&
      (receiver === undefined || one.receiver === receiver) &&
      (states === undefined || states.has(one.state)) &&
      one.takenAt >= since &&
      (after === undefined ||
        one.seq < after.seq ||
        (one.seq === after.seq && one.receiver > after.receiver)),
  };
};

export const isoTime = (at: number): string => new Date(at).toISOString();

export const eventCursor = (seq: number): string => seq.toString(36);
export const deliveryCursor = ({ seq, receiver }: StoredDelivery): string =>
  `${seq.toString(36)}.${receiver}`;

const seqOf = (owner: string, cursor: unknown): number => {
  if (typeof cursor === "string" && seqPattern.test(cursor)) return Number.parseInt(cursor, 36);
  throw new ConfigError(
    "cursor",
    `${owner}: \`cursor\` must be one that a page of this kind of query answered.`,
  );
};

const placeOf = (owner: string, cursor: unknown): { seq: number; receiver: string } => {
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
  throw new ConfigError(
    name,
    `${owner}: \`${name}\` must be a valid Date or an RFC 3339 time with its offset, such as "2025-08-29T10:30:00Z".`,
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
  const of = allowed ? `: ${allowed.map((word) => `"${word}"`).join(", ")}` : " of strings";
  throw new ConfigError(name, `${owner}: \`${name}\` must be a list${allowed ? " of" : ""}${of}.`);
};
