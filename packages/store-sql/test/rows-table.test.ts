import fc from "fast-check";
import { Kysely, sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { libsqlDialect } from "../src/drivers/libsql.ts";
import { type Cell, rowsTable } from "../src/rows-table.ts";
import { type Folder, temporaryFolder } from "./support/folder.ts";

const columns = { name: "text", first: "long", size: "integer", second: "long" } as const;

let folder: Folder;
let db: Kysely<unknown>;

beforeEach(() => {
  folder = temporaryFolder();
  const open = async () => {
    const { default: Database } = await import("libsql/promise");
    return new Database(folder.path("rows.db"), {});
  };
  db = new Kysely({ dialect: libsqlDialect(open) });
});

afterEach(async () => {
  await db.destroy();
  folder.remove();
});

/** As the store writes it: NUL and lone surrogates are escapes in JSON. */
const text = fc
  .string({ unit: "binary", maxLength: 60, size: "max" })
  .map((value) => JSON.stringify(value));
const row = fc.tuple(text, fc.option(text), fc.maxSafeInteger(), fc.option(text));

describe("rows sent to SQLite", () => {
  it("are read as they were, in their order, what is long among them", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 20, size: "max" }), async (rows: Cell[][]) => {
        const table = rowsTable("sqlite", columns, rows);
        const read = await sql<Record<string, Cell>>`select r.* from ${table}`.execute(db);
        expect(
          read.rows.map(({ ord, name, first, size, second }) => [ord, name, first, size, second]),
        ).toEqual(rows.map((cells, ord) => [ord, ...cells]));
      }),
    );
  });
});
