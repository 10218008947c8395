import { crc32 } from "node:zlib";
import type { EventStore } from "@datasync-monitor/core";
import { sqlStore } from "@datasync-monitor/store-sql";
import Database from "libsql";
import type { DeadLetter } from "../oracle/verdict.ts";
import type { Cycle } from "./cycle.ts";

export interface Settled {
  readonly letters: readonly DeadLetter[];
  /** How long a fresh event took to reach both receivers. */
  readonly freshMs: number;
  readonly violations: readonly string[];
}

const drainMs = 30_000;
const freshMs = 5_000;

/** The last process: it delivers what is left, and one event more. Then the store is looked into. */
export const settle = async (cycle: Cycle): Promise<Settled> => {
  await cycle.calm();
  const last = cycle.start({ life: "last", events: 0, drains: true });
  const drained = await last.said("drained", { withinMs: drainMs });
  if (drained === undefined) {
    const stored = await look(cycle);
    return {
      ...stored,
      freshMs: Number.POSITIVE_INFINITY,
      violations: [`not drained within ${drainMs / 1_000} s`, ...stored.violations],
    };
  }
  const since = performance.now();
  const isThere = () =>
    cycle.receivers.every(({ name }) =>
      cycle.ledger.taken(name).some(({ events }) => events.some(({ id }) => id === drained.fresh)),
    );
  while (!isThere() && performance.now() - since < freshMs)
    await new Promise((resolve) => setTimeout(resolve, 5));
  const tookMs = performance.now() - since;
  const violations = tookMs < freshMs ? [] : ["a fresh event did not arrive within 5 s"];
  const { code } = await last.ended;
  if (code !== 0) violations.push(`the last process ended with ${code}: ${last.printed}`);
  const closed = await last.said("closed");
  const stored = await look(cycle, closed?.pending);
  return { ...stored, freshMs: tookMs, violations: [...violations, ...stored.violations] };
};

/**
 * What the store says when nobody has it open any more.
 *
 * @param told - How many deliveries the last process said it left: a busy machine may be late.
 */
const look = async (cycle: Cycle, told = 0): Promise<Omit<Settled, "freshMs">> => {
  const store = sqlStore(cycle.store);
  const violations: string[] = [];
  try {
    await store.open("oracle");
    const left = (await store.backlog()).reduce((sum, { pending }) => sum + pending, 0);
    if (left > told) violations.push(`${left} deliveries are left in the store, ${told} were told`);
    const letters = await deadLetters(store);
    return { letters, violations: [...violations, ...damages(cycle)] };
  } catch (error) {
    return { letters: [], violations: [...violations, `the store cannot be read: ${error}`] };
  } finally {
    await store.close();
  }
};

const deadLetters = async (store: EventStore): Promise<readonly DeadLetter[]> => {
  const letters: DeadLetter[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.deliveries({ states: ["dead"], limit: 1_000, cursor });
    letters.push(...page.rows);
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return letters;
};

interface Row {
  readonly id: string;
  readonly checksum: number;
  readonly payload: string;
}

/** SQLite itself notices no bit that was flipped within a row. */
const damages = ({ store, ledger }: Cycle): readonly string[] => {
  if (!("file" in store)) return [];
  const database = new Database(store.file);
  try {
    const check: unknown = database.prepare("pragma integrity_check").get();
    const text = JSON.stringify(check);
    const wrong = text.includes('"ok"') ? [] : [`integrity_check: ${text}`];
    const rows = database.prepare("select id, checksum, payload from datasync_events").all();
    const altered = (rows as Row[])
      .filter(({ id }) => !ledger.damaged.has(id))
      .filter(({ checksum, payload }) => crc32(payload) !== checksum);
    return [...wrong, ...altered.map(({ id }) => `its checksum does not fit: ${id}`)];
  } finally {
    database.close();
  }
};
