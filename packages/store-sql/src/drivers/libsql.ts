import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";

/** The part of `libsql/promise` that is used. */
export interface LibsqlDatabase {
  prepare(sql: string): Promise<LibsqlStatement>;
  exec(sql: string): Promise<void>;
  close(): void;
}

interface LibsqlStatement {
  readonly reader: boolean;
  all(parameters: readonly unknown[]): Promise<unknown[]>;
  get(parameters: readonly unknown[]): unknown;
}

const maxStatements = 64;

/**
 * libsql, with every step that may wait for the disk or a lock off the main thread.
 *
 * `exec()` runs on a thread of its own, and so does the first step of `all()`, which is all there is to
 * a statement that writes; `run()` and `get()` would block the event loop while the disk syncs.
 */
class LibsqlConnection implements DatabaseConnection {
  readonly #database: LibsqlDatabase;
  /** Latest used last. */
  readonly #statements = new Map<string, LibsqlStatement>();
  #changes: LibsqlStatement | undefined;

  constructor(database: LibsqlDatabase) {
    this.#database = database;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    // These answer nothing, and are not worth a prepared statement.
    if (isCommand(sql)) {
      await this.#database.exec(sql);
      return { rows: [] };
    }
    const statement = await this.#prepared(sql);
    const rows = (await statement.all(parameters)) as R[];
    this.#statements.set(sql, statement);
    return statement.reader ? { rows } : { rows, numAffectedRows: await this.#lastChanges() };
  }

  // biome-ignore lint/correctness/useYield: Kysely asks for it, and the store never streams.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("This dialect does not stream.");
  }

  close(): void {
    this.#statements.clear();
    this.#changes = undefined;
    this.#database.close();
  }

  /** Taken out while in use: one that fails is not used again, since it may still hold a lock. */
  async #prepared(sql: string): Promise<LibsqlStatement> {
    const known = this.#statements.get(sql);
    this.#statements.delete(sql);
    if (known !== undefined) return known;
    const [oldest] = this.#statements.keys();
    if (oldest !== undefined && this.#statements.size >= maxStatements)
      this.#statements.delete(oldest);
    return this.#database.prepare(sql);
  }

  async #lastChanges(): Promise<bigint> {
    this.#changes ??= await this.#database.prepare("select changes() as n");
    const row = this.#changes.get([]);
    const n: unknown = typeof row === "object" && row !== null && "n" in row ? row.n : 0;
    return BigInt(Number(n));
  }
}

const isCommand = (sql: string): boolean =>
  /^\s*(?:begin|commit|rollback|create|drop|alter)\b|^pragma \w+ ?=/i.test(sql);

type Open = () => LibsqlDatabase | Promise<LibsqlDatabase>;

class LibsqlDriver implements Driver {
  readonly #open: Open;
  #connection: LibsqlConnection | undefined;
  /** Settles when the connection is free. */
  #turn: Promise<void> = Promise.resolve();
  #done: () => void = () => {};

  constructor(open: Open) {
    this.#open = open;
  }

  async init(): Promise<void> {
    this.#connection = new LibsqlConnection(await this.#open());
  }

  /** One connection, one at a time. */
  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#turn;
    let done = () => {};
    this.#turn = new Promise((resolve) => {
      done = resolve;
    });
    await before;
    this.#done = done;
    if (this.#connection !== undefined) return this.#connection;
    done();
    throw new Error("The database is closed.");
  }

  async releaseConnection(): Promise<void> {
    this.#done();
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin immediate"));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("commit"));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("rollback"));
  }

  /** After whatever is under way. */
  async destroy(): Promise<void> {
    await this.#turn;
    this.#connection?.close();
    this.#connection = undefined;
  }
}

/** A Kysely dialect over one libsql database, which it opens when it is first used and closes at the end. */
export const libsqlDialect = (open: Open): Dialect => ({
  createDriver: () => new LibsqlDriver(open),
  createAdapter: () => new SqliteAdapter(),
  createQueryCompiler: () => new SqliteQueryCompiler(),
  createIntrospector: (db) => new SqliteIntrospector(db),
});
