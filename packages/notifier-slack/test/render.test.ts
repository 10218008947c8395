import { sampleBatch, sampleEvent } from "@datasync-monitor/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Block } from "../src/blocks.ts";
import { renderBlocks, renderPlain, type SlackMessage } from "../src/render.ts";
import { eventLayout } from "../src/render-event.ts";
import { summaryOf, type Telling } from "../src/telling.ts";
import {
  blocksOf,
  field,
  hostileText,
  messageOf,
  options,
  refusedIn,
  telling,
  textsOf,
} from "./support.ts";

const inMessage = (blocks: Block[]): SlackMessage => messageOf({ blocks, attachments: [] });

/** All blocks of one event, from top to bottom. */
const eventBlocks = (one: Telling, locale: "en" | "zh-CN"): Block[] =>
  blocksOf(messageOf(eventLayout(one, locale)));

const fieldsOf = (blocks: readonly Block[]): string[] =>
  blocks.flatMap((block) => ("fields" in block ? block.fields.map(({ text }) => text) : []));

describe("one event", () => {
  it("is a header and the message, then what went wrong, its facts, where and when, and its id", () => {
    const facts = [field("Records", "1000"), field("Stack", "a\nb", false)];
    const one = telling({ fields: facts }, [field("Error", "no route")]);
    expect(eventBlocks(one, "en")).toEqual([
      {
        type: "header",
        text: { type: "plain_text", text: "Error · Data sync failed", emoji: false },
      },
      {
        type: "section",
        text: { type: "plain_text", text: "the source did not answer", emoji: false },
      },
      {
        type: "section",
        text: { type: "mrkdwn", text: "*Error*\n```\nno route\n```", verbatim: true },
      },
      {
        type: "section",
        fields: [{ type: "mrkdwn", text: "*Records*\n1000", verbatim: true }],
      },
      {
        type: "section",
        text: { type: "mrkdwn", text: "*Stack*\n```\na\nb\n```", verbatim: true },
      },
      {
        type: "context",
        elements: [
          {
            type: "plain_text",
            text: "datasync · sync_failure · 2025-08-29 10:30:00 +00:00\n0198f560-8440-7000-8000-000000000001",
            emoji: false,
          },
        ],
      },
    ]);
  });

  it("has a text beside its blocks, and unfurls nothing (trap 28)", () => {
    const message = renderBlocks([sampleEvent({ level: "error" })], options);
    expect(message.text).not.toBe("");
    expect(message).toMatchObject({ unfurl_links: false, unfurl_media: false });
    expect(Object.keys(message).sort()).toEqual([
      "attachments",
      "blocks",
      "text",
      "unfurl_links",
      "unfurl_media",
    ]);
    expect(message.attachments?.[0]?.color).toMatch(/^#[0-9a-f]{6}$/i);
  });

  it("says nothing twice: beside blocks of its own Slack does not show the text, and the fallback says the rest", () => {
    const message = renderBlocks([sampleEvent({ level: "error" })], options);
    const { blocks = [], attachments = [] } = message;
    expect(textsOf(blocks)).toEqual(["Error · Data sync succeeded", "数据同步完成: 1000条记录"]);
    for (const said of textsOf(blocks)) expect(JSON.stringify(attachments)).not.toContain(said);
    expect(attachments[0]?.fallback).toBe("datasync · sync_success · 2025-08-29 10:30:00 +00:00");
  });

  it("says what went wrong before all other facts, however many there are", () => {
    const many = Array.from({ length: 60 }, (_, at) => [`k${at}`, "v".repeat(900)]);
    const details = { ...Object.fromEntries(many), last_error: "older", error: "no route" };
    const blocks = blocksOf(renderBlocks([sampleEvent({ level: "error", details })], options));
    const texts = blocks.flatMap((block) => textsOf(block));
    expect(texts.slice(2, 4)).toEqual([
      "*Last error*\n```\nolder\n```",
      "*Error*\n```\nno route\n```",
    ]);
    expect(texts.join().split("no route")).toHaveLength(2);
  });

  it("says what went wrong before a long message, and once", () => {
    const errors = [field("Error", "no route"), field("Last error", "no answer")];
    for (const message of [`told.${"x".repeat(700)}`, `told.${"\nline".repeat(20)}`]) {
      const { blocks, attachments } = eventLayout(telling({ message }, errors), "en");
      expect(textsOf(blocks)).toEqual([
        "Error · Data sync failed",
        "*Error*\n```\nno route\n```",
        "*Last error*\n```\nno answer\n```",
        message,
      ]);
      expect(textsOf(attachments).join()).not.toContain("no route");
    }
  });

  it("can neither mention anybody nor link anything (trap 23)", () => {
    const attack = "<!channel> <@U123> <https://evil.example|click> & @here #general";
    const blocks = eventBlocks(
      telling({ title: attack, message: attack, fields: [field(attack, attack)] }),
      "en",
    );
    expect(refusedIn(inMessage(blocks))).toEqual([]);
    expect(JSON.stringify(blocks)).toContain("&lt;!channel&gt; &lt;@U123&gt;");
    for (const text of JSON.stringify(blocks).split('"mrkdwn"').slice(1)) {
      expect(text).toContain('"verbatim":true');
    }
  });

  it("cuts a long message after escaping (trap 24)", () => {
    const blocks = eventBlocks(telling({ message: `${"a".repeat(2_998)}<<<` }), "en");
    expect(textsOf(blocks)[1]).toBe(`${"a".repeat(2_998)}…`);
    expect(refusedIn(inMessage(blocks))).toEqual([]);
  });

  it("ends with time and id, under a service whose name is all ampersands", () => {
    const event = sampleEvent({ service: "&".repeat(100) });
    const { attachments = [] } = renderBlocks([event], options);
    expect(textsOf(attachments[0]?.blocks).at(-1)).toMatch(
      new RegExp(`&amp;… · [a-z_]+ · 2025-08-29 [\\d:]+ \\+00:00\\n${event.id}$`),
    );
  });

  it("leaves out what is blank (trap 25)", () => {
    const fields = [
      field("Empty", ""),
      field("Blank", " \u200b\n"),
      field("Zero", "0"),
      field("\u200b", "bare"),
    ];
    const errors = [field("Error", " \n")];
    const blocks = eventBlocks(telling({ message: " \n", fields }, errors), "en");
    expect(summaryOf([telling({ message: " \n" })], "en")).toBe("Error · Data sync failed");
    expect(blocks.map(({ type }) => type)).toEqual(["header", "section", "context"]);
    expect(fieldsOf(blocks)).toEqual(["*Zero*\n0", "bare"]);
  });

  it("cuts the header at 150, and puts ten fields in a section (trap 26)", () => {
    const fields = Array.from({ length: 60 }, (_, at) => field(`f${at}`, `v${at}`));
    const blocks = eventBlocks(telling({ title: "t".repeat(151), fields }), "en");
    expect(textsOf(blocks)[0]).toHaveLength(150);
    expect(fieldsOf(blocks)).toHaveLength(60);
    expect(refusedIn(inMessage(blocks))).toEqual([]);
  });

  it("says how many fields it has no room for (trap 26)", () => {
    const fields = Array.from({ length: 1_000 }, (_, at) => field(`f${at}`, "v".repeat(30)));
    const blocks = eventBlocks(telling({ fields }), "en");
    const shown = fieldsOf(blocks).length;
    expect(shown).toBeGreaterThan(200);
    expect(textsOf(blocks)).toContain(`${1_000 - shown} more fields`);
    expect(textsOf(eventBlocks(telling({ fields }), "zh-CN"))).toContain(
      `另有 ${1_000 - shown} 个字段`,
    );
    expect(refusedIn(inMessage(blocks))).toEqual([]);
  });

  it("shows long fields of any number within the room of the whole", () => {
    const fields = Array.from({ length: 60 }, (_, at) => field(`f${at}`, "<".repeat(9_999), false));
    const blocks = eventBlocks(telling({ fields }), "en");
    expect(refusedIn(inMessage(blocks))).toEqual([]);
    expect(textsOf(blocks).some((text) => text.endsWith(" more fields"))).toBe(true);
  });

  it("has fifty blocks at most, and leaves room for its last lines (trap 26)", () => {
    const small = Array.from({ length: 60 }, (_, at) => field(`f${at}`, "a\nb", false));
    const many = eventBlocks(telling({ fields: small }), "en");
    expect(many).toHaveLength(50);
    expect(textsOf(many)).toContain("14 more fields");
    const large = Array.from({ length: 4 }, (_, at) => field(`g${at}`, "x".repeat(2_900), false));
    const full = telling({ fields: [...large, ...small] });
    const event = { ...full.event, service: "&".repeat(100) };
    expect(refusedIn(inMessage(eventBlocks({ ...full, event }, "en")))).toEqual([]);
  });

  it("keeps a code block closed whatever stands in it (trap 27)", () => {
    const blocks = eventBlocks(
      telling({ fields: [field("Log", "```\n<!channel>\n```", false)] }),
      "en",
    );
    expect(textsOf(blocks)[2]).toMatch(/^\*Log\*\n```\n(?:(?!```)[\s\S])*\n```$/);
  });

  it("is never refused, whatever the event holds", () => {
    const anyField = fc.record({ label: hostileText(), value: hostileText(), short: fc.boolean() });
    fc.assert(
      fc.property(
        hostileText(),
        hostileText(),
        fc.array(anyField, { maxLength: 30, size: "max" }),
        (title, message, fields) => {
          const one = telling({ title, message, fields });
          expect(refusedIn(messageOf(eventLayout(one, "en")))).toEqual([]);
          expect(summaryOf([one], "en").trim()).not.toBe("");
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("plain text", () => {
  it("says the same without blocks", () => {
    const message = renderPlain([sampleEvent({ message: "a <b> & c" })], options);
    expect(Object.keys(message)).toEqual(["text", "unfurl_links", "unfurl_media"]);
    expect(message.text).toMatch(/^\*Info · Data sync succeeded\* · datasync · /);
    expect(message.text).toContain("a &lt;b&gt; &amp; c");
    expect(message.text).toContain("0198f560-8440-7000-8000-000000000001");
  });

  it("says what went wrong before a message of many lines", () => {
    const message = `told.${"\nline".repeat(20)}`;
    const { text } = renderPlain(
      [sampleEvent({ message, details: { error: "no route" } })],
      options,
    );
    expect(text).toMatch(/\nError: no route\ntold\.\n {4}line\n/);
  });

  it("lets no line of a message pass for the headline of another event", () => {
    const forged = "*Critical · Data sync failed* · prod";
    const { text } = renderPlain([sampleEvent({ message: `lost\n\n${forged}` })], options);
    expect(text).toContain(`\nlost\n    \n    ${forged}\n`);
    const event = sampleEvent({ message: `lost\n${forged}`, service: `a\n${forged}` });
    const digest = renderPlain([event, event], options).text;
    expect(digest.split("\n").filter((line) => line.startsWith("*Critical"))).toEqual([]);
  });

  it("shares its room among the events", () => {
    const message = renderPlain(sampleBatch(20, { message: "<".repeat(9_000) }), options);
    expect(message.text.length).toBeLessThanOrEqual(12_000);
    const [counts, ...events] = message.text.split("\n\n");
    expect(counts).toBe("20 events: 20 info");
    expect(events).toHaveLength(20);
    for (const event of events) expect(event).toMatch(/\n0198f560-8440-7000-8000-0000000000\d\d$/);
    expect(refusedIn(message)).toEqual([]);
  });

  it("is never refused, whatever the events hold", () => {
    fc.assert(
      fc.property(
        fc.array(hostileText(), { minLength: 1, maxLength: 20, size: "max" }),
        (messages) => {
          const [first, ...rest] = messages.map((message) => sampleEvent({ message }));
          expect(refusedIn(renderPlain([first ?? sampleEvent(), ...rest], options))).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });
});
