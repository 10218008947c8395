import { randomBytes } from "node:crypto";
import type { StoreHarness } from "@datasync-monitor/testkit";
import { testStore } from "@datasync-monitor/testkit/vitest";
import mysql from "mysql2/promise";
import pg from "pg";
import { afterAll, describe, it } from "vitest";
import { sqlStore } from "../../src/index.ts";
import { testEnds } from "./ends.ts";

/** A database server that tests use when it answers. */
export interface Service {
  readonly name: string;
  readonly url: string;
  /** One statement on a connection of its own. */
  query(statement: string, parameters?: readonly unknown[]): Promise<readonly unknown[]>;
  /** A connection for several. */
  session(): Promise<ServiceSession>;
}

export interface ServiceSession {
  query(statement: string): Promise<unknown>;
  end(): Promise<void>;
}

const postgresUrl = process.env.DATABASE_URL ?? "postgres://postgres@127.0.0.1:5432/test";
const mysqlUrl = process.env.MYSQL_URL ?? "mysql://root@127.0.0.1:3306/test";

export const postgres: Service = {
  name: "Postgres",
  url: postgresUrl,
  async query(statement, parameters = []) {
    const client = new pg.Client({
      connectionString: postgresUrl,
      connectionTimeoutMillis: 2_000,
    });
    try {
      await client.connect();
      return (await client.query(statement, [...parameters])).rows;
    } finally {
      await client.end();
    }
  },
  async session() {
    const client = new pg.Client({ connectionString: postgresUrl });
    await client.connect();
    return client;
  },
};

export const mariadb: Service = {
  name: "MySQL or MariaDB",
  url: mysqlUrl,
  async query(statement, parameters = []) {
    const connection = await mysql.createConnection({ uri: mysqlUrl, connectTimeout: 2_000 });
    try {
      const [rows] = await connection.query(statement, [...parameters]);
      return Array.isArray(rows) ? rows : [];
    } finally {
      connection.destroy();
    }
  },
  session: () => mysql.createConnection(mysqlUrl),
};

export const newPrefix = (): string => `t${randomBytes(6).toString("hex")}_`;

const tables = ["meta", "events", "deliveries", "hours", "latest"];

export const dropTables = async (service: Service, prefix: string): Promise<void> => {
  for (const table of tables) await service.query(`drop table if exists ${prefix}${table}`);
};

/** Tables of the test file's own, empty for each case: to make them anew would take most of the time. */
export const serviceHarness = (service: Service): StoreHarness => {
  const tablePrefix = newPrefix();
  afterAll(() => dropTables(service, tablePrefix));
  return {
    rig(clock) {
      const another = () => sqlStore({ url: service.url, tablePrefix, clock });
      return {
        store: another(),
        another,
        async damage(eventId) {
          const place = service === postgres ? "$1" : "?";
          const set = "payload = replace(payload, 'event', 'evenT')";
          await service.query(`update ${tablePrefix}events set ${set} where id = ${place}`, [
            eventId,
          ]);
        },
        async close() {
          for (const table of tables) await service.query(`delete from ${tablePrefix}${table}`);
        },
      };
    },
  };
};

const unreachable = async (service: Service): Promise<string | undefined> => {
  try {
    await service.query("select 1");
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : String(error);
    return `${service.name} does not answer (${code})`;
  }
};

/** Declares tests that need the service; without it they are skipped with the reason, or fail where it is required. */
export const withService = async (service: Service, tests: () => void): Promise<void> => {
  const reason = await unreachable(service);
  if (reason === undefined) {
    describe(`sqlStore on ${service.name}`, tests);
    return;
  }
  it(`sqlStore on ${service.name}`, ({ skip, task }) => {
    if (process.env.REQUIRE_SERVICES === "1") throw new Error(`${reason}, and is required.`);
    Object.assign(task.meta, { skipped_because: reason });
    skip(reason);
  });
};

export const testService = (service: Service): void => {
  testStore(`sqlStore on ${service.name}`, serviceHarness(service));
  const tablePrefix = newPrefix();
  afterAll(() => dropTables(service, tablePrefix));
  testEnds(() => sqlStore({ url: service.url, tablePrefix }));
};
