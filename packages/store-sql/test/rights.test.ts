import { afterEach, beforeEach, expect, it } from "vitest";
import { sqlStore } from "../src/index.ts";
import { messagesOf, take } from "./support/events.ts";
import { dropTables, newPrefix, postgres, withService } from "./support/services.ts";

await withService(postgres, () => {
  let tablePrefix: string;
  let role: string;

  beforeEach(async () => {
    tablePrefix = newPrefix();
    role = `${tablePrefix}role`;
    await postgres.query(`create role ${role}`);
  });

  afterEach(async () => {
    await dropTables(postgres, tablePrefix);
    await postgres.query(`drop role ${role}`);
  });

  const storeOfRole = () => {
    const url = new URL(postgres.url);
    url.searchParams.set("options", `-c role=${role}`);
    return sqlStore({ url, tablePrefix });
  };

  it("serves a user who may only read and write, where the tables are there already", async () => {
    const owner = sqlStore({ url: postgres.url, tablePrefix });
    await owner.open("owner");
    await owner.close();
    for (const table of ["meta", "events", "deliveries", "hours", "latest"]) {
      await postgres.query(
        `grant select, insert, update, delete on ${tablePrefix}${table} to ${role}`,
      );
    }
    const store = storeOfRole();
    await store.open("test");
    await take(store, 1, 2, 3);
    await store.move({ receiver: "a" }, { state: "dropped" });
    expect(await store.prune({ before: 0, maxEvents: 1, chunk: 10 })).toBe(2);
    expect(await messagesOf(store)).toEqual(["event 3"]);
    await store.close();
  });

  it("says what a user needs who may make no tables, where there are none", async () => {
    const store = storeOfRole();
    await expect(store.open("test")).rejects.toMatchObject({
      code: "42501",
      message: expect.stringContaining("it needs to create, read and write tables"),
    });
    await store.close();
  });
});
