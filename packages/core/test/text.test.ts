import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { singleLine, truncate, truncateBytes } from "../src/text.ts";

const family = "👨‍👩‍👧";
const bytes = (text: string): number => Buffer.byteLength(text, "utf8");
/** Whole, broken and many-byte text alike. */
const anyText = fc.string({
  unit: fc.oneof(
    fc.string({ unit: "binary", maxLength: 4 }),
    fc.constantFrom(family, "\ud800", "\udc00", "é", "a"),
  ),
});
const max = fc.integer({ min: 0, max: 60 });

describe("truncate", () => {
  it("leaves what fits and marks what it cuts", () => {
    expect(truncate("abc", 3)).toBe("abc");
    expect(truncate("abcd", 3)).toBe("ab…");
    expect(truncate("", 0)).toBe("");
  });

  it("shows an emoji whole or not at all, with its skin tone, its family and its accents", () => {
    const wholes = [family, "👍🏽", "❤️", "e\u0301", "1️⃣", "🏳️‍🌈", "👩🏽‍💻", "नि"];
    for (const whole of wholes) {
      expect(truncate(`a${whole}b`, whole.length + 1)).toBe("a…");
      expect(truncate(`a${whole}bc`, whole.length + 2)).toBe(`a${whole}…`);
      const size = bytes(`a${whole}`);
      expect(truncateBytes(`a${whole}bcde`, size + 2)).toBe("a…");
      expect(truncateBytes(`a${whole}bcde`, size + 3)).toBe(`a${whole}…`);
    }
  });

  it("is quick on text that is nothing but marks", () => {
    expect(truncate("\u0301".repeat(1e6), 20_000)).toBe("…");
  });

  it("tears no surrogate pair out of an emoji family (trap 79)", () => {
    expect(family).toHaveLength(8);
    for (let length = 0; length < 8; length += 1) {
      const cut = truncate(family, length);
      expect(cut.isWellFormed()).toBe(true);
      expect(cut).not.toMatch(/\ufffd/);
      expect(cut.length).toBeLessThanOrEqual(length);
    }
  });

  it("gives nothing, or only the marker, where the budget is not larger than that (trap 80)", () => {
    expect([0, 1, 2].map((length) => truncate("abcd", length))).toEqual(["", "…", "a…"]);
    expect(truncate("😀😀", 2)).toBe("…");
  });

  it("keeps its bound and well-formed text for any input, and a beginning of it", () => {
    fc.assert(
      fc.property(anyText, max, (text, length) => {
        const cut = truncate(text, length);
        expect(cut.length).toBeLessThanOrEqual(length);
        expect(cut.isWellFormed()).toBe(true);
        expect(text.toWellFormed().startsWith(cut.replace(/…$/, ""))).toBe(true);
        if (text.length <= length) expect(cut).toBe(text.toWellFormed());
      }),
    );
  });
});

describe("truncateBytes", () => {
  it("counts bytes and not characters", () => {
    expect(truncateBytes("数据同步", 12)).toBe("数据同步");
    expect(truncateBytes("数据同步", 11)).toBe("数据…");
    expect(truncateBytes("abcd", 3)).toBe("…");
  });

  it("tears no surrogate pair out of an emoji family (trap 79)", () => {
    for (let length = 0; length < bytes(family); length += 1) {
      expect(truncateBytes(family, length)).not.toMatch(/\ufffd/);
      expect(bytes(truncateBytes(family, length))).toBeLessThanOrEqual(length);
    }
  });

  it("survives more bytes than characters allowed, and less room than its marker takes (trap 80)", () => {
    expect(truncateBytes("数", 2)).toBe("");
    expect(truncateBytes("数据", 4)).toBe("…");
    expect([0, 1, 2].map((length) => truncateBytes("abcdef", length))).toEqual(["", "", ""]);
    expect(truncateBytes("abc", -1)).toBe("");
  });

  it("keeps its bound and well-formed text for any input, and wastes at most a character", () => {
    fc.assert(
      fc.property(anyText, max, (text, length) => {
        const cut = truncateBytes(text, length);
        expect(bytes(cut)).toBeLessThanOrEqual(length);
        expect(cut.isWellFormed()).toBe(true);
        if (bytes(text) <= length) expect(cut).toBe(text.toWellFormed());
        else if (length >= 3) expect(bytes(cut)).toBeGreaterThan(length - 3 - bytes(family));
      }),
    );
  });

  it("is quick on text that is a thousand times too long", () => {
    expect(bytes(truncateBytes("数".repeat(1e7), 20_000))).toBeGreaterThan(19_990);
  });
});

describe("singleLine", () => {
  it("makes a space of each run of line ends, control characters and direction marks", () => {
    expect(singleLine(" a\r\n\u0000b\u2028c\u202ed\u2066e ")).toBe("a b c d e");
    expect(singleLine("数据\u001b]0;x\u0007同步")).toBe("数据 ]0;x 同步");
    expect(singleLine("\u001b[1m\u001b[38;5;9mboom\u001b[0m at\n[5m ago]")).toBe(
      "boom at [5m ago]",
    );
    expect(singleLine("a\u001b\u001b[0m[2Jb")).toBe("a [2Jb");
  });

  it("leaves emoji families and other scripts whole", () => {
    expect(singleLine(`${family} שלום`)).toBe(`${family} שלום`);
  });

  it("gives one line of well-formed text for any input", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const line = singleLine(text);
        expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        expect(line.isWellFormed()).toBe(true);
        expect(singleLine(line)).toBe(line);
      }),
    );
  });
});
