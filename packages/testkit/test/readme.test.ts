import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { conformanceCases } from "../src/index.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

/** What stands in backticks in the first column of a chapter's tables. */
const firstColumn = (chapter: string): readonly string[] => {
  const [, text = ""] = readme.split(`### ${chapter}\n`);
  const [own = ""] = text.split("\n#");
  const cells = own.split("\n").map((line) => line.match(/^\| (`.+?) \|/)?.[1] ?? "");
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word));
};

describe("the README", () => {
  it("lists every case by its id, in the order in which they run", () => {
    expect(firstColumn("The cases")).toEqual(conformanceCases.map(({ id }) => id));
  });

  it("tells what every condition is that a case needs", () => {
    const told = firstColumn("The conditions");
    const needed = conformanceCases.flatMap(({ needs }) => needs);
    expect(needed.filter((condition) => !told.includes(condition))).toEqual([]);
  });
});
