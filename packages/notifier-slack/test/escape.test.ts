import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  endsWithin,
  escapeText,
  escapeWithin,
  fencedWithin,
  isBlank,
  mrkdwnWithin,
  printable,
} from "../src/escape.ts";
import { decode, faultsOf, hostileText } from "./support.ts";

describe("escaping", () => {
  it("gives Slack's own example of what must be escaped", () => {
    expect(escapeText("a<b & <!channel> <@U1>")).toBe("a&lt;b &amp; &lt;!channel&gt; &lt;@U1&gt;");
  });

  it("escapes once, and what looks escaped already once more (trap 23)", () => {
    expect(escapeText("<!channel> <@U123> <!subteam^S1> & <b>")).toBe(
      "&lt;!channel&gt; &lt;@U123&gt; &lt;!subteam^S1&gt; &amp; &lt;b&gt;",
    );
    expect(escapeText("&lt;")).toBe("&amp;lt;");
  });

  it("measures after escaping, and never cuts an entity or a surrogate pair (trap 24)", () => {
    const escaped = escapeWithin("<".repeat(1_000), 3_000);
    expect(escaped).toHaveLength(749 * 4 + 1);
    expect(escaped.endsWith("&lt;…")).toBe(true);
    expect(escapeWithin("a".repeat(3_001), 3_000)).toBe(`${"a".repeat(2_999)}…`);
    expect(escapeWithin("a".repeat(3_000), 3_000)).toBe("a".repeat(3_000));
    expect(escapeWithin("ab😀", 3)).toBe("ab…");
  });

  it("shows an emoji whole or not at all", () => {
    expect(escapeWithin("ab👨‍👩‍👧 c", 9)).toBe("ab…");
    expect(escapeWithin("ab👨‍👩‍👧 c", 11)).toBe("ab👨‍👩‍👧…");
    expect(escapeWithin("<👍🏽>", 8)).toBe("&lt;…");
  });

  it("tears no emoji family into lone surrogates, wherever it is cut (trap 79)", () => {
    for (let max = 0; max <= 12; max += 1) {
      expect(faultsOf(escapeWithin("👨‍👩‍👧 & family", max))).toEqual([]);
    }
  });

  it("has room for a marker of its own size, and says nothing in less (trap 80)", () => {
    expect([0, 1, 2, 3].map((max) => escapeWithin("<>", max))).toEqual(["", "…", "…", "…"]);
    expect(escapeWithin("ab", -1)).toBe("");
    expect(fencedWithin("code", 8)).toBe("");
    expect(fencedWithin("code", 9)).toBe("```\n…\n```");
  });

  it("fits any text into any room, without half an entity, keeping its beginning", () => {
    fc.assert(
      fc.property(hostileText(), fc.integer({ min: 0, max: 3_100 }), (text, max) => {
        const escaped = escapeWithin(text, max);
        expect(escaped.length).toBeLessThanOrEqual(max);
        expect(faultsOf(escaped)).toEqual([]);
        const whole = escapeText(text.toWellFormed());
        if (whole.length <= max) expect(escaped).toBe(whole);
        else if (max > 0) {
          expect(escaped.endsWith("…")).toBe(true);
          expect(text.toWellFormed().startsWith(decode(escaped.slice(0, -1)))).toBe(true);
          expect(escaped.length).toBeGreaterThanOrEqual(max - 12);
        }
      }),
    );
  });
});

describe("a text of which both ends count", () => {
  it("is cut in its middle, and nowhere else", () => {
    expect(endsWithin("a & b", 100)).toBe("a &amp; b");
    expect(endsWithin(`${"a".repeat(40)}${"b".repeat(40)}`, 40)).toBe(
      `${"a".repeat(19)}…${"b".repeat(20)}`,
    );
    expect(endsWithin("abcdef".repeat(9), 7)).toBe("abcdef…");
  });

  it("goes on after the cut with a whole character", () => {
    for (let max = 40; max < 60; max += 1) {
      expect(endsWithin("😀".repeat(99), max)).toMatch(/^(?:😀)+…(?:😀)+$/u);
      expect(endsWithin("e\u0301".repeat(99), max)).toMatch(/…(?:e\u0301)+$/);
      expect(endsWithin("👍🏽".repeat(99), max)).toMatch(/…(?:👍🏽)+$/u);
      expect(endsWithin("👨‍👩‍👧".repeat(99), max)).toMatch(/…\p{EPres}/u);
    }
  });

  it("holds to its room, and tears nothing", () => {
    fc.assert(
      fc.property(hostileText(), fc.integer({ min: -1, max: 400 }), (text, max) => {
        const ends = endsWithin(text, max);
        expect(ends.length).toBeLessThanOrEqual(Math.max(0, max));
        expect(faultsOf(ends)).toEqual([]);
        expect(ends).not.toContain("```");
      }),
    );
  });
});

describe("code blocks", () => {
  it("cannot be ended from within (trap 27)", () => {
    const block = fencedWithin("a\n```\n<!channel>\n````\nb", 3_000);
    expect(block.split("```")).toHaveLength(3);
    expect(block.startsWith("```\n") && block.endsWith("\n```")).toBe(true);
    expect(block).toContain("&lt;!channel&gt;");
  });

  it("hold any text, with the two fences that are ours and no other", () => {
    fc.assert(
      fc.property(hostileText(), fc.integer({ min: 9, max: 3_000 }), (text, max) => {
        const block = fencedWithin(text, max);
        expect(block.length).toBeLessThanOrEqual(max);
        expect(faultsOf(block)).toEqual([]);
        if (block !== "") expect(block.split("```")).toHaveLength(3);
        expect(mrkdwnWithin(text, max)).not.toContain("```");
      }),
    );
  });
});

describe("a line that begins with a sign for greater", () => {
  it("is no quotation, which would not show the sign, and is as it was in a code block", () => {
    expect(mrkdwnWithin(">= 0.9\n>>> all\n＞ 1\na > b", 100)).toBe(
      "\u200b&gt;= 0.9\n\u200b&gt;&gt;&gt; all\n\u200b＞ 1\na &gt; b",
    );
    expect(fencedWithin("> mysql", 100)).toBe("```\n&gt; mysql\n```");
  });
});

describe("printable", () => {
  it("keeps lines, and takes out what hides or turns around", () => {
    expect(printable("a\r\nb\rc\u2028d\u202ee\u0000f\tg\u001b[31m")).toBe("a\nb\nc\nd e f g [31m");
    expect(printable("👨‍👩‍👧\ud83d")).toBe("👨‍👩‍👧\ufffd");
    expect(printable("a\u0085b\u2029c")).toBe("a\nb\nc");
  });

  it.each([..."\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"])(
    "takes out the mark %j",
    (mark) => {
      expect(printable(`a${mark}b`)).toBe("a b");
    },
  );
});

describe("isBlank", () => {
  it("knows text that shows nothing", () => {
    expect(
      ["", " ", "\n\t", "\u200b\u2060", "\ufeff", "\u3000", "\u2800", "\u0000", "\u3164"].every(
        isBlank,
      ),
    ).toBe(true);
    expect(["a", "0", ".", "…", "é"].some(isBlank)).toBe(false);
  });
});
