import {
  type Dialect,
  type PostgresCursor,
  PostgresDialect,
  type PostgresPoolClient,
  type PostgresQueryResult,
} from "kysely";
import type { PoolClient } from "pg";
import type { Source } from "../source.ts";
import { deadline, serverMs } from "./deadline.ts";
import { linkTo } from "./kysely.ts";
import { loadDriver } from "./load.ts";

const connectMs = 5_000;
/**
 * Of a machine that is gone without a word the server keeps the transaction open, and its locks. Not with a pool of
 * the user's: it would end the process of one whose connection is ended while it is held.
 */
const bounded = `; set local idle_in_transaction_session_timeout = ${serverMs}`;

/** Postgres by its URL, through `pg`. */
export const postgresSource = (url: string, connections: number): Source => ({
  connect: async () => linkTo(await postgresDialect(url, connections), "postgres"),
});

const postgresDialect = async (url: string, connections: number): Promise<Dialect> => {
  const { Pool } = await loadDriver("pg", "url", () => import("pg"));
  const pool = new Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    // What is open and idle must not hold the process.
    allowExitOnIdle: true,
  });
  // An idle connection that breaks says so here; unheard, it would end the process.
  pool.on("error", ignore);
  // One that breaks while it is held, or in the very moment it is handed over, fails its query; unheard, it would end the process too.
  pool.on("connect", (client) => client.on("error", ignore));
  return new PostgresDialect({
    pool: {
      connect: async () => new BoundedClient(await pool.connect()),
      end: () => pool.end(),
    },
  });
};

/** A connection that is closed, not used again, when an answer does not come. */
class BoundedClient implements PostgresPoolClient {
  readonly #client: PoolClient;
  #isReleased = false;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query(sql: unknown, parameters: readonly unknown[] = []): unknown {
    return new Promise((resolve, reject) => {
      const answered = deadline((error) => {
        this.#release(true);
        reject(error);
      });
      const text = String(sql);
      this.#client
        .query(text.startsWith("begin ") ? text + bounded : text, [...parameters])
        .then(resolve, reject)
        .finally(answered);
    });
  }

  release(): void {
    this.#release(false);
  }

  #release(destroy: boolean): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#client.release(destroy);
  }
}

const ignore = (): void => {};
