import Database from "libsql";
import { createTable, type TableName, tableNames, tables } from "./tables.ts";

type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

/** One SQLite file with both tables. */
export class TableFile {
  readonly #db: Database.Database;
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    this.#db = new Database(path);
    this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    for (const table of tableNames) this.#db.exec(createTable[table]);
  }

  /** Inserts rows, or replaces what is known of them, all or nothing. */
  upsert(table: TableName, rows: readonly Row[]): void {
    const columns = tables[table];
    const updates = columns.slice(1).map((column) => `${column} = excluded.${column}`);
    this.#write(() => {
      const statement = this.#db.prepare(
        `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})
         ON CONFLICT (id) DO UPDATE SET ${updates.join(", ")}`,
      );
      for (const row of rows) statement.run(...columns.map((column) => row[column]));
    });
  }

  /** The next rows after a revision, oldest first. */
  after(table: TableName, revision: number, limit: number): readonly Row[] {
    return this.#db
      .prepare(`SELECT * FROM ${table} WHERE revision > ? ORDER BY revision LIMIT ?`)
      .all(revision, limit) as Row[];
  }

  /** The newest revision it holds; 0 for an empty table. */
  newest(table: TableName): number {
    return this.#number(`SELECT coalesce(max(revision), 0) AS n FROM ${table}`);
  }

  /** Its rows, or those with a value in that column. */
  count(table: TableName, column = "id"): number {
    return this.#number(`SELECT count(${column}) AS n FROM ${table}`);
  }

  /** Deletes rows up to a revision; answers how many. */
  deleteUpTo(table: TableName, revision: number): number {
    return this.#write(
      () => this.#db.prepare(`DELETE FROM ${table} WHERE revision <= ?`).run(revision).changes,
    );
  }

  addColumn(table: TableName, definition: string): void {
    this.#write(() => this.#db.exec(`ALTER TABLE ${table} ADD COLUMN ${definition}`));
  }

  drop(table: TableName): void {
    this.#write(() => this.#db.exec(`DROP TABLE ${table}`));
  }

  restore(table: TableName): void {
    this.#write(() => this.#db.exec(createTable[table]));
  }

  /** Holds the write lock, as a backup would; answers how to let go of it. */
  lock(): () => void {
    const other = new Database(this.#path);
    other.exec("BEGIN IMMEDIATE");
    return () => other.close();
  }

  close(): void {
    this.#db.close();
  }

  /** Takes the write lock first: a libsql statement that finds the file locked midway spoils the next commit. */
  #write<T>(work: () => T): T {
    return this.#db.transaction(work).immediate() as T;
  }

  #number(sql: string): number {
    return (this.#db.prepare(sql).get() as { n: number }).n;
  }
}
