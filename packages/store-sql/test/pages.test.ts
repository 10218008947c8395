import { expect, it } from "vitest";
import { sqlStore } from "../src/index.ts";
import { take } from "./support/events.ts";
import { temporaryFolder } from "./support/folder.ts";

it("a page that holds all there is leads to no other, whether or not it is full", async () => {
  const folder = temporaryFolder();
  const store = sqlStore({ file: folder.path("events.db") });
  await take(store, 1, 2, 3);
  for (const limit of [3, 4]) {
    expect(await store.events({ limit })).toMatchObject({ rows: [{}, {}, {}], cursor: null });
    expect(await store.deliveries({ limit })).toMatchObject({ rows: [{}, {}, {}], cursor: null });
  }
  expect((await store.events({ limit: 2 })).cursor).not.toBe(null);
  expect((await store.deliveries({ limit: 2 })).cursor).not.toBe(null);
  await store.close();
  folder.remove();
});
