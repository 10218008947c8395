import { sampleBatch, sampleEvent } from "@datasync-monitor/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderBlocks } from "../src/render.ts";
import { digestLayout } from "../src/render-digest.ts";
import { summaryOf, type Tellings } from "../src/telling.ts";
import { field, hostileText, messageOf, options, refusedIn, telling, textsOf } from "./support.ts";

describe("several events", () => {
  const info = telling({ level: "info", levelLabel: "Info", title: "Data synced" });

  it("are a headline that counts each level, and a few lines each behind a bar in the colour of its level", () => {
    const error = telling({ fields: [field("Records", "3"), field("Table", "coin_data")] }, [
      field("Error", "no route\n  to host", false),
    ]);
    const { blocks, attachments } = digestLayout([error, info, info], "en");
    expect(textsOf(blocks)).toEqual(["3 events: 1 error, 2 info"]);
    expect(attachments.map(({ blocks }) => textsOf(blocks))).toEqual([
      [
        [
          "*Error · Data sync failed* · datasync · sync_failure · 2025-08-29 10:30:00 +00:00",
          "the source did not answer",
          "Error: no route   to host",
          "Records: 3 · Table: coin_data",
          "0198f560-8440-7000-8000-000000000001",
        ].join("\n"),
      ],
      [expect.stringMatching(/^\*Info · Data synced\* · /)],
      [expect.stringMatching(/^\*Info · Data synced\* · /)],
    ]);
    expect(attachments.map(({ fallback }) => fallback)).toEqual([
      "Error · Data sync failed",
      "Info · Data synced",
      "Info · Data synced",
    ]);
    expect(summaryOf([error, info, info], "en")).toBe(
      "3 events: 1 error, 2 info — Data sync failed: the source did not answer",
    );
    const twice = telling({ message: "Data sync failed: no route" });
    expect(summaryOf([twice], "en")).toBe("Error · Data sync failed: no route");
    expect(summaryOf([twice, info], "en")).toMatch(/ — Data sync failed: no route$/);
    const chinese = telling({ level: "info", levelLabel: "信息" });
    expect(summaryOf([chinese, chinese], "zh-CN")).toMatch(/^2 条事件：信息 2 — /);
  });

  it("come the gravest first, and those of one level as they happened", () => {
    const levels = ["info", "error", "critical", "info", "warning", "error"] as const;
    const [first = sampleEvent(), ...rest] = levels.map((level, at) =>
      sampleEvent({ level, message: `event ${at}.` }),
    );
    const message = renderBlocks([first, ...rest], options);
    expect(textsOf(message.blocks)).toEqual(["6 events: 1 critical, 2 error, 1 warning, 2 info"]);
    const told = message.attachments?.map(({ blocks, color }) => [
      /\nevent (\d)\.\n/.exec(textsOf(blocks)[0] ?? "")?.[1],
      color,
    ]);
    expect(told).toEqual([
      ["2", "#7f1d1d"],
      ["1", "#dc2626"],
      ["5", "#dc2626"],
      ["4", "#d97706"],
      ["0", "#2563eb"],
      ["3", "#2563eb"],
    ]);
  });

  it("keep the order in which they happened, where they are of one level", () => {
    const { attachments = [] } = renderBlocks(sampleBatch(20), options);
    expect(attachments).toHaveLength(20);
    attachments.forEach(({ blocks }, at) => {
      expect(textsOf(blocks)[0]).toContain(`\nevent ${at + 1}\n`);
    });
  });

  it("each say what went wrong and end with the id, however much else there is to say", () => {
    const many = Object.fromEntries(
      Array.from({ length: 60 }, (_, at) => [`k${at}`, "v".repeat(900)]),
    );
    const events = sampleBatch(20, {
      level: "error",
      message: "long ".repeat(2_000),
      details: { ...many, error: "connect ETIMEDOUT 10.20.4.17:3306" },
    });
    const texts = renderBlocks(events, options).attachments?.flatMap(({ blocks }) =>
      textsOf(blocks),
    );
    expect(texts).toHaveLength(20);
    texts?.forEach((text, at) => {
      expect(text).toContain("\nError: connect ETIMEDOUT 10.20.4.17:3306\n");
      expect(text.split("\n").at(-1)).toBe(events[at]?.id);
    });
  });

  it("can neither mention anybody nor link anything, beside an address either (trap 23)", () => {
    const attack = "<!channel> <https://evil.example|click> &";
    const fields = [field(attack, attack), field(attack, "https://a.example/")];
    const one = telling({ title: attack, message: attack, fields }, [field(attack, attack)]);
    const message = messageOf(digestLayout([one, one], "en"));
    expect(refusedIn(message)).toEqual([]);
    const told = JSON.stringify(message);
    expect(told).toContain("&amp;: <https://a.example/>");
    expect(told.replaceAll("<https://a.example/>", "")).not.toContain("<");
  });

  it("are told apart, whatever line a message or a name holds", () => {
    const forged = "*Critical · Data sync failed* · prod";
    const one = sampleEvent({ message: `lost\n${forged}`, service: `a\n${forged}` });
    const { attachments } = renderBlocks([one, one], options);
    const lines = textsOf(attachments).flatMap((text) => text.split("\n"));
    expect(lines.filter((line) => line.startsWith("*Critical"))).toEqual([]);
  });

  it("share the room, also where many facts are short enough for a part of it", () => {
    const details = Object.fromEntries(
      Array.from({ length: 20 }, (_, at) => [`k${at}`, "v".repeat(230)]),
    );
    const message = renderBlocks(sampleBatch(20, { details, metrics: {} }), options);
    expect(refusedIn(message)).toEqual([]);
    expect(JSON.stringify(message)).toMatch(/k1: v{230} · k2: v+…/);
  });

  it("tell the whole of a message that needs no more than its half, as it is escaped", () => {
    const message = "&".repeat(45);
    const batch = sampleBatch(20, { message, details: { error: "gone ".repeat(190) } });
    const texts = renderBlocks(batch, options).attachments?.flatMap(({ blocks }) =>
      textsOf(blocks),
    );
    expect(texts).toHaveLength(20);
    for (const text of texts ?? []) expect(text).toContain(`\n${"&amp;".repeat(45)}\nError: gone`);
  });

  it("each say what went wrong before a long message, and after a short one", () => {
    const told = (message: string) => {
      const failed = sampleEvent({ level: "error", message, details: { error: "no route" } });
      const { attachments = [] } = renderBlocks([failed, sampleEvent()], options);
      return textsOf(attachments[0]?.blocks)[0] ?? "";
    };
    expect(told("the message.")).toMatch(/the message\.\nError: no route\n/);
    expect(told(`the message.${"x".repeat(800)}`)).toMatch(/\nError: no route\nthe message\.x/);
  });

  it("tell the whole of what went wrong where the message leaves room for it", () => {
    const error = `connect ETIMEDOUT ${"10.20.4.17:3306 ".repeat(20)}end`;
    const texts = renderBlocks(
      sampleBatch(20, { message: "short", details: { error } }),
      options,
    ).attachments?.flatMap(({ blocks }) => textsOf(blocks));
    expect(texts).toHaveLength(20);
    for (const text of texts ?? []) expect(text).toContain(`\nshort\nError: ${error}\n`);
  });

  it("each keep the cause at the end of what went wrong, and cut it in its middle", () => {
    const cause = { name: "Error", message: "connect ECONNREFUSED 10.1.2.3:8443" };
    const message = `the sync ${"was tried & given up ".repeat(12)}`;
    const error = { name: "Error", message, cause };
    const events = sampleBatch(20, { message: "x".repeat(900), details: { error } });
    const texts = renderBlocks(events, options).attachments?.flatMap(({ blocks }) =>
      textsOf(blocks),
    );
    expect(texts).toHaveLength(20);
    for (const text of texts ?? []) {
      expect(text).toMatch(
        /\nError: the sync was tried &amp; .*….*connect ECONNREFUSED 10\.1\.2\.3:8443\)\n/,
      );
    }
  });

  it("each say when it was, under a service whose name is all ampersands", () => {
    const events = sampleBatch(20, { service: "&".repeat(100) });
    const texts = renderBlocks(events, options).attachments?.flatMap(({ blocks }) =>
      textsOf(blocks),
    );
    expect(texts).toHaveLength(20);
    for (const text of texts ?? []) {
      expect(text).toMatch(/&amp;… · [a-z_]+ · 2025-08-29 [\d:]+ \+00:00\n/);
    }
  });

  it("are never refused, whatever they hold, and each names its event", () => {
    const anyField = fc.record({ label: hostileText(), value: hostileText(), short: fc.boolean() });
    const fields = fc.array(anyField, { maxLength: 2 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(hostileText(), fields, fields), {
          minLength: 1,
          maxLength: 19,
          size: "max",
        }),
        (events) => {
          const all = events.map(([message, facts, errors]) =>
            telling({ message, fields: facts }, errors),
          );
          const tellings: Tellings = [telling(), ...all];
          const { blocks, attachments } = digestLayout(tellings, "en");
          expect(refusedIn(messageOf({ blocks, attachments }))).toEqual([]);
          for (const text of attachments.flatMap((one) => textsOf(one.blocks))) {
            expect(text).toContain("0198f560-8440-7000-8000-000000000001");
            expect(text).not.toContain("```");
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
