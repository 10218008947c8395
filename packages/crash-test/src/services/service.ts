import { randomBytes } from "node:crypto";
import mysql from "mysql2/promise";
import pg from "pg";

/** A database server that is used when it answers. */
export interface Service {
  readonly name: string;
  /** For names of sources. */
  readonly id: string;
  readonly url: string;
  readonly port: number;
  /** Several statements on one connection of their own, which stays until `end`. */
  connect(as?: User): Promise<Session>;
  /** Ends what these ports are connected to, in the middle of whatever it does. */
  killBackends(ports: readonly number[]): Promise<number>;
  /** Statements that have every third insert of events fail as if others were in the way, and that end it. */
  collisions(prefix: string): {
    readonly begin: readonly string[];
    readonly end: readonly string[];
  };
  /** Statements that hold what a commit must write, until the transaction ends. */
  holdLocks(prefix: string): readonly string[];
  /** Statements that make a user who may have so many connections and no more. */
  limitedUser(name: string, connections: number): readonly string[];
  dropUser(name: string): readonly string[];
}

export interface User {
  readonly name: string;
  readonly password: string;
}

export interface Session {
  query(statement: string, parameters?: readonly unknown[]): Promise<readonly unknown[]>;
  end(): Promise<void>;
}

const postgresUrl = process.env.DATABASE_URL ?? "postgres://postgres@127.0.0.1:5432/test";
const mysqlUrl = process.env.MYSQL_URL ?? "mysql://root@127.0.0.1:3306/test";

const urlFor = (service: string, as: User | undefined): string => {
  const url = new URL(service);
  if (as !== undefined) Object.assign(url, { username: as.name, password: as.password });
  return url.href;
};

export const postgres: Service = {
  name: "Postgres",
  id: "postgres",
  url: postgresUrl,
  port: 5432,
  async connect(as) {
    const client = new pg.Client({
      connectionString: urlFor(postgresUrl, as),
      connectionTimeoutMillis: 2_000,
    });
    client.on("error", () => {});
    await client.connect();
    return {
      query: async (statement, parameters = []) =>
        (await client.query(statement, [...parameters])).rows,
      end: () => client.end(),
    };
  },
  killBackends: (ports) =>
    once(postgres, async ({ query }) => {
      const killed = await query(
        "select pg_terminate_backend(pid) from pg_stat_activity where client_port = any($1::int[])",
        [ports],
      );
      return killed.length;
    }),
  collisions: (prefix) => ({
    begin: [
      `create function ${prefix}collide() returns trigger language plpgsql as $$ begin
        if random() < 0.15 then raise exception 'deadlock' using errcode = '40P01'; end if;
        if random() < 0.15 then raise exception 'serialization' using errcode = '40001'; end if;
        return new; end $$`,
      `create trigger ${prefix}collide before insert on ${prefix}events for each statement execute function ${prefix}collide()`,
    ],
    end: [`drop function ${prefix}collide() cascade`],
  }),
  holdLocks: (prefix) => ["begin", `lock table ${prefix}deliveries in exclusive mode`],
  limitedUser: (name, connections) => [
    `create role ${name} login password '${name}' connection limit ${connections}`,
    `grant all on schema public to ${name}`,
  ],
  dropUser: (name) => [`drop owned by ${name} cascade`, `drop role ${name}`],
};

export const mariadb: Service = {
  name: "MySQL or MariaDB",
  id: "mysql",
  url: mysqlUrl,
  port: 3306,
  async connect(as) {
    const uri = urlFor(mysqlUrl, as);
    const connection = await mysql.createConnection({ uri, connectTimeout: 2_000 });
    connection.on("error", () => {});
    return {
      async query(statement, parameters = []) {
        const [rows] = await connection.query(statement, [...parameters]);
        return Array.isArray(rows) ? rows : [];
      },
      end: async () => connection.destroy(),
    };
  },
  killBackends: (ports) =>
    once(mariadb, async ({ query }) => {
      if (ports.length === 0) return 0;
      const rows = await query(
        "select id from information_schema.processlist where substring_index(host, ':', -1) in (?)",
        [ports],
      );
      for (const { id } of rows as { readonly id: number }[])
        await query(`kill ${Number(id)}`).catch(() => {});
      return rows.length;
    }),
  collisions: (prefix) => ({
    begin: [
      `create trigger ${prefix}collide before insert on ${prefix}events for each row
        if rand() < 0.1 then signal sqlstate '40001' set mysql_errno = 1213, message_text = 'deadlock'; end if`,
    ],
    end: [`drop trigger ${prefix}collide`],
  }),
  holdLocks: (prefix) => ["begin", `select * from ${prefix}deliveries for update`],
  limitedUser: (name, connections) => [
    `create user ${name} identified by '${name}' with max_user_connections ${connections}`,
    `grant all on *.* to ${name}`,
  ],
  dropUser: (name) => [`drop user ${name}`],
};

export const once = async <T>(
  service: Service,
  work: (session: Session) => Promise<T>,
): Promise<T> => {
  const session = await service.connect();
  try {
    return await work(session);
  } finally {
    await session.end();
  }
};

export const perform = (service: Service, statements: readonly string[]): Promise<void> =>
  once(service, async (session) => {
    for (const statement of statements) await session.query(statement);
  });

export const newPrefix = (): string => `crash${randomBytes(5).toString("hex")}_`;

const tables = ["meta", "events", "deliveries", "hours", "latest"];

export const dropTables = (service: Service, prefix: string): Promise<void> =>
  perform(
    service,
    tables.map((table) => `drop table if exists ${prefix}${table}`),
  );

/** Why a service cannot be used here; undefined where it can. */
export const whyNot = async (service: Service): Promise<string | undefined> => {
  try {
    await perform(service, ["select 1"]);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : String(error);
    return `${service.name} does not answer (${code})`;
  }
};
