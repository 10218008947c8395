import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

/**
 * Lowest first: a file imports only from floors below its own, type imports included. Give each new
 * file a floor; when it does not fit anywhere, its rooms are cut wrongly.
 */
const floors: readonly (readonly string[])[] = [
  [
    "clock",
    "errors",
    "json-property",
    "text",
    "thenable",
    "delivery/bag",
    "delivery/fifo",
    "delivery/waiters",
  ],
  ["event", "id", "delivery/wait", "options", "json-text", "redaction"],
  [
    "deadline",
    "describe-time",
    "event-input",
    "is-event",
    "filter",
    "measures",
    "signals",
    "json-recast",
    "delivery/taken",
    "delivery/retry",
  ],
  [
    "lenient",
    "registration",
    "unknown-fields",
    "stats",
    "store/store",
    "json",
    "delivery/queue",
    "delivery/store-problems",
  ],
  ["notifier", "emitter", "store/weight", "store/sketch", "store/query"],
  ["create-event", "level-labels", "store/settled", "store/entry", "delivery/stored-backlog"],
  ["describe-words", "sentences", "store/pack"],
  ["describe-values", "describe-batch"],
  ["store/event-ring"],
  [
    "define-notifier",
    "describe",
    "callbacks",
    "operation",
    "delivery/rate-limit",
    "delivery/breaker",
    "delivery/failure",
    "delivery/batch",
    "delivery/pending-writes",
    "delivery/missed",
    "store/deliveries",
    "store/aggregates",
  ],
  [
    "delivery/destination",
    "delivery/restore",
    "delivery/ledger",
    "delivery/journal",
    "operation-metrics",
  ],
  [
    "delivery/backlog",
    "delivery/attempt",
    "delivery/reaction",
    "store/memory",
    "health",
    "retention",
  ],
  ["receiver-settings", "delivery/flights", "delivery/recorder", "status"],
  ["delivery/store-link"],
  ["delivery/pipeline", "announcer", "settings"],
  ["delivery/receiver"],
  ["delivery/dispatcher", "explain", "checks", "receiver-report"],
  ["delivery/leases"],
  ["delivery/drain", "delivery/lease-keeper", "intake"],
  ["process-life", "problems", "drop-reporter", "bound-emitter", "self-report", "attachments"],
  ["receivers"],
  ["history", "closing", "test-message", "exit-due", "monitor-api"],
  ["components"],
  ["monitor"],
  ["global"],
  ["index"],
];

const source = new URL("../src/", import.meta.url);
const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.replace(/\.ts$/, ""));
const floorOf = (room: string) => floors.findIndex((floor) => floor.includes(room));

/** The rooms a file names in any import or re-export, as paths below `src`. */
const importsOf = (room: string): string[] => {
  const text = readFileSync(new URL(`${room}.ts`, source), "utf8");
  const here = new URL(`${room}.ts`, source);
  return [...text.matchAll(/from "(\.{1,2}\/[^"]+)\.ts"/g)].map(([, path]) =>
    new URL(`${path}`, here).href.slice(source.href.length),
  );
};

describe("the floors of core", () => {
  it.each(files)("%s imports only from below", (room) => {
    expect(floorOf(room), `give ${room}.ts a floor`).toBeGreaterThanOrEqual(0);
    expect(importsOf(room).filter((other) => floorOf(other) >= floorOf(room))).toEqual([]);
  });

  it.each(files)("%s has at most 300 lines", (room) => {
    const lines = readFileSync(new URL(`${room}.ts`, source), "utf8").split("\n").length - 1;
    expect(lines).toBeLessThanOrEqual(300);
  });

  it("have no room that does not exist", () => {
    expect(floors.flat().filter((room) => !files.includes(room))).toEqual([]);
  });
});
