import type { DeliveryPlace, DeliveryQuery, EventStore } from "@datasync-monitor/core";
import { type RawBuilder, sql } from "kysely";
import type { Database } from "./database.ts";
import { integer, unlessThere } from "./family.ts";
import { allOf, beyond, type Selection, selectDeliveries } from "./queries.ts";
import { rowsTable } from "./rows-table.ts";
import type { Session } from "./session.ts";
import { toKey } from "./text.ts";

export type Target = Parameters<EventStore["move"]>[1];

/** A transaction holds up others, so what is much is done in parts. */
const chunk = 500;

interface Step {
  readonly selection: Selection;
  readonly to: Target;
  readonly now: number;
}

/** Replays, re-routes or discards what the query selects, newest first, and all of it when it has no limit. */
export const moveDeliveries = async (
  database: Database,
  query: DeliveryQuery,
  to: Target,
  now: number,
): Promise<number> => {
  let left = selectDeliveries(query, sql`e`).limit ?? Number.POSITIVE_INFINITY;
  let moved = 0;
  let last: DeliveryPlace | undefined;
  do {
    const after = last;
    const most = Math.min(chunk, left);
    const places = await database.write("move deliveries", async (session) => {
      const selection = selectDeliveries(query, session.tables.events);
      const further = after === undefined ? [] : [beyond(after)];
      const conditions = [...selection.conditions, ...further, movable(to)];
      return moveSome(session, { selection: { conditions, limit: most }, to, now });
    });
    moved += places.length;
    left -= places.length;
    // What was moved may be selected again: only what comes after it is left to do.
    last = places.length < most ? undefined : places.at(-1);
  } while (last !== undefined && left > 0);
  return moved;
};

/** What has its fate stays as it is; a dead delivery has none as long as it can be replayed. */
const movable = ({ state, receiver }: Target): RawBuilder<unknown> => {
  if (state === "dropped") return sql`d.state in ('pending', 'dead')`;
  if (receiver === undefined) return sql`d.state = 'dead'`;
  return sql`(d.state = 'dead' or (d.state = 'pending' and d.receiver <> ${toKey(receiver)}))`;
};

const moveSome = async (
  session: Session,
  { selection: { conditions, limit = chunk }, to, now }: Step,
): Promise<readonly DeliveryPlace[]> => {
  const { family, tables, run } = session;
  const lock = family === "sqlite" ? sql`` : sql`for update`;
  const { rows } = await run<{ seq: unknown; receiver: string }>(sql`
    select d.seq, d.receiver from ${tables.deliveries} d
    where ${allOf(conditions)} order by d.seq desc, d.receiver limit ${limit} ${lock}`);
  const places = rows.map(({ seq, receiver }) => ({ seq: Number(seq), receiver }));
  if (to.state === "dropped") {
    await end(session, places, { state: "dropped", reason: "discarded", now });
    return places;
  }
  const target = to.receiver === undefined ? undefined : toKey(to.receiver);
  const isOwn = ({ receiver }: DeliveryPlace) => target === undefined || receiver === target;
  await reopen(session, places.filter(isOwn), now);
  const others = places.filter((place) => !isOwn(place));
  if (target !== undefined) await reroute(session, others, target, now);
  return places;
};

const placesTable = ({ family }: Session, places: readonly DeliveryPlace[]): RawBuilder<unknown> =>
  rowsTable(
    family,
    { seq: "integer", receiver: "text" },
    places.map(({ seq, receiver }) => [seq, receiver]),
  );

const update = async (
  session: Session,
  places: readonly DeliveryPlace[],
  set: RawBuilder<unknown>,
  only: RawBuilder<unknown>,
): Promise<void> => {
  if (places.length === 0) return;
  const { family, tables, run } = session;
  const rows = placesTable(session, places);
  const same = sql`d.seq = r.seq and d.receiver = r.receiver and ${only}`;
  await run(
    family === "mysql"
      ? sql`update ${rows} join ${tables.deliveries} d on ${same} set ${set}`
      : sql`update ${tables.deliveries} as d set ${set} from ${rows} where ${same}`,
  );
};

/** Dead deliveries begin anew, their age and attempts too, for whoever claims them. */
const reopen = (session: Session, places: readonly DeliveryPlace[], now: number): Promise<void> => {
  const fresh = sql`state = 'pending', fence = fence + 1, attempts = 0, lease_until = 0,
    taken_at = ${integer(session.family, now)}, settled_at = null, batch_id = null, reason = null,
    resume = null, last_error = null`;
  return update(session, places, fresh, sql`d.state = 'dead'`);
};

/** Ends deliveries from outside. Whoever holds their lease learns so by the fence. */
const end = (
  session: Session,
  places: readonly DeliveryPlace[],
  { state, reason, now }: { readonly state: string; readonly reason: string; readonly now: number },
): Promise<void> => {
  const ended = sql`state = ${state}, fence = fence + 1, reason = ${reason}, next_at = null,
    resume = null, settled_at = ${integer(session.family, now)}`;
  return update(session, places, ended, sql`1 = 1`);
};

/** Another receiver gets the events, unless it has or had them. */
const reroute = async (
  session: Session,
  places: readonly DeliveryPlace[],
  target: string,
  now: number,
): Promise<void> => {
  if (places.length === 0) return;
  const { family, tables, run } = session;
  const seqs = [...new Set(places.map(({ seq }) => seq))];
  if (family !== "sqlite") {
    // An old event must not be pruned before its new delivery is there.
    await run(sql`select seq from ${tables.events} where seq in (${sql.join(seqs)}) for update`);
  }
  const there = seqs.map((seq) => ({ seq, receiver: target }));
  await reopen(session, there, now);
  const keep = unlessThere(family, tables.deliveries, ["seq", "receiver"]);
  await run(sql`
    insert into ${tables.deliveries} (seq, receiver, state, fence, lease_until, attempts, taken_at)
    select r.seq, r.receiver, 'pending', 1, 0, 0, ${integer(family, now)}
    from ${placesTable(session, there)} where true ${keep}`);
  await end(session, places, { state: "moved", reason: target, now });
};
