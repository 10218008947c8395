import { sampleBatch, sampleEvent } from "@datasync-monitor/testkit";
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  bodyOf,
  bounded,
  decode,
  hostileBatch,
  hostileEvent,
  objectsIn,
  textsOf,
} from "./support.ts";

const cardOf = (body: string) => JSON.parse(body).card;
const markupChars = /[<>*_[\]()#`\\!:+"'$/~-]/;
const withoutEntities = (text: string) => text.replace(/&#\d+;|&sim;/g, "");
const link = /\[([^[\]]*)\]\((https?:[^()\s]*)\)/g;

it.each([
  ["info", "blue"],
  ["warning", "orange"],
  ["error", "red"],
  ["critical", "carmine"],
] as const)("is coloured by level: %s is %s", (level, template) => {
  const card = cardOf(bodyOf([sampleEvent({ level })]));
  expect(card.header.template).toBe(template);
});

it("tells a batch in one card, in the colour of its highest level", () => {
  const [first, second] = sampleBatch(2);
  const events = [first, sampleEvent({ ...second, level: "error" }), first];
  const body = bodyOf(events.flatMap((event) => event ?? []));
  expect(cardOf(body).header).toEqual({
    template: "red",
    title: { tag: "plain_text", content: "3 条事件：错误 1、信息 2" },
  });
  expect(textsOf(body, "lark_md")).toHaveLength(3);
});

it("shows the message literally, in plain text without entities (trap 9)", () => {
  const message = "*a* [x](javascript:1) <font color=red> &#42;";
  expect(textsOf(bodyOf([sampleEvent({ message })]), "plain_text")).toContain(message);
});

it("escapes labels and values, once (trap 9)", () => {
  const hostile = "*a* [x](javascript:1) <font color=red>";
  const body = bodyOf([sampleEvent({ details: { "<b>": hostile } })]);
  expect(textsOf(body, "lark_md")).toContain(
    "**&#60;b&#62;**\n&#42;a&#42; &#91;x&#93;&#40;javascript&#58;1&#41; &#60;font color=red&#62;",
  );
});

it("leaves no markup in a field but its bold label and a whole link", () => {
  fc.assert(
    fc.property(hostileEvent, (event) => {
      for (const text of textsOf(bodyOf([event]), "lark_md")) {
        const [, label = "*", value = "*"] = /^\*\*([^*]+)\*\*\n([\s\S]+)$/.exec(text) ?? [];
        const unlinked = value.replace(link, (_, shown) => shown);
        expect(withoutEntities(label + unlinked)).not.toMatch(markupChars);
      }
    }),
    bounded,
  );
});

it("mentions nobody, whatever the events hold (trap 8)", () => {
  fc.assert(
    fc.property(hostileBatch, (events) => {
      const body = bodyOf(events);
      for (const text of textsOf(body, "lark_md")) expect(text).not.toContain("<");
      for (const text of textsOf(body, "plain_text")) {
        expect(decode(text)).not.toMatch(/<\s*\/?\s*at/i);
      }
    }),
    bounded,
  );
});

it("links a value that is nothing but an http(s) address, to that address", () => {
  const url = "https://example.com/a_(b)'s?c=*d*&e=`1`";
  const text =
    textsOf(bodyOf([sampleEvent({ details: { runbook: url } })]), "lark_md").at(-1) ?? "";
  const [[, shown = "", target] = []] = [...text.matchAll(link)];
  expect(decode(shown)).toBe(url);
  expect(withoutEntities(shown)).not.toMatch(markupChars);
  expect(target).toBe("https://example.com/a_%28b%29%27s?c=%2Ad%2A&e=%601%60");
});

it.each([
  "javascript:alert(1)",
  "/relative",
  "not a url",
  "ftp://example.com/",
  "https://user:pass@evil.example/",
  "https://user@evil.example/",
  "https://:pass@evil.example/",
  "https://example.com:99999/",
  "https://example.com/ and more",
  ..."、，；。[\\".split("").map((mark) => `https://example.com/${mark}https://example.com/b`),
  `https://example.com/${"a".repeat(600)}`,
])("shows %j as text (trap 12)", (value) => {
  const body = bodyOf([sampleEvent({ details: { value } })]);
  expect(body).not.toContain("](");
  expect(decode(textsOf(body, "lark_md").at(-1) ?? "")).toContain(value.slice(0, 100));
});

it("links an address without TLS, and one in capitals", () => {
  const details = { one: "http://example.com/", other: "HTTPS://EXAMPLE.COM/" };
  const [one, other] = textsOf(bodyOf([sampleEvent({ details })]), "lark_md").slice(-2);
  expect(one).toContain("](http://example.com/)");
  expect(other).toContain("](https://example.com/)");
});

it("links no address that it cuts", () => {
  const site = `https://example.com/${"数".repeat(250)}`;
  const event = sampleEvent({ details: { site }, metrics: {} });
  expect(bodyOf([event])).toContain("](https://");
  expect(bodyOf([event, event])).not.toContain("](");
});

it("holds what the 1.0 structure knows, whatever the event holds (trap 14)", () => {
  const extra = { schema: "2.0", body: { elements: [] }, tag: "table", i18n_elements: {} };
  const body = bodyOf([sampleEvent({ details: extra })]);
  expect(Object.keys(cardOf(body))).toEqual(["config", "header", "elements"]);
  const keys = new Set(objectsIn(cardOf(body).elements).flatMap(Object.keys));
  const known = new Set(["tag", "text", "fields", "elements", "content", "is_short"]);
  expect([...keys].filter((key) => !known.has(key))).toEqual([]);
});

it("mentions those whom the options name", () => {
  const card = cardOf(bodyOf([sampleEvent()], { mentions: ["all", "ou_1"] }));
  expect(card.elements.at(-1)).toEqual({
    tag: "div",
    text: { tag: "lark_md", content: "<at id=all></at> <at id=ou_1></at>" },
  });
});

it("puts the keyword into the title (trap 13)", () => {
  const { header } = cardOf(bodyOf([sampleEvent()], { keyword: "应用报警" }));
  expect(header.title.content).toMatch(/^应用报警 \[/);
  const { header: digest } = cardOf(bodyOf(sampleBatch(2), { keyword: "应用报警" }));
  expect(digest.title.content).toBe("应用报警 2 条事件：信息 2");
});

it("has no empty element where the message is empty", () => {
  for (const text of textsOf(bodyOf([sampleEvent({ message: " \u0000" })]), "plain_text")) {
    expect(text).not.toBe("");
  }
});
