import type { Outcome } from "@datasync-monitor/core";
import { type RawBuilder, sql } from "kysely";
import { type Family, whole } from "./family.ts";
import { type Cell, rowsTable } from "./rows-table.ts";
import { toKey, toNullableText } from "./text.ts";

/** What is told of one delivery under one fence. */
export interface Telling {
  outcome: Outcome;
  /** Of a delivery that succeeded: what failed before, if that was told in the same group. */
  lastError: string | null;
  /** Where it is told of. */
  readonly places: number[];
}

/** All that is told in a group, and the same as a table `r`. */
export interface Told {
  readonly tellings: readonly Telling[];
  readonly rows: RawBuilder<unknown>;
}

export const toldBy = (family: Family, outcomes: readonly Outcome[]): Told => {
  const tellings = [...byDelivery(outcomes).values()];
  return { tellings, rows: tableOf(family, tellings) };
};

/**
 * By delivery and fence, in order. A batch that failed and was tried again before the store was
 * written to is told of twice in one group: the last word counts, and the first that is final.
 */
const byDelivery = (outcomes: readonly Outcome[]): ReadonlyMap<string, Telling> => {
  const tellings = new Map<string, Telling>();
  outcomes.forEach((outcome, place) => {
    const { event_id, receiver, fence } = outcome;
    const id = `${fence} ${receiver.length} ${receiver}${event_id}`;
    const telling = tellings.get(id);
    if (telling === undefined) {
      tellings.set(id, { outcome, lastError: lastErrorOf(outcome), places: [place] });
      return;
    }
    telling.places.push(place);
    if (telling.outcome.state !== "pending") return;
    telling.outcome = outcome;
    if (outcome.state !== "delivered") telling.lastError = lastErrorOf(outcome);
  });
  return tellings;
};

const lastErrorOf = (outcome: Outcome): string | null =>
  outcome.state === "delivered" || outcome.last_error === null
    ? null
    : JSON.stringify(outcome.last_error);

const ownColumns = { id: "text", batch_id: "text" } as const;

const sharedColumns = {
  receiver: "text",
  fence: "integer",
  state: "text",
  attempts: "integer",
  next_at: "integer",
  settled_at: "integer",
  reason: "text",
  reference: "text",
  resume: "text",
  last_error: "text",
} as const;

const ownCells = ({ outcome: { event_id, batch_id } }: Telling): Cell[] => [
  toKey(event_id),
  toNullableText(batch_id),
];

/** What most often is the same for a whole batch. */
const sharedCells = ({ outcome, lastError }: Telling): readonly Cell[] => {
  const { receiver, fence, state, attempts } = outcome;
  const isPending = state === "pending";
  return [
    toKey(receiver),
    whole(fence),
    state,
    whole(attempts),
    isPending ? whole(outcome.next_at) : null,
    isPending ? null : whole(outcome.settled_at),
    isPending || state === "delivered" ? null : toNullableText(outcome.reason),
    state === "delivered" ? toNullableText(outcome.reference) : null,
    isPending && outcome.resume !== null ? JSON.stringify(outcome.resume) : null,
    lastError,
  ];
};

const tableOf = (family: Family, tellings: readonly Telling[]): RawBuilder<unknown> => {
  if (family === "sqlite") return sqliteTable(tellings);
  const rows = tellings.map((one) => [...ownCells(one), ...sharedCells(one)]);
  return rowsTable(family, { ...ownColumns, ...sharedColumns }, rows);
};

/**
 * For SQLite each value that is taken from JSON is dear, so what neighbours share is taken once.
 * "limit" has it read before the join, and "cross join" keeps the order of that.
 */
const sqliteTable = (tellings: readonly Telling[]): RawBuilder<unknown> => {
  const shared: (readonly Cell[])[] = [];
  const own = tellings.map((one) => {
    const cells = sharedCells(one);
    const last = shared.at(-1);
    if (last === undefined || cells.some((cell, at) => cell !== last[at])) shared.push(cells);
    return [...ownCells(one), shared.length - 1];
  });
  const ownRows = rowsTable("sqlite", { ...ownColumns, part: "integer" }, own);
  const sharedRows = rowsTable("sqlite", sharedColumns, shared);
  return sql`(
    select o.*, s.* from (select * from ${ownRows}) as o
    cross join (select * from ${sharedRows} limit -1) as s on s.ord = o.part
  ) as r`;
};
