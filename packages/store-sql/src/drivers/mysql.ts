import { Socket } from "node:net";
import {
  type Dialect,
  MysqlDialect,
  type MysqlPoolConnection,
  type MysqlQueryResult,
  type MysqlStream,
} from "kysely";
import type { PoolConnection } from "mysql2";
import type { Source } from "../source.ts";
import { deadline, serverMs } from "./deadline.ts";
import { linkTo } from "./kysely.ts";
import { loadDriver } from "./load.ts";

const connectMs = 5_000;

const seconds = serverMs / 1_000;
/** MySQL passes over what begins with M, and knows no such bounds. */
const bounded = `set session innodb_lock_wait_timeout = ${seconds}, sql_select_limit = default
  /*M!, max_statement_time = ${seconds}, idle_transaction_timeout = ${seconds} */`;

/** MySQL or MariaDB by its URL, through `mysql2`. */
export const mysqlSource = (url: string, connections: number): Source => ({
  connect: async () => linkTo(await mysqlDialect(url, connections), "mysql"),
});

const mysqlDialect = async (url: string, connections: number): Promise<Dialect> => {
  const { createPool } = await loadDriver("mysql2", "url", () => import("mysql2"));
  const pool = createPool({
    uri: url.replace(/^mariadb:/i, "mysql:"),
    connectionLimit: connections,
    connectTimeout: connectMs,
    enableKeepAlive: true,
    charset: "utf8mb4",
  });
  // One that is refused leaves the server's own, which are longer.
  pool.on("connection", (connection) => connection.query(bounded, () => {}));
  return new MysqlDialect({
    pool: {
      getConnection: (done) =>
        pool.getConnection((error, connection) => {
          if (error) done(error, unavailable);
          else done(null, new BoundedConnection(connection));
        }),
      end: (done) => pool.end(done),
    },
  });
};

/** Kysely looks at the error alone. */
const unavailable: MysqlPoolConnection = {
  query: () => {
    throw new Error("There is no connection.");
  },
  release: () => {},
};

type Done = (error: unknown, result: MysqlQueryResult) => void;

/** A connection that is closed, not used again, when an answer does not come. */
class BoundedConnection implements MysqlPoolConnection {
  readonly #connection: PoolConnection;

  constructor(connection: PoolConnection) {
    this.#connection = connection;
    socketOf(connection)?.ref();
  }

  query(sql: string, parameters: unknown[]): { stream: <T>() => MysqlStream<T> };
  query(sql: string, parameters: unknown[], done: Done): void;
  query(sql: string, parameters: unknown[], done?: Done): unknown {
    if (done === undefined) throw new Error("This dialect does not stream.");
    let isOver = false;
    const end: Done = (error, result) => {
      if (isOver) return;
      isOver = true;
      answered();
      done(error, result);
    };
    const answered = deadline((error) => {
      this.#connection.destroy();
      end(error, []);
    });
    this.#connection.query(sql, parameters, (error, result) =>
      end(error, Array.isArray(result) ? (result as Record<string, unknown>[]) : result),
    );
    return undefined;
  }

  release(): void {
    socketOf(this.#connection)?.unref();
    this.#connection.release();
  }
}

/** What is open and idle must not hold the process. */
const socketOf = (connection: object): Socket | undefined =>
  "stream" in connection && connection.stream instanceof Socket ? connection.stream : undefined;
