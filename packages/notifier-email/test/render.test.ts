import { readFileSync } from "node:fs";
import type { Batch, MonitorEvent } from "@datasync-monitor/core";
import { sampleBatch, sampleEvent } from "@datasync-monitor/testkit";
import fc from "fast-check";
import { createTransport } from "nodemailer";
import { describe, expect, it } from "vitest";
import { renderMail } from "../src/render.ts";
import { contrast } from "./support/contrast.ts";

const english = { subjectPrefix: "[DataSync]", locale: "en", timeZone: "UTC" } as const;
const chinese = {
  subjectPrefix: "[DataSync]",
  locale: "zh-CN",
  timeZone: "Asia/Shanghai",
} as const;

const failure = sampleEvent({
  event_type: "sync_failure",
  level: "error",
  message: "connection to source lost",
  details: { run_id: "r-1", error: { name: "Error", message: "ECONNRESET" } },
  metrics: { records_synced: 120 },
});

describe("the subject", () => {
  const subject = (...batch: [MonitorEvent, ...MonitorEvent[]]) =>
    renderMail(batch, english).subject;

  it("names level, type and message of one event", () => {
    expect(subject(failure)).toBe("[DataSync] ERROR sync_failure: connection to source lost");
    expect(subject(sampleEvent({ event_type: "migration_start", message: "" }))).toMatch(
      /^\[DataSync\] INFO migration_start: .+/,
    );
  });

  it("counts several, and names their types, the gravest first", () => {
    const critical = sampleEvent({ event_type: "storage_warning", level: "critical" });
    expect(subject(sampleEvent(), failure, failure)).toBe(
      "[DataSync] 3 events, 2 errors: sync_failure, sync_success",
    );
    expect(subject(sampleEvent(), failure, critical)).toBe(
      "[DataSync] 3 events, 1 critical, 1 error: storage_warning, sync_failure, sync_success",
    );
    expect(subject(sampleEvent(), sampleEvent({ level: "warning" }))).toBe(
      "[DataSync] 2 events, 1 warning: sync_success",
    );
    expect(renderMail([failure, failure], chinese).subject).toBe(
      "[DataSync] 2 个事件，2 个错误: sync_failure",
    );
  });

  it("begins with what the options say, or with nothing", () => {
    expect(renderMail([failure], { ...english, subjectPrefix: "" }).subject).toMatch(/^ERROR /);
    expect(renderMail([failure], { ...english, subjectPrefix: "prod" }).subject).toMatch(
      /^prod ERROR /,
    );
  });

  it("is one line of at most 150 characters, whatever the events say", () => {
    const types = Array.from({ length: 50 }, (_, i) =>
      sampleEvent({ event_type: `type_number_${i}` }),
    );
    const [first = failure, ...rest] = types;
    expect(subject(first, ...rest)).toHaveLength(150);
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (message) => {
        const text = subject(sampleEvent({ message }));
        expect(text.length).toBeLessThanOrEqual(150);
        expect(text).not.toMatch(/\p{Cc}|\u2028|\u2029/u);
        expect(text.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe("one event", () => {
  it("shows title, message, fields and id in both parts", () => {
    const { text, html } = renderMail([failure], english);
    for (const part of [text, html]) {
      for (const piece of [
        "connection to source lost",
        "datasync",
        "2025-08-29 10:30:00 +00:00",
        "120",
        "r-1",
        "ECONNRESET",
        failure.id,
      ]) {
        expect(part).toContain(piece);
      }
    }
    expect(text).toMatchSnapshot();
  });

  it("keeps the line breaks and the indentation of a message", () => {
    const { text, html } = renderMail(
      [sampleEvent({ message: "first\n  second\r\n\tthird" })],
      english,
    );
    expect(text).toContain("first\n  second\n    third");
    expect(html).toContain("first<br>&nbsp; second<br>&nbsp;&nbsp;&nbsp; third");
  });

  it("says how many fields it left out", () => {
    const details = Object.fromEntries(
      Array.from({ length: 25 }, (_, i) => [`key_${i}`, "x".repeat(900)]),
    );
    expect(renderMail([sampleEvent({ details })], english).text).toMatch(
      /\d+ more fields left out/,
    );
  });
});

describe("the level", () => {
  it.each(["info", "warning", "error", "critical"] as const)(
    "is readable on its colour: %s, at 4.5 to 1 and more",
    (level) => {
      const { html } = renderMail([sampleEvent({ level })], english);
      const [, ground = "", ink = ""] =
        /background:(#[0-9a-f]{6});color:(#[0-9a-f]{6})/.exec(html) ?? [];
      expect(contrast(ground, ink)).toBeGreaterThanOrEqual(4.5);
    },
  );
});

describe("a digest", () => {
  it("lists each event, then shows each in full, in order", () => {
    const { text, html } = renderMail(
      [sampleEvent(), failure, sampleEvent({ message: "third" })],
      english,
    );
    expect(text).toMatchSnapshot();
    for (const part of [text, html]) {
      const at = part.lastIndexOf("connection to source lost");
      expect(part.indexOf("connection to source lost")).toBeLessThan(at);
      expect(part.lastIndexOf("third")).toBeGreaterThan(at);
    }
  });

  it("is in Chinese where that is the language", () => {
    const { text, html } = renderMail([failure, failure], chinese);
    expect(text).toContain("2 个事件，2 个错误");
    expect(html.match(/>&nbsp;错误&nbsp;</g)).toHaveLength(4);
    expect(text).toContain("2025-08-29 18:30:00 +08:00");
  });

  it("lists an event in two cells, for a phone has no room for more, and names part at their underscores", () => {
    const long = sampleEvent({ event_type: "quality_threshold_exceeded", message: "too_many" });
    const { html } = renderMail([long, failure], english);
    const row = html
      .split("\n")
      .find((line) => line.includes("quality_<wbr>threshold_<wbr>exceeded"));
    expect(row?.match(/<td/g)).toHaveLength(2);
    expect(row).toContain("2025-08-29 10:30:00 +00:00");
    expect(row).toContain("too_many</td>");
  });

  it("lists every event when not all find room in full, keeps the gravest, and says so", () => {
    const details = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`key_${i}`, "同".repeat(900)]),
    );
    const events = Array.from({ length: 100 }, (_, i) =>
      sampleEvent({
        message: `event number ${i};`,
        details,
        level: i === 99 ? "critical" : "info",
      }),
    );
    const { text, html } = renderMail(events as unknown as Batch, english);
    for (let i = 0; i < 100; i += 1) {
      expect(text).toContain(`event number ${i};`);
      expect(html).toContain(`event number ${i};`);
    }
    expect(text).toMatch(/\d+ events above are listed only/);
    expect(text.lastIndexOf("event number 99;")).toBeGreaterThan(text.indexOf("listed only"));
  });

  it("stays below the size that Gmail cuts at, with 100 events of the common kind", () => {
    expect(Buffer.byteLength(renderMail(sampleBatch(100), english).html)).toBeLessThan(102_000);
  });
});

describe("any events", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 2_000 }),
    fc
      .constantFrom(
        "<",
        "&",
        '"',
        "'",
        "=",
        "\n",
        "\t",
        " ",
        "\0",
        "同",
        "😀",
        "\ud83d",
        "\u202e",
        "<script>alert(1)</script>",
      )
      .map((unit) => unit.repeat(9_000)),
  );
  const events = fc
    .array(
      fc.record({
        message: hostile,
        details: fc.dictionary(fc.string({ maxLength: 20 }), hostile, { maxKeys: 15 }),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .chain((few) =>
      fc.constantFrom(1, 100).map((times) =>
        Array.from({ length: times }, () => few)
          .flat()
          .slice(0, 100),
      ),
    )
    .map((list) => list.map((overrides) => sampleEvent(overrides)) as unknown as Batch);

  const build = createTransport({ streamTransport: true, buffer: true });

  it("make a mail of at most 500 kB, with no tag and no control character of theirs", {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(events, async (batch) => {
        const mail = renderMail(batch, english);
        const { message } = await build.sendMail({
          from: "a@example.com",
          to: "b@example.com",
          ...mail,
        });
        expect(Buffer.byteLength(message as Buffer)).toBeLessThanOrEqual(500_000);
        expect(mail.html).not.toMatch(/<script|<img/i);
        for (const part of [mail.text, mail.html]) {
          expect(part).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u);
          expect(part.isWellFormed()).toBe(true);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("never break out of the tags that hold them", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        const event = sampleEvent({
          message: text,
          event_type: text,
          service: text,
          details: { [text]: text },
        });
        const shape = (html: string) => html.replace(/[^<>"]/g, "");
        const bare = sampleEvent({
          message: "x",
          event_type: "x",
          service: "x",
          details: { x: "x" },
        });
        if (text.trim() === "") return;
        const count = (html: string) => shape(html.replace(/<w?br>/g, "")).length;
        expect(count(renderMail([event], english).html)).toBeLessThanOrEqual(
          count(renderMail([bare], english).html),
        );
      }),
    );
  });
});

describe("the README", () => {
  it("shows what arrives", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const [subject, text] = [...readme.matchAll(/```text\n([^`]*)```/g)].map(([, block]) => block);
    const { details, metrics } = sampleEvent();
    const { duration_seconds = 0 } = metrics;
    const event = sampleEvent({
      event_type: "sync_failure",
      level: "error",
      message: "connection to source lost",
      metrics: { records_synced: 120, duration_seconds },
      details,
    });
    const mail = renderMail([event], english);
    expect(`${mail.subject}\n`).toBe(subject);
    expect(mail.text).toBe(text);
  });
});

describe("a batch of the guide's event", () => {
  it("looks the same every time", () => {
    expect(renderMail(sampleBatch(2), english)).toEqual(renderMail(sampleBatch(2), english));
  });
});
