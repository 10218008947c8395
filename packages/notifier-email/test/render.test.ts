import { readFileSync } from "node:fs";
import type { Batch, MonitorEvent } from "@datasync-monitor/core";
import { sampleBatch, sampleEvent } from "@datasync-monitor/testkit";
import fc from "fast-check";
import { createTransport } from "nodemailer";
import { describe, expect, it } from "vitest";
import { renderMail } from "../src/render.ts";
import { contrast } from "./support/contrast.ts";
import { chinese, english, failure } from "./support/mails.ts";

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
      [sampleEvent({ message: "\n\nfirst\n  second\r\n\tthird\n\n" })],
      english,
    );
    expect(text).toContain("\nfirst\n    second\n      third\n");
    expect(html).toContain("first<br>&nbsp; second<br>&nbsp;&nbsp;&nbsp; third");
  });

  it("lets no message pass for a field or for another event in the plain text", () => {
    const message = `lost\nService: prod\n\n${"-".repeat(60)}\n\nCRITICAL  Data sync failed`;
    for (const batch of [[failure], [failure, failure]] as const) {
      const forged = batch.map((event) =>
        sampleEvent({ ...event, message, service: message, details: { note: message } }),
      );
      const lines = renderMail(forged as unknown as Batch, english).text.split("\n");
      const rules = lines.filter((line) => line === "-".repeat(60));
      expect(rules).toHaveLength(batch.length === 1 ? 0 : 2);
      expect(lines.filter((line) => /^(?:CRITICAL|Service: prod)/.test(line))).toEqual([]);
    }
  });

  it("says what went wrong first of all fields, however many there are", () => {
    const many = Array.from({ length: 60 }, (_, i) => [`key_${i}`, "x".repeat(900)]);
    const details = { ...Object.fromEntries(many), last_error: "older", error: "ECONNRESET" };
    const lines = renderMail([sampleEvent({ ...failure, details })], english).text.split("\n");
    const at = lines.findIndex((line) => line.startsWith("Service:"));
    expect(lines.slice(at - 2, at)).toEqual([
      "Last error:     older",
      "Error:          ECONNRESET",
    ]);
    expect(lines.filter((line) => line.includes("ECONNRESET"))).toHaveLength(1);
  });

  it("says what went wrong above a long message, and below a short one", () => {
    const mail = (message: string, ...more: MonitorEvent[]) =>
      renderMail(
        [sampleEvent({ ...failure, message, details: { error: "no route" } }), ...more],
        english,
      );
    const isAbove = (message: string, ...more: MonitorEvent[]) => {
      const { text, html } = mail(message, ...more);
      return [text, html].map((part) => {
        expect(part.split("no route")).toHaveLength(2);
        return part.indexOf("no route") < part.lastIndexOf("the message.");
      });
    };
    const long = `the message.${"x".repeat(700)}`;
    const high = `the message.${"\nline".repeat(20)}`;
    expect(isAbove("the message.")).toEqual([false, false]);
    expect(isAbove(long)).toEqual([true, true]);
    expect(isAbove(high)).toEqual([true, true]);
    expect(isAbove(long, sampleEvent())).toEqual([true, true]);
    expect(mail(high).text.split("\n").slice(0, 5)).toEqual([
      "ERROR  Data sync failed",
      "",
      "Error:          no route",
      "",
      "the message.",
    ]);
  });

  it("shows of a message 4,000 characters, in a digest 1,000, and marks where it is cut", () => {
    const long = sampleEvent({ message: "m".repeat(4_001) });
    const whole = sampleEvent({ message: "m".repeat(4_000) });
    for (const part of Object.values(renderMail([long], english)).slice(1))
      expect(/m{200,}…?/.exec(part)?.[0]).toBe(`${"m".repeat(3_999)}…`);
    expect(renderMail([whole], english).text).toContain("m".repeat(4_000));
    for (const part of Object.values(renderMail([whole, whole], english)).slice(1))
      expect(/m{200,}…?/.exec(part)?.[0]).toBe(`${"m".repeat(999)}…`);
  });

  it("shows of all fields 14,000 characters, in a digest 4,000", () => {
    const values = Array.from({ length: 20 }, (_, i) => [`key_${i}`, "x".repeat(900)]);
    const event = sampleEvent({ details: Object.fromEntries(values), metrics: {} });
    const shownIn = (...batch: [MonitorEvent, ...MonitorEvent[]]) =>
      renderMail(batch, english).text.match(/x{900}/g)?.length;
    expect(shownIn(event)).toBe(15);
    expect(shownIn(event, event)).toBe(2 * 4);
  });

  it("counts one field that it left out as one, in both languages", () => {
    const values = Array.from({ length: 16 }, (_, i) => [`key_${i}`, "x".repeat(900)]);
    const event = sampleEvent({ details: Object.fromEntries(values), metrics: {} });
    for (const part of Object.values(renderMail([event], english)).slice(1))
      expect(part).toMatch(/\b1 more field left out/);
    for (const part of Object.values(renderMail([event], chinese)).slice(1))
      expect(part).toContain("另有 1 个字段未显示");
  });

  it("says how many fields it left out", () => {
    const details = Object.fromEntries(
      Array.from({ length: 25 }, (_, i) => [`key_${i}`, "x".repeat(900)]),
    );
    const { text, html } = renderMail([sampleEvent({ details })], english);
    const left = /(\d+) more fields left out/.exec(text)?.[1];
    expect(Number(left)).toBe(25 - (text.match(/x{900}/g)?.length ?? 0));
    expect(html).toContain(`>${left} more fields left out<`);
    for (const part of Object.values(renderMail([failure], english)))
      expect(part).not.toContain("left out");
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

describe("any events", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 2_000, size: "max" }),
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
        details: fc.dictionary(fc.string({ maxLength: 20, size: "max" }), hostile, {
          maxKeys: 15,
          size: "max",
        }),
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

  it("put no tag of theirs into the mail, wherever it stands, and also where they are listed only", () => {
    const attack = `<img src=x onerror="alert('1')">&_`;
    const event = sampleEvent({
      id: attack,
      event_type: attack,
      service: attack,
      message: attack,
      details: { [attack]: attack, error: attack, more: "同".repeat(900) },
    });
    for (const length of [1, 2, 100]) {
      const batch = Array.from({ length }, () => event) as unknown as Batch;
      const { html } = renderMail(batch, english);
      expect(html).toContain("&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;");
      expect(html).not.toContain("<img");
      expect(html.replace(/&(?:amp|lt|gt|quot|nbsp|#39);/g, "")).not.toContain("&");
    }
  });

  it("never break out of the tags that hold them", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60, size: "max" }), (text) => {
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
    const [subject, text, list] = [...readme.matchAll(/```text\n([^`]*)```/g)].map(
      ([, block]) => block,
    );
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
    const [first, second] = ["1,000 records", "40 records"].map((message) =>
      sampleEvent({ message }),
    );
    const digest = renderMail([first ?? event, event, second ?? event], english);
    expect(digest.text.startsWith(`${list}\n`)).toBe(true);
    expect(readme).toContain(`\`${digest.subject}\``);
  });
});

describe("a batch of the guide's event", () => {
  it("looks the same every time", () => {
    expect(renderMail(sampleBatch(2), english)).toEqual(renderMail(sampleBatch(2), english));
  });
});
