import { fakeClock } from "@datasync-monitor/testkit";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ConfigError } from "../src/errors.ts";
import { stderrPrinter } from "../src/problems.ts";

let printed: string[];

beforeEach(() => {
  printed = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

const problem = (cause: unknown) => ({
  code: "store-failed",
  receiver: null,
  message: "The store could not be opened.",
  cause,
});

it("prints what a ConfigError says, for it tells what to do and holds no secret", () => {
  stderrPrinter(fakeClock())(problem(new ConfigError("file", "Run: npm install libsql")));
  expect(printed).toEqual([
    "datasync-monitor store-failed: The store could not be opened. Run: npm install libsql\n",
  ]);
});

it("prints no word of anybody else's error", () => {
  stderrPrinter(fakeClock())(problem(new Error("postgres://u:secret@db")));
  expect(printed).toEqual(["datasync-monitor store-failed: The store could not be opened.\n"]);
});
