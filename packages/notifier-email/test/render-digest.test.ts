import type { Batch } from "@datasync-monitor/core";
import { sampleBatch, sampleEvent } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { renderMail } from "../src/render.ts";
import { chinese, english, failure } from "./support/mails.ts";

describe("a digest", () => {
  it("lists each event, then shows each in full, the gravest first, and of one level as they were emitted", () => {
    const { text, html } = renderMail(
      [sampleEvent({ message: "first" }), failure, sampleEvent({ message: "third" })],
      english,
    );
    expect(text).toMatchSnapshot();
    for (const part of [text, html]) {
      const told = part.match(/\b(?:first|third|connection to source lost)\b/g);
      const once = ["connection to source lost", "first", "third"];
      expect(told).toEqual([...once, ...once]);
    }
  });

  it("is in Chinese where that is the language", () => {
    const { text, html } = renderMail([failure, failure], chinese);
    expect(text).toMatch(/^2 条事件：错误 2\n/);
    expect(text.match(/^错误 {2}数据同步失败$/gm)).toHaveLength(2);
    expect(text).not.toContain("ERROR");
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

  it("says in the list what went wrong and the id, of events that find no room in full, and of no other", () => {
    const large = Array.from({ length: 20 }, (_, i) => [`key_${i}`, "同".repeat(900)]);
    const events = Array.from({ length: 100 }, (_, i) =>
      sampleEvent({
        ...failure,
        id: `0198f560-8440-7000-8000-${String(i).padStart(12, "0")}`,
        details: { ...Object.fromEntries(large), error: `cause no. ${i};` },
      }),
    );
    const { text, html } = renderMail(events as unknown as Batch, english);
    for (const part of [text, html]) {
      for (const [i, { id }] of events.entries()) {
        expect(part.split(id)).toHaveLength(2);
        expect(part.split(`cause no. ${i};`)).toHaveLength(2);
      }
    }
    expect(Buffer.byteLength(html)).toBeLessThan(102_000);
    const sections = text.split("-".repeat(60)).length - 1;
    expect(sections).toBeGreaterThan(3);
    expect(text).toContain(`${100 - sections} events above are listed only`);
  });

  it("keeps the cause at the end of what went wrong in that list, and cuts it in its middle", () => {
    const cause = { name: "Error", message: "connect ECONNREFUSED 10.1.2.3:8443" };
    const events = sampleBatch(100, {
      message: "lorem ipsum ".repeat(60),
      details: { error: { name: "Error", message: "the sync was given up ".repeat(9), cause } },
    });
    const { text, html } = renderMail(events, english);
    const listed = /Error: the sync was given up .*….*connect ECONNREFUSED 10\.1\.2\.3:8443\)/g;
    expect(text.match(listed)?.length).toBeGreaterThan(20);
    expect(html.match(listed)).toHaveLength(text.match(listed)?.length ?? 0);
  });

  it("goes on behind that cut with a whole character, and loses none after it", () => {
    for (const character of ["e\u0301", "👍🏽", "😀"]) {
      for (const before of ["", "x", "xy", "xyz"]) {
        const error = before + character.repeat(300 / character.length);
        const batch = sampleBatch(100, { message: "lorem ipsum ".repeat(60), details: { error } });
        const { text } = renderMail(batch, english);
        const tails = [...text.matchAll(/^ {4}Error: .*…(.*)$/gm)].map(([, tail = ""]) => tail);
        expect(tails.length).toBeGreaterThan(20);
        for (const tail of tails) expect(tail.replaceAll(character, "")).toBe("");
      }
    }
  });

  it.each([
    ["long Chinese texts", "数据库在规定的时间内没有应答，请检查网络和磁盘".repeat(8), chinese],
    ["texts of quotes", '"'.repeat(200), english],
  ])(
    "tells the gravest in full and stays below the size that Gmail cuts at, with 100 events of %s",
    (_, long, options) => {
      const events = Array.from({ length: 100 }, (_, i) =>
        sampleEvent({
          ...failure,
          level: i === 50 ? "critical" : "error",
          service: long.slice(0, 40),
          message: long,
          details: { error: long },
        }),
      );
      const { text, html } = renderMail(events as unknown as Batch, options);
      expect(Buffer.byteLength(html)).toBeLessThan(102_000);
      expect(text).toMatch(/\n-{60}\n\n(?:CRITICAL|严重) {2}/);
      for (const { id } of events) expect(text).toContain(id);
    },
  );

  it("stays below the size that Gmail cuts at, with 100 events of the common kind", () => {
    expect(Buffer.byteLength(renderMail(sampleBatch(100), english).html)).toBeLessThan(102_000);
  });
});
