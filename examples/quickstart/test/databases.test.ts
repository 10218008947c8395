import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { Databases } from "../src/service/databases.ts";

it("opens databases as they were left, and the market goes on from there", async () => {
  const folder = await mkdtemp(join(tmpdir(), "datasync-quickstart-test-"));
  const opened: Databases[] = [];
  const open = (): Databases => {
    const databases = new Databases(folder);
    opened.push(databases);
    return databases;
  };
  onTestFinished(async () => {
    for (const databases of opened) databases.close();
    await rm(folder, { recursive: true, force: true });
  });

  const before = open();
  before.market.trade(60, 10);
  expect(before.source.newest("coin_data")).toBe(3_070);
  before.target.drop("indicator_data");

  const after = open();
  expect(after.market.revision).toBe(3_070);
  after.market.trade(60, 10);
  expect(after.source.newest("indicator_data")).toBe(3_140);
  expect(after.source.count("coin_data")).toBe(3_120);
  expect(after.target.count("indicator_data")).toBe(0);
});
