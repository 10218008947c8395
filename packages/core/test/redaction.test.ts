import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigError, type JsonValue } from "../src/errors.ts";
import { type JsonLimits, toJson } from "../src/json.ts";
import { compileRedaction } from "../src/redaction.ts";

const limits: JsonLimits = { maxBytes: 65_536, maxNodes: 10_000, maxDepth: 32 };
const hide = (value: unknown, ...paths: string[]): JsonValue =>
  toJson(value, limits, compileRedaction(paths)).value;
const gone = "[redacted]";

describe("compileRedaction", () => {
  const value = {
    password: "p",
    user: { token: "t", password: "p", name: "n" },
    users: [{ token: "t" }, { name: "n" }],
  };
  const cases: readonly [path: string, want: object][] = [
    ["password", { ...value, password: gone }],
    ["user.token", { ...value, user: { ...value.user, token: gone } }],
    ["user", { ...value, user: gone }],
    ["*.password", { ...value, user: { ...value.user, password: gone } }],
    ["**.password", { ...value, password: gone, user: { ...value.user, password: gone } }],
    ["users.*.token", { ...value, users: [{ token: gone }, { name: "n" }] }],
    ["users.1", { ...value, users: [{ token: "t" }, gone] }],
    ["user.**.token", { ...value, user: { ...value.user, token: gone } }],
    ["Password", value],
    ["*", { password: gone, user: gone, users: gone }],
  ];
  it.each(cases)("hides what %s names, and nothing else", (path, want) => {
    expect(hide(value, path)).toEqual(want);
  });

  it("never reads what it hides", () => {
    const shy = {
      get password(): string {
        throw new Error("was read");
      },
    };
    const traps = new Proxy({ token: 1 }, { get: () => expect.unreachable() });
    expect(hide({ shy, traps }, "**.password", "*.token")).toEqual({
      shy: { password: gone },
      traps: { token: gone },
    });
  });

  it("looks into Maps, errors, instances and what toJSON answers", () => {
    class Account {
      password = "p";
    }
    const error = Object.assign(new Error("m"), { password: "p" });
    const hidden = hide(
      {
        map: new Map([["password", 1]]),
        error,
        account: new Account(),
        own: { toJSON: () => ({ password: 1 }) },
      },
      "**.password",
    );
    expect(hidden).toMatchObject({
      map: { password: gone },
      error: { password: gone },
      account: { password: gone },
      own: { password: gone },
    });
  });

  it("lets no value of a hidden key through, wherever it stands", () => {
    const named = fc.anything({
      key: fc.constantFrom("password", "a", "b"),
      values: [fc.constant("x")],
    });
    const exposed = (json: JsonValue): boolean =>
      typeof json === "object" &&
      json !== null &&
      Object.entries(json).some(([key, member]) =>
        key === "password" ? member !== gone : exposed(member),
      );
    fc.assert(fc.property(named, (given) => !exposed(hide(given, "a.b", "**.password", "*.a.b"))));
  });

  it("needs no time that grows with what is left of the path", () => {
    const path = `${"**.a.".repeat(200)}b`;
    let deep: unknown = {};
    for (let i = 0; i < 30; i += 1) deep = { a: deep, b: 1 };
    expect(() => hide(deep, path)).not.toThrow();
  });

  it.each(["error.message", "*.message", "**.message"])(
    "hides by %s what an error says in its stack, too",
    (path) => {
      const error = new TypeError("password hunter2");
      expect(hide({ error }, path)).toEqual({
        error: { name: "TypeError", message: gone, stack: gone },
      });
      const { name, message, stack } = error;
      const told = Object.assign(error, { toJSON: () => ({ name, message, stack }) });
      expect(hide({ error: told }, path)).toEqual({
        error: { name: "TypeError", message: gone, stack: gone },
      });
      expect(hide({ error }, "error.name")).toHaveProperty("error.stack", error.stack);
    },
  );

  it("is nothing for no paths", () => {
    expect(compileRedaction([])).toBeUndefined();
  });

  it.each([["a..b"], [""], ["a."], ["pass*"], ["a.***"], ["a.**"], [1 as unknown as string]])(
    "refuses %j and names the option",
    (path) => {
      expect(() => compileRedaction([path])).toThrow(ConfigError);
      expect(() => compileRedaction([path])).toThrow(/`redact`/);
    },
  );

  it("refuses a path that begins at the event, where it would hide nothing", () => {
    expect(() => compileRedaction(["user.token", "details.user.password"])).toThrow(
      /such as .*"details\.user\.password" begins before it: write "user\.password"/,
    );
    expect(hide({ details: "kept" }, "**.details.password")).toEqual({ details: "kept" });
  });

  it("refuses what is not a list", () => {
    expect(() => compileRedaction("password" as unknown as string[])).toThrow(/not a list/);
  });
});
