import {
  ConfigError,
  checkOptions,
  type DeliveryQuery,
  type DeliveryState,
  EventLevel,
  type EventQuery,
  numberOption,
  textOption,
} from "@datasync-monitor/core";
import { type RawBuilder, sql } from "kysely";
import { whole } from "./family.ts";
import { toKey } from "./text.ts";

/** A query, checked: what a row must satisfy, and how many are asked for. */
export interface Selection {
  readonly conditions: readonly RawBuilder<unknown>[];
  /** Undefined: the query names none. */
  readonly limit: number | undefined;
}

export const defaultLimit = 100;
const maxLimit = 1_000;

const deliveryStates: readonly DeliveryState[] = [
  "pending",
  "delivered",
  "folded",
  "moved",
  "dropped",
  "dead",
];

/** RFC 3339, or a date alone, which is midnight in UTC. A time without an offset means a different moment on each machine. */
const momentPattern = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/i;
const seqPattern = /^[0-9a-z]{1,11}$/;

/** Of the table `e`. @throws ConfigError */
export const selectEvents = (query: EventQuery): Selection => {
  const owner = "An event query";
  checkOptions(owner, query, ["types", "levels", "since", "until", "limit", "cursor"]);
  const types = words(owner, "types", query.types);
  const levels = words(owner, "levels", query.levels, Object.values(EventLevel));
  const since = moment(owner, "since", query.since);
  const until = moment(owner, "until", query.until);
  const limit = limitOf(owner, query.limit);
  const before = query.cursor === undefined ? undefined : seqOf(owner, query.cursor);
  return {
    limit,
    conditions: [
      ...(before === undefined ? [] : [sql`e.seq < ${before}`]),
      ...(types === undefined ? [] : [oneOf("e.event_type", types)]),
      ...(levels === undefined ? [] : [oneOf("e.level", levels)]),
      ...(since === undefined ? [] : [sql`e.happened_at >= ${since}`]),
      ...(until === undefined ? [] : [sql`e.happened_at <= ${until}`]),
    ],
  };
};

/** Of the table `d`; the event's own id is looked up in `events`. @throws ConfigError */
export const selectDeliveries = (query: DeliveryQuery, events: RawBuilder<unknown>): Selection => {
  const owner = "A delivery query";
  checkOptions(owner, query, ["eventId", "receiver", "states", "since", "limit", "cursor"]);
  const name = (option: "eventId" | "receiver") =>
    query[option] === undefined ? undefined : toKey(textOption(owner, option, query[option]));
  const id = name("eventId");
  const receiver = name("receiver");
  const states = words(owner, "states", query.states, deliveryStates);
  const since = moment(owner, "since", query.since);
  const limit = limitOf(owner, query.limit);
  const after = query.cursor === undefined ? undefined : placeOf(owner, query.cursor);
  return {
    limit,
    conditions: [
      ...(id === undefined ? [] : [sql`d.seq = (select seq from ${events} where id = ${id})`]),
      ...(receiver === undefined ? [] : [sql`d.receiver = ${receiver}`]),
      ...(states === undefined ? [] : [inStates(states)]),
      ...(since === undefined ? [] : [sql`d.taken_at >= ${since}`]),
      ...(after === undefined ? [] : [beyond(after)]),
    ],
  };
};

/** A delivery's place in the order of answers: newest event first, then by receiver. */
export interface Place {
  readonly seq: number;
  /** As it is stored. */
  readonly receiver: string;
}

export const beyond = ({ seq, receiver }: Place): RawBuilder<unknown> =>
  sql`(d.seq < ${seq} or (d.seq = ${seq} and d.receiver > ${receiver}))`;

/** All of them, as one condition. */
export const allOf = (conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
  conditions.length === 0 ? sql`1 = 1` : sql.join(conditions, sql` and `);

export const eventCursor = (seq: number): string => seq.toString(36);
export const deliveryCursor = ({ seq, receiver }: Place): string =>
  `${seq.toString(36)}.${receiver}`;

const oneOf = (column: string, values: readonly string[]): RawBuilder<unknown> =>
  values.length === 0 ? sql`1 = 0` : sql`${sql.ref(column)} in (${sql.join(values)})`;

/** Spelled out, and not as parameters: only then is the index used that holds what is dead. */
const inStates = (states: readonly string[]): RawBuilder<unknown> => {
  const [first, ...others] = states.map((state) => sql.lit(state));
  if (first === undefined) return sql`1 = 0`;
  return others.length === 0
    ? sql`d.state = ${first}`
    : sql`d.state in (${sql.join([first, ...others])})`;
};

const seqOf = (owner: string, cursor: unknown): number => {
  if (typeof cursor === "string" && seqPattern.test(cursor))
    return whole(Number.parseInt(cursor, 36));
  throw new ConfigError(
    "cursor",
    `${owner}: \`cursor\` must be one that a page of this kind of query answered.`,
  );
};

const placeOf = (owner: string, cursor: unknown): Place => {
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

/** Strings as they are stored, each one of `allowed` if given. */
const words = (
  owner: string,
  name: string,
  value: unknown,
  allowed?: readonly string[],
): readonly string[] | undefined => {
  if (value === undefined) return undefined;
  const list: readonly unknown[] = Array.isArray(value) ? value : [undefined];
  const isWord = (word: unknown): word is string =>
    typeof word === "string" && (allowed === undefined || allowed.includes(word));
  if (list.every(isWord)) return [...new Set(list)].map(toKey);
  const of = allowed ? `: ${allowed.map((word) => `"${word}"`).join(", ")}` : " of strings";
  throw new ConfigError(name, `${owner}: \`${name}\` must be a list${allowed ? " of" : ""}${of}.`);
};
