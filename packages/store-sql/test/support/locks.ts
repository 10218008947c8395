import type { EventStore } from "@datasync-monitor/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sqlStore } from "../../src/index.ts";
import { eventAt, messagesOf, take } from "./events.ts";
import { type Middleman, middlemanTo } from "./middleman.ts";
import { dropTables, newPrefix, type Service } from "./services.ts";

export interface Waiting {
  readonly defaultPort: number;
  /** How many statements on the tables of a prefix wait at the server. */
  readonly count: (prefix: string) => Promise<number>;
}

/** The server's own clock runs here: it, not the store, must let go. */
const timeout = 60_000;

/** What is left behind at a server when a process gives up, or is gone. */
export const testLocks = (service: Service, waiting: Waiting): void => {
  let tablePrefix: string;
  let proxy: Middleman;
  let stores: EventStore[];
  let letGo: () => Promise<void>;

  beforeEach(async () => {
    tablePrefix = newPrefix();
    proxy = await middlemanTo(service.url, waiting.defaultPort);
    stores = [];
    letGo = async () => {};
  });

  afterEach(async () => {
    await letGo();
    await Promise.all(stores.map((store) => store.close()));
    await proxy.stop();
    await dropTables(service, tablePrefix);
  });

  const openAt = async (url: string): Promise<EventStore> => {
    const store = sqlStore({ url, tablePrefix });
    stores.push(store);
    await store.open("test");
    return store;
  };

  /** Holds rows that commits write to, until it lets go. */
  const holdHours = async (which = "1 = 1"): Promise<void> => {
    const other = await service.session();
    await other.query("begin");
    await other.query(`select * from ${tablePrefix}hours where ${which} for update`);
    letGo = async () => {
      letGo = async () => {};
      await other.query("rollback");
      await other.end();
    };
  };

  const isWaiting = (count: number) =>
    vi.waitFor(async () => expect(await waiting.count(tablePrefix)).toBe(count), 5_000);

  describe("a lock that is held for long", () => {
    it("leaves no statement waiting at the server when the call has failed", {
      timeout,
    }, async () => {
      const store = await openAt(service.url);
      await take(store, 1);
      await holdHours();
      await expect(take(store, 2)).rejects.toMatchObject({ name: "SqlStoreError" });
      expect(await waiting.count(tablePrefix)).toBe(0);
      await letGo();
      await take(store, 2);
      expect(await messagesOf(store)).toEqual(["event 2", "event 1"]);
    });

    it("does not hold up events of another type", { timeout }, async () => {
      const store = await openAt(service.url);
      const types = ["cleanup_success", "sync_failure", "sync_start", "sync_success"];
      const events = types.map((event_type, n) => eventAt(n, Date.now(), { event_type }));
      const accepted = events.map((event) => ({ event, receivers: ["a"] }));
      await store.commit({ now: Date.now(), leaseMs: 0, outcomes: [], accepted });
      await holdHours("event_type = 'cleanup_success'");
      await take(store, 10);
      expect(await messagesOf(store)).toHaveLength(5);
    });

    it("does not hold up pruning, which has no part in it", { timeout }, async () => {
      const store = await openAt(service.url);
      await take(store, 1);
      await store.move({ receiver: "a" }, { state: "dropped" });
      await holdHours();
      expect(await store.prune({ before: Date.now() + 1, maxEvents: 10, chunk: 10 })).toBe(1);
    });

    it("is let go of when it is a process's that is gone without a word", { timeout }, async () => {
      const gone = await openAt(proxy.url);
      await take(gone, 1);
      await holdHours();
      const lost = expect(take(gone, 2)).rejects.toMatchObject({ name: "SqlStoreError" });
      await isWaiting(1);
      proxy.vanish();
      await letGo();
      const store = await openAt(service.url);
      await vi.waitFor(() => take(store, 3), { timeout: 30_000 });
      expect(await messagesOf(store)).toEqual(["event 3", "event 1"]);
      await lost;
    });
  });
};
