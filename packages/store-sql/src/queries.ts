import {
  type DeliveryPlace,
  type DeliveryQuery,
  type EventQuery,
  readDeliveryQuery,
  readEventQuery,
} from "@datasync-monitor/core";
import { type RawBuilder, sql } from "kysely";
import { whole } from "./family.ts";
import { toKey } from "./text.ts";

/** What a row must satisfy, and how many are asked for. */
export interface Selection {
  readonly conditions: readonly RawBuilder<unknown>[];
  /** Undefined: the query names none. */
  readonly limit: number | undefined;
}

export const defaultLimit = 100;

/** Of the table `e`. @throws ConfigError */
export const selectEvents = (query: EventQuery): Selection => {
  const { types, levels, since, until, limit, before } = readEventQuery(query);
  return {
    limit,
    conditions: [
      ...(before === undefined ? [] : [sql`e.seq < ${whole(before)}`]),
      ...(types === undefined ? [] : [oneOf("e.event_type", types)]),
      ...(levels === undefined ? [] : [oneOf("e.level", levels)]),
      ...(since === undefined ? [] : [sql`e.happened_at >= ${since}`]),
      ...(until === undefined ? [] : [sql`e.happened_at <= ${until}`]),
    ],
  };
};

/** Of the table `d`; the event's own id is looked up in `events`. @throws ConfigError */
export const selectDeliveries = (query: DeliveryQuery, events: RawBuilder<unknown>): Selection => {
  const { eventId, receiver, states, since, limit, after } = readDeliveryQuery(query);
  const id = eventId === undefined ? undefined : toKey(eventId);
  return {
    limit,
    conditions: [
      ...(id === undefined ? [] : [sql`d.seq = (select seq from ${events} where id = ${id})`]),
      ...(receiver === undefined ? [] : [sql`d.receiver = ${toKey(receiver)}`]),
      ...(states === undefined ? [] : [inStates(states)]),
      ...(since === undefined ? [] : [sql`d.taken_at >= ${since}`]),
      ...(after === undefined ? [] : [beyond(after)]),
    ],
  };
};

/** Behind a place whose receiver is written as it is stored. */
export const beyond = ({ seq, receiver }: DeliveryPlace): RawBuilder<unknown> => {
  const at = whole(seq);
  return sql`(d.seq < ${at} or (d.seq = ${at} and d.receiver > ${receiver}))`;
};

/** All of them, as one condition. */
export const allOf = (conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
  conditions.length === 0 ? sql`1 = 1` : sql.join(conditions, sql` and `);

const oneOf = (column: string, values: ReadonlySet<string>): RawBuilder<unknown> =>
  values.size === 0 ? sql`1 = 0` : sql`${sql.ref(column)} in (${sql.join([...values].map(toKey))})`;

/** Spelled out, and not as parameters: only then is the index used that holds what is dead. */
const inStates = (states: ReadonlySet<string>): RawBuilder<unknown> => {
  const [first, ...others] = [...states].map((state) => sql.lit(state));
  if (first === undefined) return sql`1 = 0`;
  return others.length === 0
    ? sql`d.state = ${first}`
    : sql`d.state in (${sql.join([first, ...others])})`;
};
