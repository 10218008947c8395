import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cut,
  cutMiddle,
  disarmMentions,
  disarmTags,
  escapeMarkdown,
  escapeMarkup,
  printable,
} from "../src/escape.ts";
import { decode, hostileText } from "./support.ts";

const family = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}";

describe("escapeMarkup", () => {
  it("turns every character of the markup into the vendor's entity", () => {
    expect(escapeMarkup("<>*_[]()#`\\-!:+\"'$/")).toBe(
      "&#60;&#62;&#42;&#95;&#91;&#93;&#40;&#41;&#35;&#96;&#92;&#45;&#33;&#58;&#43;&#34;&#39;&#36;&#47;",
    );
    expect(escapeMarkup("~")).toBe("&sim;");
  });

  it("shows an entity in the text as it is written, and leaves a lone & alone", () => {
    expect(escapeMarkup("&#42; &lt; a & b")).toBe("&#38;&#35;42; &#38;lt; a & b");
  });

  it("leaves no markup in any text, and loses nothing", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const escaped = escapeMarkup(text);
        expect(escaped.replace(/&(?:#\d+|sim);/g, "")).not.toMatch(/[<>*_[\]()#`\\!:+"'$/~-]/);
        const once = escaped.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
        expect(once.replaceAll("&sim;", "~")).toBe(text.replaceAll("&sim;", "~"));
      }),
    );
  });
});

describe("escapeMarkdown", () => {
  it.each([
    ["1. step\n22. step\n3) x", "1&#46; step\n22&#46; step\n3&#41; x"],
    ["=\n===\na=b", "&#61;\n&#61;==\na=b"],
    ["30.5 s\nv1.2 of 3.", "30.5 s\nv1.2 of 3."],
    ["1.", "1&#46;"],
    ["- a\n# b", "&#45; a\n&#35; b"],
  ])("makes neither list nor heading of %j", (text, escaped) => {
    expect(escapeMarkdown(text)).toBe(escaped);
  });

  it("loses nothing", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const once = escapeMarkdown(text).replace(/&#(\d+);/g, (_, code) =>
          String.fromCharCode(Number(code)),
        );
        expect(once.replaceAll("&sim;", "~")).toBe(text.replaceAll("&sim;", "~"));
      }),
    );
  });
});

describe("disarmTags", () => {
  it.each([
    ['<at user_id="all">x</at>', '＜at user_id="all">x＜/at>'],
    ["<AT\nid=all>", "＜AT\nid=all>"],
    ["&lt;at&gt;", "＆lt;at＆gt;"],
    ["&#60;at", "＆#60;at"],
    ["&amp;lt;at", "＆amp;lt;at"],
    ["&LT at", "＆LT at"],
    ["https://x.example/?a=1&b=2 R&D", "https://x.example/?a=1&b=2 R&D"],
  ])("makes %j harmless and keeps it legible", (text, shown) => {
    expect(disarmTags(text)).toBe(shown);
  });

  it("leaves no tag in any text, however often its entities are decoded", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(decode(decode(decode(disarmTags(text))))).not.toContain("<");
      }),
    );
  });
});

describe("disarmMentions", () => {
  it("breaks the one tag that wakes people up, and nothing else", () => {
    expect(disarmMentions("<at id=all></at> < AT> <\n/at> &lt;at> &#060;at> <font> a < b")).toBe(
      "＜at id=all>＜/at> ＜ AT> ＜\n/at> ＜at> ＜at> <font> a < b",
    );
  });

  it.each([
    "&lt at",
    "&#60at",
    "&#0060;at",
    "&#x3c;at",
    "&#X3C at",
    "&#x003cat",
    "<&#97;t",
    "<a&#116;",
  ])("breaks it where an entity stands for a part of it: %j", (text) => {
    expect(disarmMentions(text)).toMatch(/^＜/);
  });

  it("takes no longer over a run of brackets than over a text", () => {
    const started = performance.now();
    disarmMentions("<".repeat(100_000));
    disarmMentions(`&#${"0".repeat(100_000)}`);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe("printable", () => {
  it("keeps lines, and no character that forges or turns them", () => {
    expect(printable("a\r\nb\rc\n\n\n\n\nd\u2028e\u0000\u202ef\t")).toBe("a\nb\nc\n\nd e f");
  });

  it("leaves at most one blank line between two others, and none before the first or after the last", () => {
    expect(printable("\n\n  a\n\n\nb\n\nc\n \n\t\n\nd\n")).toBe("a\n\nb\n\nc\n\nd");
  });
});

describe("cut", () => {
  it("says that something is missing", () => {
    expect(cut("a".repeat(100), 50)).toBe(`${"a".repeat(36)}…(truncated)`);
    expect(cut("a".repeat(50), 50)).toBe("a".repeat(50));
  });

  it("measures bytes and keeps code points whole, with any room at all (traps 79, 80)", () => {
    fc.assert(
      fc.property(hostileText, fc.nat({ max: 60 }), (text, room) => {
        const whole = printable(`${family}${text}`);
        const short = cut(whole, room);
        expect(Buffer.byteLength(short)).toBeLessThanOrEqual(room);
        expect(short.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe("cutMiddle", () => {
  it("keeps both ends, and what has room as it is", () => {
    expect(cutMiddle("数据同步", 12)).toBe("数据同步");
    expect(cutMiddle(`${"a".repeat(50)}${"b".repeat(50)}`, 50)).toBe(
      `${"a".repeat(22)}… ${"b".repeat(24)}`,
    );
    expect(cutMiddle("https://example.com/".padEnd(100, "x"), 50)).toContain(" ");
  });

  it("goes on behind the cut with a whole character, and loses none after it", () => {
    for (let room = 40; room < 80; room += 1) {
      for (const character of ["e\u0301", "\u{1f44d}\u{1f3fd}"]) {
        const [, tail = ""] = cutMiddle(character.repeat(99), room).split("… ");
        expect(tail.replaceAll(character, "")).toBe("");
        expect(tail).toContain(character);
      }
      expect(cutMiddle(family.repeat(20), room)).toMatch(/… \p{EPres}/u);
    }
  });

  it("tears no character and holds to its room, whatever the text", () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 0, max: 400 }), (text, room) => {
        const short = cutMiddle(printable(text), room);
        expect(Buffer.byteLength(short)).toBeLessThanOrEqual(room);
        expect(short.isWellFormed()).toBe(true);
      }),
    );
    expect(cutMiddle(family.repeat(20), 60)).not.toMatch(/\ufffd/);
  });
});
