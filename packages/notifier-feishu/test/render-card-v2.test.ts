import type { MonitorEvent } from "@datasync-monitor/core";
import { sampleBatch, sampleEvent } from "@datasync-monitor/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cardV2Faults } from "./card-v2-rules.ts";
import {
  bodyOf,
  bounded,
  decode,
  hostileBatch,
  hostileEvent,
  objectsIn,
  type Shape,
  textsOf,
} from "./support.ts";

const bodyV2 = (events: readonly MonitorEvent[], shape: Shape = {}) =>
  bodyOf(events, { cardSchema: "2.0", ...shape });
const cardOf = (body: string) => JSON.parse(body).card;
const markupChars = /[<>*_[\]()#`\\!:+"'$/~-]/;
const withoutEntities = (text: string) => text.replace(/&#\d+;|&sim;/g, "");
const link = /\[([^[\]]*)\]\((https?:[^()\s]*)\)/g;

describe("a 2.0 card holds no property that the vendor does not document (trap 14)", () => {
  it("whatever the events hold, in both languages, at any size", () => {
    const rooms = fc.constantFrom(20_000, 9_500, 4_000, 1_000, 512);
    const locales = fc.constantFrom("zh-CN", "en");
    fc.assert(
      fc.property(hostileBatch, locales, rooms, (events, locale, maxBytes) => {
        const mentions = ["all", "ou_1"];
        const body = bodyV2(events, { locale, maxBytes, mentions, keyword: "应用报警" });
        expect(cardV2Faults(cardOf(body))).toEqual([]);
      }),
      bounded,
    );
  });

  it("even where an event is made of such properties", () => {
    const stray = { schema: "3.0", elements: [], i18n_elements: {}, tag: "note", fallback: {} };
    const body = bodyV2([sampleEvent({ details: { ...stray, card: stray, text_size: "x" } })]);
    expect(cardV2Faults(cardOf(body))).toEqual([]);
    expect(Object.keys(cardOf(body))).toEqual(["schema", "config", "header", "body"]);
  });

  it("nor an element without content, where the message is empty", () => {
    const body = bodyV2([sampleEvent({ message: " \u0000", details: { empty: "" } })]);
    expect(cardV2Faults(cardOf(body))).toEqual([]);
  });

  it.each([
    [{ elements: [] }, "card.elements: unknown property"],
    [{ config: { wide_screen_mode: true } }, "card.config.wide_screen_mode: unknown property"],
    [{ config: { update_multi: false } }, "card.config.update_multi: not one of true"],
    [{ header: { title: { tag: "plain_text" } } }, "card.header.title.content: missing"],
    [{ body: { elements: [{ tag: "note", elements: [] }] } }, "unknown component note"],
    [{ body: { elements: [{ tag: "div", fields: [] }] } }, "(div).fields: unknown property"],
    [{ body: { elements: [{ tag: "markdown", content: "" }] } }, "(markdown).content: not text"],
    [
      { body: { elements: [{ tag: "column_set", columns: [{ tag: "column", is_short: true }] }] } },
      "columns[0].is_short: unknown property",
    ],
  ])("and the rules that say so notice %j", (wrong, fault) => {
    const card = { ...cardOf(bodyV2([sampleEvent()])), ...wrong };
    expect(cardV2Faults(card).join()).toContain(fault);
  });

  it("nor more than 200 elements, with as many fields as an event may show", () => {
    const details = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`k${n}`, n]));
    const bodies = [
      bodyV2([sampleEvent({ details })], { mentions: ["all"] }),
      bodyV2(sampleBatch(20, { details }), { mentions: ["all"] }),
    ];
    for (const body of bodies) {
      const elements = objectsIn(cardOf(body)).filter(({ tag }) => tag !== undefined);
      expect(elements.length).toBeGreaterThan(20);
      expect(elements.length).toBeLessThanOrEqual(200);
    }
  });
});

describe("a 2.0 card", () => {
  it("is coloured and titled as a 1.0 card is", () => {
    for (const events of [[sampleEvent({ level: "critical" })], sampleBatch(3)]) {
      expect(cardOf(bodyV2(events)).header).toEqual(cardOf(bodyOf(events)).header);
    }
  });

  it("says what a 1.0 card says", () => {
    const words = (body: string) =>
      [...textsOf(body, "plain_text"), ...textsOf(body, "lark_md"), ...textsOf(body, "markdown")]
        .map(decode)
        .sort();
    const events = [
      sampleEvent({ details: { runbook: "https://example.com/a?b=1", note: "1. x" } }),
    ];
    expect(words(bodyV2(events))).toEqual(words(bodyOf(events)));
    expect(words(bodyV2(sampleBatch(3)))).toEqual(words(bodyOf(sampleBatch(3))));
  });

  it("sets two short facts side by side, and gives a long one the width", () => {
    const details = { long: "x".repeat(100), last: "short" };
    const { elements } = cardOf(bodyV2([sampleEvent({ details, metrics: {} })])).body;
    const shape = elements.map(({ tag, columns }: { tag: string; columns?: unknown[] }) =>
      columns === undefined ? tag : `${tag} of ${columns.length}`,
    );
    // Message; service and type; time; the long one; the last; the id.
    expect(shape).toEqual(["div", "column_set of 2", "markdown", "markdown", "markdown", "div"]);
  });

  it("stacks what stands side by side where the screen is narrow", () => {
    const { elements } = cardOf(bodyV2([sampleEvent()])).body;
    const sets = objectsIn(elements).filter(({ tag }) => tag === "column_set");
    expect(sets.length).toBeGreaterThan(0);
    for (const set of sets) expect(set.flex_mode).toBe("stretch");
  });

  it("shows the message literally, and ends with the id, small and grey", () => {
    const message = "*a* [x](javascript:1) <font color=red> &#42;\n1. b";
    const { elements } = cardOf(bodyV2([sampleEvent({ message })])).body;
    expect(elements[0].text).toEqual({ tag: "plain_text", content: message });
    expect(elements.at(-1).text).toEqual({
      tag: "plain_text",
      content: "0198f560-8440-7000-8000-000000000001",
      text_size: "notation",
      text_color: "grey",
    });
  });

  it("previews its title and what its gravest event says, in one line", () => {
    const summary = (events: readonly MonitorEvent[]) =>
      cardOf(bodyV2(events)).config.summary.content;
    expect(summary([sampleEvent({ message: "a\nb" })])).toBe("[信息] 数据同步成功 · a b");
    const worst = sampleEvent({ level: "critical", message: "disk full" });
    expect(summary([...sampleBatch(2), worst])).toBe("3 条事件：严重 1、信息 2 · disk full");
    expect(summary([sampleEvent({ message: "" })])).toBe("[信息] 数据同步成功");
    const twice = sampleEvent({ message: "数据同步成功：1000 条" });
    expect(summary([twice])).toBe("[信息] 数据同步成功：1000 条");
    expect(summary([twice, sampleEvent()])).toBe("2 条事件：信息 2 · 数据同步成功：1000 条");
    expect(Buffer.byteLength(summary([sampleEvent({ message: "数".repeat(900) })]))).toBeLessThan(
      201,
    );
  });

  it("leaves no markup in a field but its bold label and a whole link", () => {
    fc.assert(
      fc.property(hostileEvent, (event) => {
        for (const text of textsOf(bodyV2([event]), "markdown")) {
          const [, label = "*", value = "*"] = /^\*\*([^*]+)\*\*\n([\s\S]+)$/.exec(text) ?? [];
          const unlinked = value.replace(link, (_, shown) => shown);
          expect(withoutEntities(label + unlinked)).not.toMatch(markupChars);
          expect(value).not.toMatch(/^\s*(?:\d+[.)](?:\s|$)|=)/m);
        }
      }),
      bounded,
    );
  });

  it("mentions nobody, whatever the events hold (trap 8)", () => {
    fc.assert(
      fc.property(hostileBatch, (events) => {
        const body = bodyV2(events);
        for (const text of textsOf(body, "markdown")) expect(text).not.toContain("<");
        const { summary } = cardOf(body).config;
        for (const text of [...textsOf(body, "plain_text"), summary.content]) {
          expect(decode(text)).not.toMatch(/<\s*\/?\s*at/i);
        }
      }),
      bounded,
    );
  });

  it("mentions those whom the options name", () => {
    const { elements } = cardOf(bodyV2([sampleEvent()], { mentions: ["all", "ou_1"] })).body;
    expect(elements.at(-1)).toEqual({
      tag: "markdown",
      content: "<at id=all></at> <at id=ou_1></at>",
    });
  });

  it("puts the keyword into the title (trap 13)", () => {
    const { header } = cardOf(bodyV2([sampleEvent()], { keyword: "应用报警" }));
    expect(header.title.content).toMatch(/^应用报警 \[/);
  });
});
