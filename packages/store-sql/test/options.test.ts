import { ConfigError } from "@datasync-monitor/core";
import { describe, expect, it } from "vitest";
import { sqlStore } from "../src/index.ts";

const secret = "hunter2-8f3a";

describe("sqlStore", () => {
  it.each<[string, unknown, string]>([
    ["nothing", undefined, "options"],
    ["none of the ways", {}, "file"],
    ["two of the ways", { file: "a.db", url: "postgres://localhost/a" }, "file"],
    ["a name it does not know", { path: "a.db" }, "path"],
    ["a file that is not set", { file: undefined }, "file"],
    ["an empty file", { file: " " }, "file"],
    ["a file in memory", { file: ":memory:" }, "file"],
    ["a file that is a URL", { file: "libsql://db.example.com" }, "file"],
    ["a file with NUL", { file: "a\0b" }, "file"],
    ["a durability it does not know", { file: "a.db", durability: "none" }, "durability"],
    [
      "a durability without a file",
      { url: "mysql://localhost/a", durability: "full" },
      "durability",
    ],
    ["connections to a file", { file: "a.db", connections: 2 }, "connections"],
    ["a URL that is not set", { url: undefined }, "url"],
    ["a URL of another database", { url: `mongodb://me:${secret}@localhost/a` }, "url"],
    ["a URL that is none", { url: `postgres//me:${secret}@localhost/a` }, "url"],
    ["no connections", { url: "postgres://localhost/a", connections: 0 }, "connections"],
    ["a dialect that is none", { dialect: {} }, "dialect"],
    ["a Kysely that is none", { kysely: {} }, "kysely"],
    ["a prefix with a quote", { file: "a.db", tablePrefix: 'a"; drop table b; --' }, "tablePrefix"],
    ["a prefix in capitals", { file: "a.db", tablePrefix: "Monitor_" }, "tablePrefix"],
    ["a prefix that is long", { file: "a.db", tablePrefix: "a".repeat(33) }, "tablePrefix"],
    ["an empty prefix", { file: "a.db", tablePrefix: "" }, "tablePrefix"],
    ["a clock that is none", { file: "a.db", clock: Date }, "clock"],
    ["no clock", { file: "a.db", clock: null }, "clock"],
  ])("refuses %s, naming the option and no secret", (_what, options, option) => {
    const make = () => sqlStore(options as never);
    expect(make).toThrow(expect.objectContaining({ name: "ConfigError", option }));
    expect(make).not.toThrow(new RegExp(secret));
  });

  it("takes an option that is undefined for one that is not given", () => {
    const file = "never-opened.db";
    expect(() =>
      sqlStore({ file, durability: undefined, tablePrefix: undefined, clock: undefined }),
    ).not.toThrow();
    expect(() => sqlStore({ file, url: undefined } as never)).not.toThrow();
  });

  it("says which option belongs where", () => {
    const make = () => sqlStore({ url: "postgres://localhost/a", durability: "full" } as never);
    expect(make).toThrow("`durability` goes with `file` alone");
    expect(ConfigError.is(undefined)).toBe(false);
  });

  it("opens nothing by itself", () => {
    const store = sqlStore({ url: "postgres://localhost:1/a" });
    expect([store.contract, store.durable]).toEqual([1, true]);
  });
});
