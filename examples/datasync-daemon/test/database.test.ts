import { describe, expect, it } from "vitest";
import { fingerprint } from "../src/database/fingerprint.ts";
import { tables } from "../src/database/tables.ts";
import { createDataTables } from "../src/managers/migrations.ts";
import { Market } from "../src/sample/market.ts";
import { engines } from "./support/databases.ts";
import { allRows, fill } from "./support/rows.ts";

const columns = tables.coin_data;

describe.each(engines)("a database on $name", ({ open }) => {
  it("lets a transaction write that has read, whoever else wants to write meanwhile", async (context) => {
    const { target, openTarget } = await open(context);
    await createDataTables(target);
    await fill(target, 3);
    const other = openTarget();
    await target.transaction().execute(async (transaction) => {
      await transaction.selectFrom("coin_data").select("id").execute();
      // Elsewhere it fails or waits, by the kind of database; here it must do no harm.
      await other
        .updateTable("coin_data")
        .set({ price: 2 })
        .where("id", "=", 2)
        .execute()
        .catch(() => {});
      await transaction.updateTable("coin_data").set({ price: 1 }).where("id", "=", 1).execute();
    });
    expect((await allRows(target, "coin_data"))[0]).toMatchObject({ id: 1, price: 1 });
  });

  it("has the same fingerprint for the same rows, in a range of ids too", async (context) => {
    const { source, target } = await open(context);
    for (const db of [source, target]) await createDataTables(db);
    await fill(source, 2_500);
    await fill(target, 2_500);
    const whole = await fingerprint(source, "coin_data", columns);
    expect(whole.rows).toBe(2_500);
    expect(await fingerprint(target, "coin_data", columns)).toEqual(whole);
    await target.updateTable("coin_data").set({ supply: 1 }).where("id", "=", 2_400).execute();
    expect(await fingerprint(target, "coin_data", columns)).not.toEqual(whole);
    const range = { from: 100, to: 2_399 };
    const part = await fingerprint(target, "coin_data", columns, range);
    expect(part.rows).toBe(2_300);
    expect(part).toEqual(await fingerprint(source, "coin_data", columns, range));
  });

  it("is filled with the same market for the same seed, once", async (context) => {
    const { source, target } = await open(context);
    const market = await Market.open(source, { seed: 7, rows: 1_500 });
    await market.trade(10);
    await Market.open(target, { seed: 7, rows: 1_500 });
    await (await Market.open(target, { seed: 7, rows: 1_500 })).trade(10);
    const values = ["id", "symbol", "price", "supply"];
    const made = await fingerprint(source, "coin_data", values);
    expect(made.rows).toBe(1_510);
    expect(await fingerprint(target, "coin_data", values)).toEqual(made);
  });
});
