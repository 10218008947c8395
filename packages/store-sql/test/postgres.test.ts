import { setTimeout as sleep } from "node:timers/promises";
import { type CompiledQuery, Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import { expect, it, vi } from "vitest";
import { sqlStore } from "../src/index.ts";
import { messagesOf, take } from "./support/events.ts";
import { testLocks } from "./support/locks.ts";
import { testOutages } from "./support/outages.ts";
import { testReading } from "./support/reading.ts";
import { dropTables, newPrefix, postgres, testService, withService } from "./support/services.ts";

await withService(postgres, () => {
  testService(postgres);
  testOutages(postgres, 5_432);
  testLocks(postgres, {
    defaultPort: 5_432,
    count: async (prefix) => {
      const rows = await postgres.query(
        "select pid from pg_stat_activity where wait_event_type = 'Lock' and query like '%' || $1 || '%'",
        [prefix],
      );
      return rows.length;
    },
  });
  testReading(postgres, {
    dialect: new PostgresDialect({
      pool: new pg.Pool({
        connectionString: postgres.url,
        max: 1,
        // As it does it with tables that are too large to be read.
        options: "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off",
      }),
    }),
    flush: sql`select pg_stat_force_next_flush()`,
    rowsRead: (prefix) => sql`
      select sum(i.idx_tup_read) + (
        select sum(t.seq_tup_read) from pg_stat_user_tables t where t.relname like ${`${prefix}%`}
      ) as n
      from pg_stat_user_indexes i
      where i.relname like ${`${prefix}%`}`,
  });

  it("goes on after the server has ended its connections", async () => {
    const tablePrefix = newPrefix();
    const store = sqlStore({ url: postgres.url, tablePrefix, connections: 2 });
    await store.open("test");
    await take(store, 1);
    await postgres.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where query like '%' || $1 || '%' and pid <> pg_backend_pid()`,
      [tablePrefix],
    );
    // What is under way at this very moment may fail.
    await vi.waitFor(() => take(store, 2), { timeout: 20_000 });
    expect(await messagesOf(store)).toEqual(["event 2", "event 1"]);
    await store.close();
    await dropTables(postgres, tablePrefix);
  });

  it("looks up each event's deliveries by their key when it prunes, whatever Postgres knows of the tables", async () => {
    const tablePrefix = newPrefix();
    const statements: CompiledQuery[] = [];
    const kysely = new Kysely<unknown>({
      dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: postgres.url }) }),
      log: ({ query }) => void statements.push(query),
    });
    const store = sqlStore({ kysely, tablePrefix });
    await store.open("test");
    await store.prune({ before: Date.now(), maxEvents: 10, chunk: 100 });
    const [search] = statements.filter(({ sql }) => sql.includes("e.taken_at <"));
    const plan = await postgres.query(`explain ${search?.sql}`, search?.parameters);
    expect(JSON.stringify(plan)).toContain("SubPlan");
    expect(JSON.stringify(plan)).not.toContain("Join");
    await kysely.destroy();
    await dropTables(postgres, tablePrefix);
  });

  it("looks for what can be claimed in the index of what is pending, however much of the table is", async () => {
    const tablePrefix = newPrefix();
    const statements: CompiledQuery[] = [];
    const kysely = new Kysely<unknown>({
      dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: postgres.url }) }),
      log: ({ query }) => void statements.push(query),
    });
    const store = sqlStore({ kysely, tablePrefix });
    await store.open("test");
    const state = "case when n % 10 = 0 then 'pending' else 'delivered' end";
    const receiver = "case when n % 10 = 0 then 'other' else 'a' end";
    await postgres.query(`
      insert into ${tablePrefix}deliveries (seq, receiver, state, fence, lease_until, attempts, taken_at)
      select n, ${receiver}, ${state}, 1, 0, 0, 0 from generate_series(1, 20000) as n`);
    await postgres.query(`analyze ${tablePrefix}deliveries`);
    await store.claim({ receiver: "a", limit: 1, maxBytes: 1, leaseMs: 1_000, now: Date.now() });
    const { sql, parameters } = statements.at(-1) ?? {};
    const plan = await postgres.query(`explain ${sql}`, parameters);
    expect(JSON.stringify(plan)).toContain(`Index Only Scan using ${tablePrefix}deliveries_claim`);
    await kysely.destroy();
    await dropTables(postgres, tablePrefix);
  });

  it("hands back a connection of the user's without its transaction when their pool has given up a statement", async () => {
    const tablePrefix = newPrefix();
    const pool = new pg.Pool({ connectionString: postgres.url, max: 1, query_timeout: 300 });
    const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    const store = sqlStore({ kysely, tablePrefix });
    await store.open("test");
    await take(store, 1);
    const other = await postgres.session();
    await other.query("begin");
    await other.query(`select * from ${tablePrefix}hours for update`);
    const late = expect(take(store, 2)).rejects.toMatchObject({ name: "SqlStoreError" });
    await sleep(1_000);
    await other.query("rollback");
    await other.end();
    await late;
    await sql`update ${sql.table(`${tablePrefix}meta`)} set value = 'mine' where name = 'opened_by'`.execute(
      kysely,
    );
    const found = `select value from ${tablePrefix}meta where name = 'opened_by'`;
    expect(await postgres.query(found)).toEqual([{ value: "mine" }]);
    await kysely.destroy();
    await dropTables(postgres, tablePrefix);
  });
});
