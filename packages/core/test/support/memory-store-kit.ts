import { fakeClock } from "@datasync-monitor/testkit";
import { type MemoryStore, type MemoryStoreOptions, memoryStore } from "../../src/store/memory.ts";
import type { Outcome } from "../../src/store/store.ts";
import { commit, eventAt } from "./store-kit.ts";

export const startedAt = fakeClock().now();
export const range = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => from + i);

export const stored = (options: MemoryStoreOptions) => ({ store: memoryStore(options) });

/** Event `n`, for one receiver, and what came of others. */
export const take = (
  rig: { store: MemoryStore },
  n: number,
  outcomes: readonly Outcome[] = [],
  message = "",
) =>
  commit(
    rig,
    startedAt,
    [{ event: eventAt(n, startedAt, { message }), receivers: ["a"] }],
    outcomes,
  );

/** Every row of a paged answer. */
export const all = <T>(
  page: (cursor: string | undefined) => { rows: readonly T[]; cursor: string | null },
) => {
  const rows: T[] = [];
  let cursor: string | null | undefined;
  do {
    const next = page(cursor ?? undefined);
    rows.push(...next.rows);
    cursor = next.cursor;
  } while (cursor !== null);
  return rows;
};

export const allDeliveries = (store: MemoryStore, limit = 7) =>
  all((cursor) => store.deliveries({ cursor, limit }));
export const allIds = (store: MemoryStore) =>
  all((cursor) => store.events({ cursor, limit: 7 })).map(({ id }) => id);
