import { fakeClock } from "@datasync-monitor/testkit";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ConfigError, DeliveryError } from "../src/errors.ts";
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
    "datasync-monitor store-failed: The store could not be opened. ConfigError: Run: npm install libsql\n",
  ]);
});

it("prints name and code of anybody else's error, says where its text is, and prints no word of it", () => {
  const cause = Object.assign(new Error("postgres://u:secret@db"), { code: "ENOENT" });
  stderrPrinter(fakeClock())(problem(cause));
  expect(printed).toEqual([
    "datasync-monitor store-failed: The store could not be opened. Error (ENOENT), whose text only `onProblem` gets\n",
  ]);
});

it.each([
  ["callback-failed", "TypeError", "TypeError: no such row"],
  ["filter-threw", "Its `where` threw.", "Its `where` threw. TypeError: no such row"],
  ["observer-threw", "An observer threw.", "An observer threw. TypeError: no such row"],
])("prints what the service's own code threw (%s)", (code, message, line) => {
  const cause = new TypeError("no such row");
  stderrPrinter(fakeClock())({ code, receiver: "ops", message, cause });
  expect(printed).toEqual([`datasync-monitor [ops] ${code}: ${line}\n`]);
});

it("adds nothing to what a DeliveryError says", () => {
  const cause = new DeliveryError("config", "the token is refused");
  const told = { code: "delivery-config", receiver: "pager", message: cause.message, cause };
  stderrPrinter(fakeClock())(told);
  expect(printed).toEqual(["datasync-monitor [pager] delivery-config: the token is refused\n"]);
});

it("prints one line in a minute for a receiver and code, but for what is dropped, which is told by the sum", () => {
  const print = stderrPrinter(fakeClock());
  const told = (code: string, message: string) => print({ code, receiver: "ops", message });
  for (const n of [1, 2]) told("callback-failed", `failure ${n}`);
  for (const n of [40, 2]) told("events-dropped", `Events were dropped: ${n}.`);
  expect(printed).toEqual([
    "datasync-monitor [ops] callback-failed: failure 1\n",
    "datasync-monitor [ops] events-dropped: Events were dropped: 40.\n",
    "datasync-monitor [ops] events-dropped: Events were dropped: 2.\n",
  ]);
});
