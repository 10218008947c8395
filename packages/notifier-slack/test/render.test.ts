import type { DescribedField, Description } from "@datasync-monitor/core";
import { sampleBatch, sampleEvent } from "@datasync-monitor/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Block } from "../src/blocks.ts";
import { renderBlocks, renderPlain, type SlackMessage } from "../src/render.ts";
import { digestBlocks } from "../src/render-digest.ts";
import { eventBlocks } from "../src/render-event.ts";
import { summaryOf, type Telling } from "../src/telling.ts";
import { blocksOf, hostileText, refusedIn, textsOf } from "./support.ts";

const options = { locale: "en", timeZone: "UTC" } as const;

const origin = ["Service", "Event", "Time"].map((label) => ({ label, value: "x", short: true }));

/** An event as core would describe it, with the given words. */
const telling = (said: Partial<Description> = {}): Telling => ({
  event: sampleEvent({ level: said.level ?? "error", event_type: "sync_failure" }),
  said: {
    title: "Data sync failed",
    level: "error",
    levelLabel: "Error",
    color: "#dc2626",
    message: "the source did not answer",
    time: "2025-08-29 10:30:00 +00:00",
    ...said,
    fields: [...origin, ...(said.fields ?? [])],
  },
});

const field = (label: string, value: string, short = true): DescribedField => ({
  label,
  value,
  short,
});

const messageOf = (blocks: Block[]): SlackMessage => ({
  text: "x",
  unfurl_links: false,
  unfurl_media: false,
  attachments: [{ color: "#dc2626", fallback: "x", blocks }],
});

const fieldsOf = (blocks: readonly Block[]): string[] =>
  blocks.flatMap((block) => ("fields" in block ? block.fields.map(({ text }) => text) : []));

describe("one event", () => {
  it("is a header, the message, its facts, and where and when", () => {
    const facts = [field("Records", "1000"), field("Stack", "a\nb", false)];
    expect(eventBlocks(telling({ fields: facts }), "en")).toEqual([
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
            text: "datasync · sync_failure · 2025-08-29 10:30:00 +00:00 · 0198f560-8440-7000-8000-000000000001",
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
      "text",
      "unfurl_links",
      "unfurl_media",
    ]);
    expect(message.attachments?.[0]?.fallback).toBe(message.text);
    expect(message.attachments?.[0]?.color).toMatch(/^#[0-9a-f]{6}$/i);
  });

  it("can neither mention anybody nor link anything (trap 23)", () => {
    const attack = "<!channel> <@U123> <https://evil.example|click> & @here #general";
    const blocks = eventBlocks(
      telling({ title: attack, message: attack, fields: [field(attack, attack)] }),
      "en",
    );
    expect(refusedIn(messageOf(blocks))).toEqual([]);
    expect(JSON.stringify(blocks)).toContain("&lt;!channel&gt; &lt;@U123&gt;");
    for (const text of JSON.stringify(blocks).split('"mrkdwn"').slice(1)) {
      expect(text).toContain('"verbatim":true');
    }
  });

  it("cuts a long message after escaping (trap 24)", () => {
    const blocks = eventBlocks(telling({ message: `${"a".repeat(2_998)}<<<` }), "en");
    expect(textsOf(blocks)[1]).toBe(`${"a".repeat(2_998)}…`);
    expect(refusedIn(messageOf(blocks))).toEqual([]);
  });

  it("leaves out what is blank (trap 25)", () => {
    const fields = [
      field("Empty", ""),
      field("Blank", " \u200b\n"),
      field("Zero", "0"),
      field("\u200b", "bare"),
    ];
    const blocks = eventBlocks(telling({ message: " \n", fields }), "en");
    expect(blocks.map(({ type }) => type)).toEqual(["header", "section", "context"]);
    expect(fieldsOf(blocks)).toEqual(["*Zero*\n0", "bare"]);
  });

  it("cuts the header at 150, and puts ten fields in a section (trap 26)", () => {
    const fields = Array.from({ length: 60 }, (_, at) => field(`f${at}`, `v${at}`));
    const blocks = eventBlocks(telling({ title: "t".repeat(151), fields }), "en");
    expect(textsOf(blocks)[0]).toHaveLength(150);
    expect(fieldsOf(blocks)).toHaveLength(60);
    expect(refusedIn(messageOf(blocks))).toEqual([]);
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
    expect(refusedIn(messageOf(blocks))).toEqual([]);
  });

  it("shows long fields of any number within the room of the whole", () => {
    const fields = Array.from({ length: 60 }, (_, at) => field(`f${at}`, "<".repeat(9_999), false));
    const blocks = eventBlocks(telling({ fields }), "en");
    expect(refusedIn(messageOf(blocks))).toEqual([]);
    expect(textsOf(blocks).some((text) => text.endsWith(" more fields"))).toBe(true);
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
        fc.array(anyField, { maxLength: 30 }),
        (title, message, fields) => {
          const one = telling({ title, message, fields });
          expect(refusedIn(messageOf(eventBlocks(one, "en")))).toEqual([]);
          expect(summaryOf([one], "en").trim()).not.toBe("");
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("several events", () => {
  it("are a headline that counts, and a section each, coloured by the gravest", () => {
    const info = telling({ level: "info", levelLabel: "Info", title: "Data synced" });
    const error = telling({ fields: [field("Records", "3"), field("Table", "coin_data")] });
    expect(digestBlocks([info, error, info], "en").map((block) => textsOf(block))).toEqual([
      ["3 events · Error 1 · Info 2"],
      [expect.stringMatching(/^\*Info · Data synced\*\n/)],
      [
        [
          "*Error · Data sync failed*",
          "the source did not answer",
          "Records: 3 · Table: coin_data",
          "datasync · sync_failure · 2025-08-29 10:30:00 +00:00 · 0198f560-8440-7000-8000-000000000001",
        ].join("\n"),
      ],
      [expect.stringMatching(/^\*Info · Data synced\*\n/)],
    ]);
    expect(summaryOf([info, error, info], "en")).toBe(
      "3 events · Error 1 · Info 2 — Data sync failed: the source did not answer",
    );
    expect(summaryOf([info, error, info], "zh-CN")).toMatch(/^3 条事件 · /);
  });

  it("keep the order in which they happened", () => {
    const message = renderBlocks(sampleBatch(20), options);
    const sections = blocksOf(message).slice(1);
    expect(sections).toHaveLength(20);
    sections.forEach((section, at) => {
      expect(textsOf(section)[0]).toContain(`\nevent ${at + 1}\n`);
    });
  });

  it("are never refused, whatever they hold, and each names its event", () => {
    const anyField = fc.record({ label: hostileText(), value: hostileText(), short: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(hostileText(), fc.array(anyField, { maxLength: 2 })), {
          minLength: 1,
          maxLength: 19,
        }),
        (events) => {
          const [first, ...rest] = events.map(([message, fields]) => telling({ message, fields }));
          const blocks = digestBlocks([first ?? telling(), ...rest, telling()], "en");
          expect(refusedIn(messageOf(blocks))).toEqual([]);
          for (const text of blocks.slice(1).flatMap(textsOf)) {
            expect(text).toContain("0198f560-8440-7000-8000-000000000001");
            expect(text).not.toContain("```");
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("plain text", () => {
  it("says the same without blocks", () => {
    const message = renderPlain([sampleEvent({ message: "a <b> & c" })], options);
    expect(message.attachments).toBeUndefined();
    expect(message.text).toContain("a &lt;b&gt; &amp; c");
    expect(message.text).toContain("0198f560-8440-7000-8000-000000000001");
  });

  it("shares its room among the events", () => {
    const message = renderPlain(sampleBatch(20, { message: "<".repeat(9_000) }), options);
    expect(message.text.length).toBeLessThanOrEqual(12_000);
    expect(message.text.split("\n\n")).toHaveLength(20);
    expect(refusedIn(message)).toEqual([]);
  });

  it("is never refused, whatever the events hold", () => {
    fc.assert(
      fc.property(fc.array(hostileText(), { minLength: 1, maxLength: 20 }), (messages) => {
        const [first, ...rest] = messages.map((message) => sampleEvent({ message }));
        expect(refusedIn(renderPlain([first ?? sampleEvent(), ...rest], options))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});
