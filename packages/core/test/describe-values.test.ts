import { expect, it, describe as suite } from "vitest";
import { describe as inWords } from "../src/describe.ts";
import type { JsonValue } from "../src/errors.ts";
import { toJson } from "../src/json.ts";
import { detail, fieldsOf, guide } from "./support/described.ts";

const snapshot = (value: unknown): JsonValue =>
  toJson(value, { maxBytes: 65_536, maxNodes: 10_000, maxDepth: 32 }).value;

suite("describe, details", () => {
  it("writes nested values as compact text, in the reader's language", () => {
    const value = { a: 1, list: ["x", { ok: true }], gone: null, wait_seconds: 90 };
    expect(detail("state", value)).toBe(
      "a: 1, list: [x, {ok yes}], gone: none, wait_seconds: 1 min 30 s",
    );
    expect(detail("state", value, "zh-CN")).toBe(
      "a: 1，list: [x、{ok 是}]，gone: 无，wait_seconds: 1 分钟 30 秒",
    );
    expect(detail("flag", false)).toBe("no");
    expect(detail("empty", [])).toBe("none");
    expect(detail("empty", [{}, []])).toBe("none, none");
  });

  it("writes an error as name and message, with its causes", () => {
    const refused = Object.assign(new Error(""), { code: "ECONNREFUSED" });
    const error = snapshot(new TypeError("fetch failed", { cause: refused }));
    expect(detail("error", error)).toBe("TypeError: fetch failed (caused by ECONNREFUSED)");
    expect(detail("error", error, "zh-CN")).toBe("TypeError: fetch failed（起因：ECONNREFUSED）");
    expect(detail("errors", [error])).toBe("TypeError: fetch failed (caused by ECONNREFUSED)");
    const coded = Object.assign(new Error("lock wait timeout"), { code: "ER_LOCK_WAIT_TIMEOUT" });
    expect(detail("error", snapshot(coded))).toBe("lock wait timeout (ER_LOCK_WAIT_TIMEOUT)");
    const said = Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT" });
    expect(detail("error", snapshot(said))).toBe("ENOENT: no such file");
    expect(detail("user", { name: "Ann" })).toBe("name: Ann");
    const commit = { name: "Ann", message: "fix the schema", branch: "main" };
    expect(detail("commit", commit)).toBe("name: Ann, message: fix the schema, branch: main");
    const parsed = { name: "SqlError", message: "lost", errno: 2013 };
    expect(detail("error", parsed)).toBe("SqlError: lost");
    expect(detail("error", { name: "A", message: "b", cause: parsed })).toBe(
      "A: b (caused by SqlError: lost)",
    );
  });

  const because = (message: string, cause: unknown) => snapshot(new Error(message, { cause }));

  it("keeps the last cause of an error, however long the ones before it are", () => {
    const query = `Failed query: ${"insert into coin_data ".repeat(100)}`;
    const cut = /^Failed query: .{100,}… \(caused by duplicate key \(caused by disk full\)\)$/;
    const why = new Error("duplicate key", { cause: new Error("disk full") });
    const text = detail("error", because(query, why));
    expect(text).toMatch(cut);
    // So that it stays where a digest has room for the beginning alone.
    expect(text?.length).toBeLessThanOrEqual(250);
    expect(detail("causes", [because(query, why), "no more"])?.split("\n")[0]).toMatch(
      /^- Failed query: .{50,}… \(caused by duplicate key \(caused by disk full\)\)$/,
    );
    const wrapped = [5, 4, 3, 2, 1].reduce<unknown>(
      (cause, level) => new Error(`${level} ${"x".repeat(100)}`, { cause }),
      "no answer",
    );
    expect(detail("error", snapshot(wrapped))).toContain(`5 ${"x".repeat(100)}`);
    const both = detail("error", because(query, new Error("y".repeat(2_000))));
    expect(both).toMatch(/^Failed query: .{100,}… \(caused by y{300,}…\)$/);
    const wordy = because(`no answer ${"x".repeat(250)}`, new Error("disk full"));
    expect(detail("error", wordy)).toBe(`no answer ${"x".repeat(250)} (caused by disk full)`);
  });

  it("tells the errors that one stands for, and a cause that is a text", () => {
    const replicas = [1, 2].map((at) => new Error(`replica-${at}: refused`));
    const all = new AggregateError(replicas, "All promises were rejected");
    expect(detail("error", snapshot(all))).toBe(
      "AggregateError: All promises were rejected (caused by replica-1: refused, replica-2: refused)",
    );
    expect(detail("error", snapshot(all), "zh-CN")).toBe(
      "AggregateError: All promises were rejected（起因：replica-1: refused、replica-2: refused）",
    );
    expect(detail("error", because("sync failed", "disk full"))).toBe(
      "sync failed (caused by disk full)",
    );
    const many = new AggregateError(
      Array.from({ length: 9 }, (_, at) => new Error(`e${at}`)),
      "",
    );
    expect(detail("error", snapshot(many))).toBe(
      "AggregateError (caused by e0, e1, e2, e3, e4, … 4 more not shown)",
    );
  });

  const since = "2025-08-29T10:30:00.000Z";
  const failed = { status: "failed", message: "TypeError (ECONNREFUSED)", since };
  const passed = { status: "passed", since, spent: { queries: 2, wait_seconds: 0.012 } };

  it("gives each member a line of its own where one is long, in the order of the event", () => {
    const { fields } = inWords(
      { ...guide, details: { checks: { source: failed, disk: passed } } },
      { timeZone: "Asia/Shanghai" },
    );
    expect(fields.at(-1)).toEqual({
      label: "Checks",
      value: [
        "- source: status failed, message TypeError (ECONNREFUSED), since 2025-08-29 18:30:00 +08:00",
        "- disk: status passed, since 2025-08-29 18:30:00 +08:00, spent {queries 2, wait_seconds 12 ms}",
      ].join("\n"),
      short: false,
    });
    expect(detail("receivers", [failed, passed], "zh-CN")).toBe(
      [
        "- status failed，message TypeError (ECONNREFUSED)，since 2025-08-29 10:30:00 +00:00",
        "- status passed，since 2025-08-29 10:30:00 +00:00，spent {queries 2，wait_seconds 12 毫秒}",
      ].join("\n"),
    );
    expect(detail("reasons", ["The disk is full.", `No answer: ${"x".repeat(60)}`])).toBe(
      `- The disk is full.\n- No answer: ${"x".repeat(60)}`,
    );
  });

  it("gives each member a line where they have members of their own, and are too many for one line", () => {
    const shard = { state: "ok", lag_seconds: 13 };
    expect(detail("shards", { a: { ok: true }, b: { ok: false, at: 7 } })).toBe(
      "a: {ok yes}, b: {ok no, at 7}",
    );
    expect(detail("shards", { a: shard, b: shard, c: shard, d: shard })).toBe(
      ["a", "b", "c", "d"].map((name) => `- ${name}: state ok, lag_seconds 13 s`).join("\n"),
    );
    const flat = Object.fromEntries(Array.from({ length: 15 }, (_, at) => [`shard_${at}`, null]));
    expect(detail("shards", flat)).not.toContain("\n");
  });

  it("tells the only part of a list or an object without marks around it", () => {
    expect(detail("problems", [{ code: "delivery-config", receiver: "slack" }])).toBe(
      "code delivery-config, receiver slack",
    );
    expect(detail("largest", { binlog: { bytes: 7, since } })).toBe(
      "binlog: bytes 7, since 2025-08-29 10:30:00 +00:00",
    );
  });

  it("leaves one long member, and many short ones, in one line", () => {
    expect(detail("notes", ["x".repeat(90)])).toBe("x".repeat(90));
    expect(detail("lost", Object.fromEntries(["a", "b", "c"].map((key) => [key, 1_000])))).toBe(
      "a: 1000, b: 1000, c: 1000",
    );
  });

  it("measures the members of a measure as that", () => {
    expect(detail("latency_seconds", { p50: 0.012, p99: 75, all: [1, 0.5] })).toBe(
      "p50: 12 ms, p99: 1 min 15 s, all: [1 s, 500 ms]",
    );
    expect(detail("free_bytes", { "/data": 1_024 })).toBe("/data: 1 KiB");
    expect(detail("totals", { total_records_synced: 128_450, port: 12_345 })).toBe(
      "total_records_synced: 128,450, port: 12345",
    );
  });

  it("lets no member forge the line of another", () => {
    const value = { a: `x\n- b: ok ${"y".repeat(60)}`, "c\n- d": ["e\n- f: ok"] };
    expect(detail("checks", value)).toBe(`- a: x - b: ok ${"y".repeat(60)}\n- c - d: e - f: ok`);
  });

  it("tells the first of many parts whole, and counts the others", () => {
    const names = Array.from({ length: 9_000 }, (_, at) => `t${at}`);
    expect(detail("tables", names)).toMatch(/^t0, t1, .*, t19, … 8,980 more not shown$/);
    expect(detail("tables", names, "zh-CN")).toMatch(/、t19、… 另有 8,980 项未显示$/);
    expect(detail("tables", names.slice(0, 20))).toMatch(/, t19$/);
    const checks = Object.fromEntries(names.slice(0, 100).map((name) => [name, failed]));
    const lines = detail("checks", checks)?.split("\n") ?? [];
    expect(lines.slice(0, -1).every((line) => line.endsWith("+00:00"))).toBe(true);
    expect(lines.at(-1)).toBe(`- … ${101 - lines.length} more not shown`);
    expect(lines.length).toBeGreaterThan(9);
    for (let length = 30; length < 80; length += 1) {
      const texts = Array.from({ length: 1_234 }, (_, at) => "y".repeat(at === 0 ? 61 : length));
      expect(detail("texts", texts)).toMatch(/\n- … 1,2\d\d more not shown$/);
    }
  });

  it("bounds a value at 1,000 characters, and a part of one at 300, however much there is", () => {
    const log = "x".repeat(5_000);
    expect(detail("log", log)).toHaveLength(1_000);
    expect(detail("log", log)).toMatch(/…$/);
    expect(detail("logs", [log])).toHaveLength(300);
    expect(detail("logs", [log, log, log, log])?.split("\n")).toEqual([
      ...Array.from({ length: 3 }, () => expect.stringMatching(/^- x{299}…$/)),
      "- … 1 more not shown",
    ]);
    let deep: JsonValue = {};
    for (let depth = 0; depth < 30; depth += 1) deep = { [`level_${depth}`]: [deep, log] };
    expect(detail("deep", deep)?.length).toBeLessThanOrEqual(1_000);
  });

  it("gives a moment in the reader's zone, as the event's own", () => {
    const at = (value: string) =>
      inWords(
        { ...guide, metrics: {}, details: { at: value } },
        { timeZone: "America/New_York" },
      ).fields.at(-1)?.value;
    expect(at(since)).toBe("2025-08-29 06:30:00 -04:00");
    expect(at("2025-01-29T10:30:00+08:00")).toBe("2025-01-28 21:30:00 -05:00");
    for (const text of ["2025-08-29", "2025-08-29T10:30:00", "2025-99-99T99:99:99Z", `at ${since}`])
      expect(at(text)).toBe(text);
  });

  it("shows 30 fields, then one that counts the rest", () => {
    const details = Object.fromEntries(Array.from({ length: 1_500 }, (_, i) => [`k${i}`, i]));
    const fields = fieldsOf({ details });
    expect(fields).toHaveLength(28);
    expect(fields.at(-2)?.label).toBe("k26");
    expect(fields.at(-1)).toEqual({
      label: "More",
      value: "1,473 more not shown",
      short: true,
    });
    expect(fieldsOf({ details }, "zh-CN").at(-1)?.value).toBe("另有 1,473 项未显示");
  });

  it("says a thing once when a metric and a detail agree, and twice when they do not", () => {
    const labels = (duration: number) =>
      fieldsOf({ metrics: { duration_seconds: 30.5 }, details: { duration } }).map(
        ({ value }) => value,
      );
    expect(labels(30.5)).toEqual(["30.5 s"]);
    expect(labels(31)).toEqual(["30.5 s", "31 s"]);
  });

  it("keeps line ends in values and messages, and no other control or direction characters", () => {
    expect(detail("log", "one\r\n\ttwo\u001b[31m\u202e\u0000")).toBe("one\n\ttwo  ");
    expect(inWords({ ...guide, message: "a\nb\u0007" }).message).toBe("a\nb ");
    expect(fieldsOf({ details: { log: "one\ntwo" } })[0]?.short).toBe(false);
  });

  it("makes labels, the service and the title single lines", () => {
    const hostile = inWords({
      ...guide,
      service: "a\nb",
      event_type: "a\nb",
      details: { ["k\n".repeat(99)]: 1 },
    });
    expect(hostile.title).toBe("a b");
    for (const { label } of hostile.fields) expect(label).not.toMatch(/\n/);
    expect(hostile.fields.at(-1)?.label.length).toBeLessThanOrEqual(80);
    expect(hostile.fields[0]?.value).toBe("a b");
  });
});
