import { MysqlDialect, type MysqlPool } from "kysely";
import { expect, it } from "vitest";
import { sqlStore } from "../src/index.ts";

type Answer = (error: unknown, rows: readonly object[]) => void;

/** A MySQL without tables that ends each wait for a lock early, as one whose statements are bounded does. */
const impatient: MysqlPool = {
  getConnection(given) {
    given(undefined, {
      query(text: string, [first]: readonly unknown[], answer: Answer) {
        const row = text.includes("get_lock")
          ? { taken: null }
          : { text: first, number: 2 ** 47 - 1, amiss: null };
        answer(undefined, text.startsWith("select") ? [row] : []);
      },
      release() {},
    } as never);
  },
  end: (ended) => ended(undefined),
};

it("claims no time that it has not waited, where another process changes the tables", async () => {
  const store = sqlStore({ dialect: new MysqlDialect({ pool: impatient }) });
  await expect(store.open("check")).rejects.toMatchObject({
    code: "migration-locked",
    message: "Another process is still changing the store's tables. It is tried again.",
  });
  await store.close();
});
