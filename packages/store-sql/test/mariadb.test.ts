import { createMonitor } from "@datasync-monitor/core";
import { type CompiledQuery, Kysely, MysqlDialect, sql } from "kysely";
import { createPool } from "mysql2";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sqlStore } from "../src/index.ts";
import { eventAt, take } from "./support/events.ts";
import { testLocks } from "./support/locks.ts";
import { testOutages } from "./support/outages.ts";
import { testReading } from "./support/reading.ts";
import { dropTables, mariadb, newPrefix, testService, withService } from "./support/services.ts";

await withService(mariadb, () => {
  testService(mariadb);
  testOutages(mariadb, 3_306);
  testLocks(mariadb, {
    defaultPort: 3_306,
    count: async (prefix) => {
      const rows = await mariadb.query(
        "select id from information_schema.processlist where id <> connection_id() and info like concat('%', ?, '%')",
        [prefix],
      );
      return rows.length;
    },
  });
  testReading(mariadb, {
    dialect: new MysqlDialect({ pool: createPool({ uri: mariadb.url, connectionLimit: 1 }) }),
    rowsRead: () => sql`
      select sum(variable_value) as n from information_schema.session_status
      where variable_name like 'Handler_read%'`,
  });

  it("is refused while its connections take a backslash for itself, before a row is in it", async () => {
    const tablePrefix = newPrefix();
    const pool = createPool({ uri: mariadb.url });
    pool.on("connection", (connection) => {
      connection.query("set session sql_mode = 'NO_BACKSLASH_ESCAPES'");
    });
    const store = sqlStore({ dialect: new MysqlDialect({ pool }), tablePrefix });
    // A quote in an event would end the text that it stands in.
    await expect(store.open("test")).rejects.toMatchObject({
      code: "encoding",
      message: expect.stringContaining("NO_BACKSLASH_ESCAPES"),
    });
    await store.close();
    await dropTables(mariadb, tablePrefix);
  });

  it("forgets what is old under whatever SQL mode its connections have", async () => {
    const tablePrefix = newPrefix();
    const pool = createPool({ uri: mariadb.url });
    pool.on("connection", (connection) => {
      connection.query("set session sql_mode = 'HIGH_NOT_PRECEDENCE'");
    });
    const store = sqlStore({ dialect: new MysqlDialect({ pool }), tablePrefix });
    await store.open("test");
    await take(store, 1, 2, 3);
    await store.move({}, { state: "dropped" });
    expect(await store.prune({ before: 0, maxEvents: 1, chunk: 10 })).toBe(2);
    await store.close();
    await dropTables(mariadb, tablePrefix);
  });

  it("looks for events in the narrow index, not in the rows with their payloads", async () => {
    const tablePrefix = newPrefix();
    const statements: CompiledQuery[] = [];
    const kysely = new Kysely<unknown>({
      dialect: new MysqlDialect({ pool: createPool({ uri: mariadb.url }) }),
      log: ({ query }) => void statements.push(query),
    });
    const store = sqlStore({ kysely, tablePrefix });
    await store.open("test");
    await take(store, 1, 2, 3);
    await store.events({ types: ["sync_failure"] });
    const { sql, parameters } = statements.at(-1) ?? {};
    const plan = await mariadb.query(`explain ${sql}`, parameters);
    expect(plan).toContainEqual(expect.objectContaining({ select_type: "DERIVED", key: "scan" }));
    await kysely.destroy();
    await dropTables(mariadb, tablePrefix);
  });

  describe("what is more than the server takes at once", () => {
    let tablePrefix: string;

    beforeEach(() => {
      tablePrefix = newPrefix();
    });

    afterEach(() => dropTables(mariadb, tablePrefix));

    it("is written in parts when it is a group", async () => {
      const store = sqlStore({ url: mariadb.url, tablePrefix });
      await store.open("test");
      // Core counts what the events of a child share for none of them.
      const details = { config: '"'.repeat(11_000) };
      const accepted = Array.from({ length: 200 }, (_, n) => ({
        event: eventAt(n, Date.now(), { event_type: `part_${n}`, details }),
        receivers: ["a"],
      }));
      await store.commit({ now: Date.now(), leaseMs: 0, accepted, outcomes: [] });
      const { rows } = await store.events({ limit: 200 });
      expect(rows).toEqual(accepted.map(({ event }) => event).reverse());
      expect(await store.backlog()).toMatchObject([{ receiver: "a", pending: 200 }]);
      await store.close();
    }, 30_000);

    it("is kept without its details when it is one event, and holds up no other", async () => {
      const problems: string[] = [];
      const monitor = createMonitor({
        store: sqlStore({ url: mariadb.url, tablePrefix }),
        onProblem: ({ code }) => problems.push(code),
      });
      await monitor.ready();
      monitor.emitEvent({
        event_type: "sync_success",
        message: "big",
        metrics: { records_synced: 5, ["\u0001".repeat(3_000_000)]: 1 },
      });
      monitor.emitEvent({ event_type: "sync_success", message: "small" });
      expect(await monitor.persisted()).toEqual({ committed: 2, memory_only: 0, timed_out: false });
      expect(problems).toEqual([]);
      const { rows } = await monitor.getEvents();
      expect(rows.map(({ message }) => message)).toEqual(["small", "big"]);
      expect(rows[1]?.details).toEqual({
        "…": "[Truncated: more than the database takes at once]",
      });
      expect((await monitor.getSyncMetrics()).total_records_synced).toBe(5);
      await monitor.close();
    });
  });
});
