import { sampleEvent } from "@datasync-monitor/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inertJson, printableLines } from "../src/escape.ts";
import { jsonLine, prettyEvent } from "../src/render.ts";

const unsafe = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u;

const plain = { color: false, locale: "en", timeZone: "UTC" } as const;

const linesOf = (message: string, options = plain): string[] =>
  prettyEvent(sampleEvent({ level: "error", message, details: {}, metrics: {} }), options).split(
    "\n",
  );

/** Text that is likely to hit what matters on a terminal. */
const hostileText = fc
  .array(
    fc.oneof(
      fc
        .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 })
        .map((units) => String.fromCharCode(...units)),
      fc.constantFrom("\n", "\r", "\u001b[31m", "\u009b2J", "\u202e", "\u2028", "\ud83d", "\u0000"),
    ),
  )
  .map((parts) => parts.join(""));

describe("pretty", () => {
  it("has one headline with the message, and no other line without an indent", () => {
    const [headline, ...rest] = linesOf("the source did not answer");
    expect(headline).toMatch(/ERROR \[datasync\] .+: the source did not answer$/);
    for (const line of rest) expect(line).toMatch(/^(?: {2}.*)?$/);
  });

  it("folds the lines of a message, so that none can pass for a headline", () => {
    const [headline, second, third] = linesOf("first\nERROR [bank] forged\r\nthird");
    expect(headline).toMatch(/: first$/);
    expect(second).toBe("  │ ERROR [bank] forged");
    expect(third).toBe("  │ third");
  });

  it("sets the lines of a value below its label, one under the other", () => {
    const details = { note: "one line", sql: "SELECT *\n  FROM t" };
    const event = sampleEvent({ message: "x", metrics: {}, details });
    expect(prettyEvent(event, plain).split("\n").slice(1)).toEqual([
      "  note: one line",
      "  sql:",
      "  │ SELECT *",
      "  │   FROM t",
      "",
    ]);
  });

  it("says what went wrong first of all fields, however many there are", () => {
    const metrics = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`m_${at}`, at]));
    const event = sampleEvent({ metrics, details: { table: "t", error: "no route" } });
    expect(prettyEvent(event, plain).split("\n")[1]).toBe("  Error: no route");
  });

  it("shows escape sequences and direction marks, and does not obey them", () => {
    const [headline] = linesOf("a\u001b[2Jb\u009b31mc\u202ed\te\u0000");
    expect(headline?.endsWith(String.raw`: a\x1b[2Jb\x9b31mc\u202ed  e\x00`)).toBe(true);
  });

  it("says the title once where the message begins with it", () => {
    const told = (message: string) =>
      prettyEvent(sampleEvent({ message, details: {}, metrics: {} }), plain).split("] ")[1];
    expect(told("Data sync succeeded: 40 records")).toBe("Data sync succeeded: 40 records\n");
    expect(told("Data sync succeeded")).toBe("Data sync succeeded\n");
    expect(told("40 records")).toBe("Data sync succeeded: 40 records\n");
  });

  it("says nothing after the title of an event without a message", () => {
    expect(linesOf("  ")[0]?.endsWith(":")).toBe(false);
  });

  it.each([
    ["info", "\u001b[36m"],
    ["warning", "\u001b[33m"],
    ["error", "\u001b[31m"],
    ["critical", "\u001b[1;97;41m"],
  ] as const)("colours %s, and only when asked to", (level, code) => {
    const event = sampleEvent({ level });
    expect(prettyEvent(event, { ...plain, color: true })).toContain(code);
    expect(prettyEvent(event, plain)).not.toContain("\u001b");
  });

  it("cannot be forged by any text", () => {
    fc.assert(
      fc.property(hostileText, hostileText, hostileText, (message, service, value) => {
        const event = sampleEvent({ message, service, details: { note: value }, metrics: {} });
        const text = prettyEvent(event, plain);
        const lines = text.slice(0, -1).split("\n");
        expect(text.endsWith("\n")).toBe(true);
        expect(lines.filter((line) => !line.startsWith("  "))).toHaveLength(1);
        expect(lines.some((line) => unsafe.test(line))).toBe(false);
        expect(text.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe("JSON lines", () => {
  it("are the event, one a line", () => {
    const event = sampleEvent({ message: "a\nb" });
    const line = jsonLine(event);
    expect(line.indexOf("\n")).toBe(line.length - 1);
    expect(JSON.parse(line)).toEqual(event);
  });

  it("are inert on a terminal and read back as they were", () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, fc.jsonValue()), (value) => {
        const text = inertJson({ value });
        expect(unsafe.test(text)).toBe(false);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify({ value })));
      }),
    );
  });
});

describe("printableLines", () => {
  it("breaks where any terminal or editor would", () => {
    expect(printableLines("a\nb\r\nc\rd\u2028e\u2029f\u0085g")).toEqual([..."abcdefg"]);
    expect(printableLines("")).toEqual([""]);
  });
});
