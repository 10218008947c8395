import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { onTestFinished, type TestContext } from "vitest";
import { openDatabase } from "../../src/database/open.ts";
import type { Db } from "../../src/database/tables.ts";

export interface Pair {
  readonly source: Db;
  readonly target: Db;
  /** The target once more, as a read replica. */
  readonly openReadOnlyTarget: () => Db;
  /** The target once more, as another process has it. */
  readonly openTarget: () => Db;
}

export interface Engine {
  readonly name: string;
  /** Two empty databases, which are gone when the test is over. */
  readonly open: (context: TestContext) => Promise<Pair>;
}

/** The latest opened is closed first; files and schemas go last. */
const closing = (db: Db): Db => {
  onTestFinished(() => db.destroy());
  return db;
};

const sqlite: Engine = {
  name: "SQLite",
  async open() {
    const folder = await mkdtemp(join(tmpdir(), "datasync-daemon-test-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const target = { url: join(folder, "target.db") };
    return {
      source: closing(openDatabase({ url: join(folder, "source.db") })),
      target: closing(openDatabase(target)),
      openReadOnlyTarget: () => closing(openDatabase({ ...target, readOnly: true })),
      openTarget: () => closing(openDatabase(target)),
    };
  },
};

export const postgresUrl = process.env.DATABASE_URL || "postgres://postgres@127.0.0.1:5432/test";

const unreachable = async (): Promise<string | undefined> => {
  const db = openDatabase({ url: postgresUrl });
  try {
    await sql`select 1`.execute(db);
    return undefined;
  } catch (error) {
    return `Postgres does not answer (${error instanceof Error ? error.name : "unknown"}); set DATABASE_URL`;
  } finally {
    await db.destroy();
  }
};

const reason = await unreachable();

const newSchema = async (): Promise<string> => {
  const schema = `daemon_test_${randomBytes(6).toString("hex")}`;
  const admin = closing(openDatabase({ url: postgresUrl }));
  await admin.schema.createSchema(schema).execute();
  onTestFinished(() => admin.schema.dropSchema(schema).cascade().execute());
  return schema;
};

const postgres: Engine = {
  name: "Postgres",
  async open({ skip, task }) {
    if (reason !== undefined) {
      if (process.env.REQUIRE_SERVICES === "1") throw new Error(reason);
      // Reports in JSON carry a test's meta, and not why it was skipped.
      Object.assign(task.meta, { skipped_because: reason });
      skip(reason);
    }
    const target = { url: postgresUrl, schema: await newSchema() };
    return {
      source: closing(openDatabase({ url: postgresUrl, schema: await newSchema() })),
      target: closing(openDatabase(target)),
      openReadOnlyTarget: () => closing(openDatabase({ ...target, readOnly: true })),
      openTarget: () => closing(openDatabase(target)),
    };
  },
};

export const engines: readonly Engine[] = [sqlite, postgres];
