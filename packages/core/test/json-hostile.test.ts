import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../src/errors.ts";
import { type JsonLimits, toJson } from "../src/json.ts";

const limits: JsonLimits = { maxBytes: 65_536, maxNodes: 10_000, maxDepth: 32 };
const json = (value: unknown, own: Partial<JsonLimits> = {}): JsonValue =>
  toJson(value, { ...limits, ...own }).value;
const thrower = (thrown: unknown) => () => {
  throw thrown;
};
const revoked = <T extends object>(target: T): T => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};

describe("toJson, given code that runs while it looks", () => {
  it("marks a getter that throws, and keeps what stands around it", () => {
    const value = {
      before: 1,
      get broken() {
        throw new Error("no");
      },
      after: [2],
    };
    expect(json(value)).toEqual({ before: 1, broken: "[Throws]", after: [2] });
  });

  it("says why a toJSON threw, on one bounded line", () => {
    expect(json({ toJSON: thrower(new Error("no\nway")) })).toBe("[Throws: no way]");
    expect(json({ toJSON: thrower("just text") })).toBe("[Throws: just text]");
    expect(String(json({ toJSON: thrower("x".repeat(1e6)) })).length).toBeLessThan(250);
  });

  it("survives a thrown value that throws again when it is looked at", () => {
    const hostile = new Proxy(new Error("x"), { getPrototypeOf: thrower(1), get: thrower(2) });
    expect(json({ toJSON: thrower(hostile) })).toBe("[Throws]");
    expect(json({ toJSON: thrower(revoked({})) })).toBe("[Throws]");
  });

  it("takes a toJSON that answers itself, and stops one that never ends", () => {
    class Self {
      a = 1;
      toJSON(): this {
        return this;
      }
    }
    const endless = (): unknown => ({ toJSON: endless });
    expect(json(new Self())).toEqual({ a: 1 });
    expect(json(endless())).toBe("[Truncated: depth]");
  });

  it("marks revoked proxies of any kind", () => {
    const proxies = [revoked({}), revoked([]), revoked(new Map()), revoked(() => 1)];
    expect(json(proxies)).toEqual(["[Throws]", "[Throws]", "[Throws]", "[Function]"]);
  });

  it.each(["ownKeys", "getPrototypeOf", "getOwnPropertyDescriptor"])(
    "marks a proxy whose %s throws, and keeps its neighbours",
    (trap) => {
      const value = { a: 1, proxy: new Proxy({ b: 1 }, { [trap]: thrower(new Error()) }), c: 2 };
      expect(json(value)).toEqual({ a: 1, proxy: "[Throws]", c: 2 });
    },
  );

  it("believes no length that a proxy claims", () => {
    const claiming = (length: unknown) =>
      new Proxy([1], {
        get: (target, key) => (key === "length" ? length : Reflect.get(target, key)),
      });
    for (const length of [-1, Number.NaN, "9", null, Symbol("x")]) {
      expect(json(claiming(length))).toEqual([]);
    }
    expect(json(claiming(1.5))).toEqual([1]);
    expect(json(claiming(1e300), { maxNodes: 5 })).toEqual([
      1,
      null,
      null,
      "[Truncated: 4,294,967,292 more]",
    ]);
  });

  it("reads every property once", () => {
    const reads: string[] = [];
    const value = new Proxy(
      { a: 1, nested: { toJSON: 1 }, list: [1] },
      {
        get: (target, key) => {
          reads.push(String(key));
          return Reflect.get(target, key);
        },
      },
    );
    toJson(value, limits);
    expect(reads).toEqual(["a", "nested", "list"]);
  });

  it("may be called from a getter that it reads", () => {
    const value = {
      a: 1,
      get inner() {
        return json({ b: [this.a] });
      },
      c: [2],
    };
    const plain = { a: 1, inner: { b: [1] }, c: [2] };
    expect(toJson(value, limits)).toEqual(toJson(plain, limits));
    expect(json(value)).toEqual(plain);
  });

  it("does not throw where the stack ends", () => {
    const deepest: JsonValue[] = [];
    const descend = (): void => {
      try {
        descend();
      } catch {
        // Unwinds a frame at a time, so that some call is made with nearly no stack left.
      }
      if (deepest.length < 500) deepest.push(json({ a: { b: { c: [1] } } }));
    };
    descend();
    expect(deepest.at(-1)).toEqual({ a: { b: { c: [1] } } });
  });
});

describe("toJson, given what is too much", () => {
  it.each(["", "a"])(
    "cuts a string of 10 MB after %j, never inside a pair, and keeps its neighbours",
    (start) => {
      const cut = json({ log: start + "😀".repeat(5e6), id: "x" }) as { log: string; id: string };
      expect(cut.log).toMatch(/^a?(😀)+…\[truncated\]$/u);
      expect(cut.log.length).toBeLessThanOrEqual(limits.maxBytes / 4);
      expect(cut.log.length).toBeGreaterThanOrEqual(limits.maxBytes / 4 - 1);
      expect(cut.id).toBe("x");
    },
  );

  it("cuts nesting of 20,000 at the depth limit", () => {
    let deep: unknown = "bottom";
    for (let i = 0; i < 20_000; i += 1) deep = i % 2 ? [deep] : { deep };
    let level: JsonValue = json(deep);
    let depth = 0;
    while (typeof level === "object" && level !== null) {
      level = Object.values(level)[0] ?? null;
      depth += 1;
    }
    expect([depth, level]).toEqual([limits.maxDepth, "[Truncated: depth]"]);
  });

  it("says how much of an object, a list, a Map and a Set was cut", () => {
    const list = Array.from({ length: 2_000 }, (_, i) => i);
    const own = { maxNodes: 5 };
    expect(json(list, own)).toEqual([0, 1, 2, "[Truncated: 1,997 more]"]);
    expect(json(new Set(list), own)).toEqual([0, 1, 2, "[Truncated: 1,997 more]"]);
    const cut = { a0: 0, a1: 1, a2: 2, "…": "[Truncated: 1,997 more]" };
    const entries = list.map((i) => [`a${i}`, i] as const);
    expect(json(Object.fromEntries(entries), own)).toEqual(cut);
    expect(json(new Map(entries), own)).toEqual(cut);
    expect(json({ a: 1, ["k".repeat(1e6)]: 2 })).toEqual({ a: 1, "…": "[Truncated: 1 more]" });
  });

  it("keeps exactly as many nodes as are allowed", () => {
    expect(json([1, 2, 3], { maxNodes: 4 })).toEqual([1, 2, 3]);
    expect(json([1, 2, 3, 4], { maxNodes: 4 })).toEqual([1, 2, "[Truncated: 2 more]"]);
  });

  it("looks at no more members than it may keep", () => {
    let reads = 0;
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, undefined]));
    const count = (): void => {
      reads += 1;
    };
    const value = new Proxy(many, { get: count });
    toJson(value, { ...limits, maxNodes: 100 });
    expect(reads).toBeLessThanOrEqual(100);
  });

  it("does not walk a sparse array to its end", () => {
    const sparse: unknown[] = [];
    sparse[2 ** 32 - 2] = 1;
    expect((json(sparse) as JsonValue[]).length).toBeLessThanOrEqual(limits.maxNodes);
  });

  it("does not unfold a small graph into a large tree", () => {
    let graph: unknown = "leaf";
    for (let i = 0; i < 30; i += 1) graph = [graph, graph];
    expect(JSON.stringify(json(graph)).length).toBeLessThan(limits.maxBytes * 2);
  });

  it("shows the first 1,024 bytes of binary data", () => {
    const bytes = json(Buffer.alloc(1e7, "a")) as { length: number; base64: string };
    expect(bytes.length).toBe(1e7);
    const [base64, mark] = bytes.base64.split("…");
    expect(Buffer.from(base64 ?? "", "base64").toString()).toBe("a".repeat(1_024));
    expect(mark).toBe("[truncated]");
  });
});

describe("toJson, given errors", () => {
  it("keeps name, message, code, cause, own properties and stack", () => {
    const cause = new TypeError("inner");
    const error = Object.assign(new Error("outer", { cause }), { code: "E_X", status: 503 });
    expect(json(error)).toEqual({
      name: "Error",
      message: "outer",
      code: "E_X",
      cause: { name: "TypeError", message: "inner", stack: cause.stack },
      status: 503,
      stack: error.stack,
    });
  });

  it("keeps the errors of an AggregateError", () => {
    const error = new AggregateError([new Error("one"), "two"], "both");
    expect(json(error)).toMatchObject({ errors: [{ message: "one" }, "two"] });
  });

  it("cuts an error that is its own cause", () => {
    const error = new Error("loop");
    error.cause = error;
    expect(json(error)).toMatchObject({ message: "loop", cause: "[Circular]" });
  });

  it("keeps an error whose message throws, and one that says itself what it is", () => {
    const broken = Object.defineProperty(new Error("x"), "message", { get: thrower(1) });
    expect(json(broken)).toMatchObject({ name: "Error", message: "[Throws]" });
    const telling = Object.assign(new Error("x"), { toJSON: () => ({ reason: "own" }) });
    expect(json(telling)).toEqual({ reason: "own" });
  });
});

describe("toJson, given names that are special to JavaScript", () => {
  it("keeps them as data and pollutes nothing", () => {
    const text =
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"hasOwnProperty":1}';
    const value = json(JSON.parse(text));
    expect(JSON.stringify(value)).toBe(text);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  it("takes objects without a prototype", () => {
    const bare = Object.setPrototypeOf(JSON.parse('{"__proto__":[1]}'), null);
    expect(JSON.stringify(json(bare))).toBe('{"__proto__":[1]}');
  });

  it("takes another realm's objects as its own", () => {
    const theirs: unknown = runInNewContext(
      "({ list: [1], date: new Date(0), map: new Map([['a', 1]]), error: new RangeError('x') })",
    );
    expect(json(theirs)).toMatchObject({
      list: [1],
      date: "1970-01-01T00:00:00.000Z",
      map: { a: 1 },
      error: { name: "RangeError", message: "x" },
    });
  });
});
