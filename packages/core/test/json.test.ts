import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../src/errors.ts";
import { type JsonLimits, toJson } from "../src/json.ts";

const limits: JsonLimits = { maxBytes: 65_536, maxNodes: 10_000, maxDepth: 32 };
const json = (value: unknown, own: Partial<JsonLimits> = {}): JsonValue =>
  toJson(value, { ...limits, ...own }).value;

const nodesOf = (value: JsonValue): number =>
  typeof value === "object" && value !== null
    ? Object.values(value).reduce<number>((sum, member) => sum + nodesOf(member), 1)
    : 1;
const bytesOf = (value: JsonValue): number => {
  if (typeof value === "string") return 16 + 2 * value.length;
  if (typeof value !== "object" || value === null) return 16;
  const keys = Array.isArray(value) ? 0 : 2 * Object.keys(value).join("").length;
  return Object.values(value).reduce<number>((sum, member) => sum + bytesOf(member), 16 + keys);
};
const depthOf = (value: JsonValue): number =>
  typeof value === "object" && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map(depthOf))
    : 0;
const frozen = (value: JsonValue): boolean =>
  typeof value !== "object" ||
  value === null ||
  (Object.isFrozen(value) && Object.values(value).every(frozen));

const holds = (value: unknown, own: JsonLimits): JsonValue => {
  const snapshot = toJson(value, own);
  expect(JSON.parse(JSON.stringify(snapshot.value))).toEqual(snapshot.value);
  expect(frozen(snapshot.value)).toBe(true);
  expect(bytesOf(snapshot.value)).toBeLessThanOrEqual(own.maxBytes);
  expect(snapshot.bytes).toBeGreaterThanOrEqual(bytesOf(snapshot.value));
  expect(snapshot.bytes).toBeLessThanOrEqual(own.maxBytes);
  expect(nodesOf(snapshot.value)).toBeLessThanOrEqual(own.maxNodes);
  expect(depthOf(snapshot.value)).toBeLessThanOrEqual(own.maxDepth);
  expect(toJson(snapshot.value, own).value).toEqual(snapshot.value);
  return snapshot.value;
};

const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  withUnicodeString: true,
});
const tight = fc.record({
  maxBytes: fc.integer({ min: 256, max: 4_096 }),
  maxNodes: fc.integer({ min: 4, max: 60 }),
  maxDepth: fc.integer({ min: 1, max: 6 }),
});

describe("toJson, given anything", () => {
  it("gives valid, bounded, frozen JSON that a second pass leaves as it is", () => {
    fc.assert(
      fc.property(anything, (value) => void holds(value, limits)),
      { numRuns: 20_000 },
    );
  }, 120_000);

  it("keeps all of that under limits that cut nearly everything", () => {
    fc.assert(
      fc.property(anything, tight, (value, own) => void holds(value, own)),
      { numRuns: 10_000 },
    );
  }, 120_000);

  it("leaves JSON within the limits as it is", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(json(value)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("does not change its input", () => {
    fc.assert(
      fc.property(fc.clone(anything, 2), ([value, twin]) => {
        toJson(value, limits);
        expect(value).toStrictEqual(twin);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("toJson, value by value", () => {
  const shared = { a: 1 };
  const holes: unknown[] = [];
  holes[1] = 1;
  const link: Record<string, unknown> = { name: "me" };
  link.self = link;
  link.list = [link];
  class Job {
    readonly #secret = "hidden";
    readonly id = 7;
    get length(): number {
      return this.#secret.length;
    }
  }
  const cases: readonly [what: string, given: unknown, want: JsonValue][] = [
    ["nothing", undefined, null],
    [
      "numbers that JSON has not",
      [Number.NaN, 1 / 0, -1 / 0, -0],
      ["NaN", "Infinity", "-Infinity", 0],
    ],
    ["a bigint", 12345678901234567890n, "12345678901234567890"],
    ["a bigint of a million digits", 10n ** 1_000_000n, "[BigInt of more than 1000 digits]"],
    [
      "functions",
      [() => 1, function named() {}, Job],
      ["[Function]", "[Function named]", "[Function Job]"],
    ],
    ["symbols", [Symbol("x"), Symbol()], ["[Symbol(x)]", "[Symbol()]"]],
    ["undefined members", { a: undefined, b: [undefined] }, { b: [null] }],
    ["holes", holes, [null, 1]],
    ["a date", new Date(0), "1970-01-01T00:00:00.000Z"],
    ["an invalid date", new Date(Number.NaN), null],
    [
      "a Map with string keys",
      new Map([
        ["a", 1],
        ["__proto__", 2],
      ]),
      JSON.parse('{"a":1,"__proto__":2}'),
    ],
    [
      "a Map with other keys",
      new Map<unknown, unknown>([
        ["a", 1],
        [{ b: 1 }, 2],
      ]),
      [
        ["a", 1],
        [{ b: 1 }, 2],
      ],
    ],
    ["a Set", new Set([1, "a"]), [1, "a"]],
    ["a RegExp", /a+/gi, "/a+/gi"],
    ["a URL", new URL("https://example.com/a?b=1"), "https://example.com/a?b=1"],
    [
      "boxed values",
      [Object(1), Object("a"), Object(true), Object(1n), Object(Symbol("s"))],
      [1, "a", true, "1", "[Symbol(s)]"],
    ],
    ["a Promise", Promise.resolve(1), "[Promise]"],
    [
      "weak ones",
      [new WeakMap(), new WeakSet(), new WeakRef(link)],
      ["[WeakMap]", "[WeakSet]", "[WeakRef]"],
    ],
    [
      "iterators",
      [new Map().keys(), new Set().values(), (function* () {})()],
      ["[Map Iterator]", "[Set Iterator]", "[Generator]"],
    ],
    ["numbers in a typed array", new Float64Array([1.5, Number.NaN]), [1.5, "NaN"]],
    ["bigints in a typed array", new BigInt64Array([-1n]), ["-1"]],
    ["a Buffer", Buffer.from("hi"), { type: "Buffer", length: 2, base64: "aGk=" }],
    [
      "an ArrayBuffer",
      new Uint8Array([104, 105]).buffer,
      { type: "ArrayBuffer", length: 2, base64: "aGk=" },
    ],
    [
      "a DataView",
      new DataView(new ArrayBuffer(2), 1),
      { type: "DataView", length: 1, base64: "AA==" },
    ],
    ["an instance of a class", new Job(), { id: 7 }],
    ["inherited properties", Object.create({ inherited: 1 }), {}],
    ["a container within itself", link, { name: "me", self: "[Circular]", list: ["[Circular]"] }],
    ["one container in two places", [shared, shared], [{ a: 1 }, { a: 1 }]],
    ["toJSON", { toJSON: () => ({ a: new Date(0) }) }, { a: "1970-01-01T00:00:00.000Z" }],
    ["toJSON that is not a function", { toJSON: 5 }, { toJSON: 5 }],
    ["lone surrogates", { "\ud800": "a\udc00" }, { "\ufffd": "a\ufffd" }],
  ];
  it.each(cases)("takes %s", (_what, given, want) => {
    expect(holds(given, limits)).toEqual(want);
  });
});
