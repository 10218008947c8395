import type { EventStore, Outcome } from "@datasync-monitor/core";
import { type Dialect, Kysely, type RawBuilder } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sqlStore } from "../../src/index.ts";
import { accepted, idOf } from "./events.ts";
import { dropTables, newPrefix, type Service } from "./services.ts";

const history = 3_000;
/** Of a receiver that nobody has registered for long, older than all else. */
const backlog = 1_000;
const group = 250;
const leaseMs = 60_000;

/** Counts the rows that the database has read for one connection. */
export interface Reading {
  readonly dialect: Dialect;
  /** Has it count what it noted so far. */
  readonly flush?: RawBuilder<unknown>;
  readonly rowsRead: (prefix: string) => RawBuilder<{ readonly n: unknown }>;
}

/** A large history must not make a call dear: what is asked for is found by an index, and nothing else is read or locked. */
export const testReading = (service: Service, { dialect, flush, rowsRead }: Reading): void => {
  const tablePrefix = newPrefix();
  const kysely = new Kysely<unknown>({ dialect });
  const store: EventStore = sqlStore({ kysely, tablePrefix });
  const now = Date.now();
  const old = now - 1_000_000;

  const take = async (from: number, count: number, receiver: string, at: number) => {
    const numbers = Array.from({ length: count }, (_, index) => from + index);
    for (let start = 0; start < count; start += group) {
      const some = numbers.slice(start, start + group);
      const outcomes = receiver === "gone" ? [] : some.map((n): Outcome => settled(n, at));
      const rows = some.map((n) => accepted(n, [receiver]));
      await store.commit({ now: at, leaseMs: 0, accepted: rows, outcomes });
    }
  };

  const settled = (n: number, at: number): Outcome => ({
    event_id: idOf(n),
    receiver: "a",
    fence: 1,
    attempts: 1,
    batch_id: null,
    state: "delivered",
    settled_at: at,
    reference: null,
  });

  const readBy = async (work: () => unknown): Promise<number> => {
    const count = async (): Promise<number> => {
      await flush?.execute(kysely);
      return Number((await rowsRead(tablePrefix).execute(kysely)).rows[0]?.n);
    };
    const before = await count();
    await work();
    return (await count()) - before;
  };

  describe("with a large history", () => {
    beforeAll(async () => {
      await store.open("test");
      await take(0, backlog, "gone", old);
      await take(backlog, history, "a", old);
      const waiting = Array.from({ length: 10 }, (_, n) => accepted(backlog + history + n, ["a"]));
      await store.commit({ now, leaseMs: 0, accepted: waiting, outcomes: [] });
    }, 60_000);

    afterAll(async () => {
      await kysely.destroy();
      await dropTables(service, tablePrefix);
    });

    it("claims and renews without reading what is settled", async () => {
      const query = { receiver: "a", limit: 10, maxBytes: 2 ** 30, leaseMs, now };
      // Postgres passes once by what was settled since it last cleaned up.
      await store.claim({ ...query, limit: 0 });
      const claimed: Awaited<ReturnType<EventStore["claim"]>>[] = [];
      expect(await readBy(async () => claimed.push(await store.claim(query)))).toBeLessThan(500);
      const leases = claimed.flat();
      expect(leases).toHaveLength(10);
      expect(await readBy(() => store.renew(leases, leaseMs, now))).toBeLessThan(500);
    });

    it("settles without reading what is settled", async () => {
      const fence = 2;
      const outcomes = Array.from({ length: 10 }, (_, n) => ({
        ...settled(backlog + history + n, now),
        fence,
      }));
      const write = () => store.commit({ now, leaseMs, accepted: [], outcomes });
      expect(await readBy(write)).toBeLessThan(500);
      const { rows } = await store.deliveries({ receiver: "a", states: ["pending"] });
      expect(rows).toEqual([]);
    });

    it("discards one delivery without reading the others", async () => {
      const query = { eventId: idOf(5), receiver: "gone" };
      expect(await readBy(() => store.move(query, { state: "dropped" }))).toBeLessThan(500);
    });

    it("prunes behind a backlog without going through it for each event", async () => {
      const limits = { before: now - 1, maxEvents: 10 ** 6, chunk: 100 };
      let pruned = 0;
      const read = await readBy(async () => {
        pruned = await store.prune(limits);
      });
      expect(pruned).toBe(100);
      expect(read).toBeLessThan(20 * (backlog + limits.chunk));
    });

    it("prunes to a number of events so, too", async () => {
      const limits = { before: 0, maxEvents: 2_000, chunk: 100 };
      let pruned = 0;
      const read = await readBy(async () => {
        pruned = await store.prune(limits);
      });
      expect(pruned).toBe(100);
      expect(read).toBeLessThan(10 * (backlog + history));
    });
  });
};
