import type { MonitorEvent } from "@datasync-monitor/core";
import { sampleEvent } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { bodyOf, readable, type Shape, shapes } from "./support.ts";

const linesOf = (events: readonly MonitorEvent[], shape: Shape): readonly string[] =>
  readable(JSON.parse(bodyOf(events, shape))).split("\n");

describe.each(shapes)("a message in the shape %o", (shape) => {
  const failed = sampleEvent({ level: "error", details: { error: "no route", table: "orders" } });

  it("says with mentions all that it says without", () => {
    for (const events of [[failed], [failed, sampleEvent()]]) {
      const calling = linesOf(events, { ...shape, mentions: ["all", "ou_1"] });
      expect(calling).toEqual(expect.arrayContaining([...linesOf(events, shape)]));
    }
  });

  it("holds no character that hides or turns around what others see, wherever it stood", () => {
    const odd = (text: string) => `${text}\u202e\u0007\u2066\u001b[2K${text}`;
    const event = sampleEvent({
      service: odd("service"),
      message: odd("message"),
      details: { [odd("key")]: odd("value"), error: odd("cause") },
    });
    for (const events of [[event], [event, failed]]) {
      const lines = linesOf(events, shape);
      expect(lines.join("\n")).toContain("message");
      expect(lines.filter((line) => /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(line))).toEqual([]);
    }
  });

  it("lets no line of a service's name pass for another event", () => {
    const forged = "[严重] 数据同步失败 · prod";
    const event = sampleEvent({ service: `datasync\n${forged}\n${forged}` });
    for (const events of [[event], [event, failed]]) {
      const lines = linesOf(events, shape).map((line) => line.replaceAll("*", "").trim());
      expect(lines.filter((line) => line.startsWith(forged))).toEqual([]);
    }
  });
});
