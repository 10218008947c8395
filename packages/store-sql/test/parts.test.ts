import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packNumbers, unpackNumbers } from "../src/digits.ts";
import { codeOf, kindOf, translated } from "../src/errors.ts";
import { fromPayload, toPayload } from "../src/payload.ts";
import { fits, inParts } from "../src/room.ts";
import { isSketch, Sketch } from "../src/sketch.ts";
import { fromText, toKey, toText } from "../src/text.ts";
import { eventAt } from "./support/events.ts";

const unpacked = (text: string): number[] => {
  const numbers: number[] = [];
  unpackNumbers(text, (value) => numbers.push(value));
  return numbers;
};

describe("packed numbers", () => {
  it("come back as they were", () => {
    const numbers = fc.array(fc.oneof(fc.nat(40), fc.maxSafeNat()));
    fc.assert(
      fc.property(numbers, (values) => {
        expect(unpacked(packNumbers(values))).toEqual(values);
      }),
    );
  });

  it("are read without an error whatever the text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void unpacked(text)));
  });
});

/** The value of nearest rank. */
const oracle = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
};

const isNear = (actual: number, wanted: number): boolean =>
  Math.abs(actual - wanted) <= Math.max(0.02 * Math.abs(wanted), 1e-6);

describe("a sketch", () => {
  const magnitude = fc.oneof(
    fc.double({ min: 1e-6, max: 1e15, noNaN: true }),
    fc.double({ min: -6, max: 15, noNaN: true }).map((power) => 10 ** power),
    fc.constantFrom(0, 1, 0.5),
  );
  const value = fc.oneof(
    magnitude,
    magnitude.map((size) => 0 - size),
  );

  it("merges what was stored of parts into what the whole would be", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(value, { maxLength: 40, size: "max" }), { maxLength: 5 }),
        (parts) => {
          const merged = new Sketch();
          for (const part of parts.filter(({ length }) => length > 0)) {
            const sketch = new Sketch();
            for (const one of part) sketch.add(one);
            const stored: unknown = JSON.parse(JSON.stringify(sketch));
            expect(isSketch(stored)).toBe(true);
            if (isSketch(stored)) merged.merge(stored);
          }
          const values = parts.flat();
          const summary = merged.summary();
          expect(summary?.count ?? 0).toBe(values.length);
          if (summary === undefined) return;
          expect(summary.max).toBe(Math.max(...values));
          expect(isNear(summary.p50, oracle(values, 0.5))).toBe(true);
          expect(isNear(summary.p95, oracle(values, 0.95))).toBe(true);
        },
      ),
    );
  });

  it("is told from what is damaged", () => {
    const damaged: readonly unknown[] = [
      ...[null, 5, "x", {}, [], [1, 2, 3, 4], [1, 2, 3, "4", ""], [1, 2, 3, 4, 'a"b']],
    ];
    expect(damaged.filter(isSketch)).toEqual([]);
  });
});

describe("the room of a statement", () => {
  const megabytes = 2 ** 20;

  it.each([
    ["x", 15, true],
    ["数", 5, true],
    ["x", 17, false],
    ["数", 6, false],
    ['"', 5, false],
    ["\\", 5, false],
    ["'", 9, false],
  ])("of 16 MiB is reckoned by what %j takes there: %i million of them", (sign, count, fit) => {
    expect(fits(sign.repeat(count * megabytes), 16 * megabytes)).toBe(fit);
  });

  it("is kept to by each of several parts, in order", () => {
    const rows = ["a", "b", "c", "d", "e"].map((sign) => sign.repeat(1_000));
    const parts = inParts(rows, 12_000, (row) => row);
    expect(parts.map((part) => part.map((row) => row[0]))).toEqual([["a", "b"], ["c", "d"], ["e"]]);
    expect(inParts(rows, 10, (row) => row)).toHaveLength(5);
    expect(inParts(rows, Number.POSITIVE_INFINITY, (row) => row)).toEqual([rows]);
  });
});

describe("text", () => {
  const anything = fc.string({ unit: "binary", maxLength: 300, size: "max" });

  it("comes back as it was, without what a database refuses or ignores", () => {
    fc.assert(
      fc.property(anything, (text) => {
        const stored = toText(text);
        expect(fromText(stored)).toBe(text);
        expect(stored.isWellFormed()).toBe(true);
        expect([...stored].filter((character) => character < " ")).toEqual([]);
        expect(stored.endsWith(" ")).toBe(false);
      }),
    );
  });

  it("ends with no space, which MySQL would ignore", () => {
    for (const text of [" ", "a ", "a  ", '" ']) {
      expect(toText(text)).not.toMatch(/ $/);
      expect(fromText(toText(text))).toBe(text);
    }
  });

  it("of ordinary words is stored as it is", () => {
    for (const text of ["mail", "邮件 1", "a.b-c_d", "👩‍👩‍👧"]) expect(toText(text)).toBe(text);
  });

  it("is told apart as a key however long it is", () => {
    const base = "x".repeat(300);
    const keys = [base, `${base}y`, `${base} `, "\0".repeat(100), "\0".repeat(101)].map(toKey);
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key.length).toBeLessThanOrEqual(200);
  });
});

describe("a payload", () => {
  const { payload, checksum } = toPayload(eventAt(1));
  const id = eventAt(1).id;

  it("is the event, frozen to the bottom", () => {
    const event = fromPayload({ id, payload, checksum });
    expect(event).toMatchObject({ id, message: "event 1" });
    expect(
      Object.isFrozen(event) && typeof event !== "string" && Object.isFrozen(event.details),
    ).toBe(true);
  });

  it.each([
    ["checksum", { id, payload: payload.replace("event", "evenT"), checksum }],
    ["checksum", { id, payload: null, checksum }],
    ["checksum", { id, payload, checksum: checksum + 1 }],
    ["unreadable", { id, ...toPayload("text" as never) }],
    ["unreadable", { id, ...toPayload({ id: 5, message: "x" } as never) }],
    ["identity", { id: eventAt(2).id, payload, checksum }],
  ])("that is damaged is none: %s", (fault, stored) => {
    expect(fromPayload(stored)).toBe(fault);
  });

  it("notices any one bit that has flipped", () => {
    const bytes = Buffer.from(payload);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const flipped = Buffer.from(bytes);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        expect(fromPayload({ id, payload: flipped.toString(), checksum })).toBe("checksum");
      }),
    );
  });
});

describe("an error of a driver", () => {
  const leaky = (code: unknown) =>
    Object.assign(new Error("insert into x values ('secret')"), {
      code,
      sql: "secret",
      detail: "secret",
    });

  it.each([
    ["ECONNREFUSED", "nothing listens"],
    ["SQLITE_FULL", "the disk is full"],
    ["ER_ACCESS_DENIED_ERROR", "refuses the user or the password"],
    ["28P01", "refuses the user or the password"],
    ["08006", "the connection was lost"],
    ["08P01", "a pooler such as PgBouncer"],
    ["25006", "takes no writes now"],
    ["ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION", "takes no writes now"],
    ["3F000", "search_path"],
    ["ER_CANT_CHANGE_TX_CHARACTERISTICS", "autocommit = 1"],
    ["ER_UPDATE_WITHOUT_KEY_IN_SAFE_MODE", "sql_safe_updates = 0"],
    ["UNKNOWN_SQLITE_ERROR_1544", "cannot be written; check who owns them .SQLITE_READONLY"],
    ["ENOENT", "no such socket, or no file that its URL names"],
    ["URIError", "as %25"],
    ["HANDSHAKE_NO_SSL_SUPPORT", "does not speak TLS"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "NODE_EXTRA_CA_CERTS"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "NODE_EXTRA_CA_CERTS"],
    ["ER_QUERY_INTERRUPTED", "ended the statement"],
    ["ER_TOO_BIG_SELECT", "sql_big_selects = 1"],
    ["SQLITE_ERROR", "were changed"],
    ["XX000", "(XX000)|XX000"],
  ])("of code %s says what it means, and none of its words", (code, meaning) => {
    const error = translated(leaky(code), "write a group");
    expect(error.message).toMatch(/^The store could not write a group: /);
    expect(error.message).toMatch(new RegExp(meaning));
    expect(JSON.stringify({ ...error, message: error.message, stack: error.stack })).not.toContain(
      "secret",
    );
    expect(error.cause).toBeUndefined();
  });

  it.each(["Cannot use a pool after calling end on the pool", "Pool is closed."])(
    "knows a pool that is closed by its driver's words, %s",
    (words) => {
      expect(codeOf(new Error(words))).toBe("pool-closed");
    },
  );

  it.each([
    ["Connection terminated unexpectedly", "ECONNRESET"],
    ["Connection terminated", "ECONNRESET"],
    ["Client has encountered a connection error and is not queryable", "ECONNRESET"],
    ["Can't add new command when connection is in closed state", "ECONNRESET"],
    ["Connection terminated due to connection timeout", "ETIMEDOUT"],
    ["timeout exceeded when trying to connect", "ETIMEDOUT"],
    ["Query read timeout", "query-timeout"],
    ["The server does not support SSL connections", "no-tls"],
  ])("that has words alone, %s, gets a code", (words, code) => {
    expect(codeOf(new Error(words))).toBe(code);
    expect(translated(new Error(words), "write").message).not.toContain(`: ${code}.`);
  });

  it("without a code that can be shown is known by its class", () => {
    expect(codeOf(leaky("a secret; not a code"))).toBe("Error");
    expect(codeOf(leaky(undefined))).toBe("Error");
    expect(codeOf("text")).toBe("unknown");
    expect(codeOf(Object.assign(new Error("x"), { errno: 1_213 }))).toBe("1213");
  });

  it("is worth another try only when others were in the way", () => {
    const kinds = [
      "SQLITE_BUSY",
      "40P01",
      "ER_LOCK_DEADLOCK",
      "ER_AUTOINC_READ_FAILED",
      "UNKNOWN_SQLITE_ERROR_773",
      "SQLITE_CORRUPT",
      "23505",
      "UNKNOWN_SQLITE_ERROR_9985",
    ];
    expect(kinds.map((code) => kindOf(leaky(code)))).toEqual([
      ...["busy", "busy", "busy", "busy", "busy", "corrupt", "refused", "refused"],
    ]);
  });
});
