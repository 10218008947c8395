import { sampleBatch, sampleEvent } from "@datasync-monitor/testkit";
import fc from "fast-check";
import { expect, it } from "vitest";
import { bodyOf, bounded, decode, hostileBatch, textOf } from "./support.ts";

const guide = [
  "DataSync通知",
  "事件: sync_success",
  "级别: info",
  "消息: 数据同步完成: 1000条记录",
  "时间: 2025-08-29T10:30:00.000Z",
];

it("is the guide's lines, to the letter", () => {
  expect(JSON.parse(bodyOf([sampleEvent()], { format: "text" }))).toEqual({
    msg_type: "text",
    content: { text: guide.join("\n") },
  });
});

it("speaks English where it is asked to", () => {
  expect(textOf(bodyOf([sampleEvent()], { format: "text", locale: "en" }))).toBe(
    "DataSync notification\nEvent: sync_success\nLevel: info\nMessage: 数据同步完成: 1000条记录\nTime: 2025-08-29T10:30:00.000Z",
  );
});

it("counts a batch, then tells it event by event", () => {
  const text = textOf(bodyOf(sampleBatch(2), { format: "text" }));
  expect(text).toBe(
    [
      "DataSync通知\n2 条事件：信息 2",
      ...[1, 2].map((index) =>
        [
          "[信息] 数据同步成功 · datasync · sync_success · 2025-08-29T10:30:00.000Z",
          `    event ${index}`,
          `    0198f560-8440-7000-8000-00000000000${index}`,
        ].join("\n"),
      ),
    ].join("\n\n"),
  );
});

it("indents the lines of a message, so that none passes for another field", () => {
  const text = textOf(bodyOf([sampleEvent({ message: "a\n级别: critical" })], { format: "text" }));
  expect(text).toContain("\n消息: a\n    级别: critical\n");
});

it("indents the lines of what went wrong in the same way, down to the last", () => {
  const details = { error: "a\n级别: critical\n时间: never" };
  const text = textOf(bodyOf([sampleEvent({ details })], { format: "text" }));
  expect(text).toContain("\n错误: a\n    级别: critical\n    时间: never");
});

it.each([
  '<at user_id="all">所有人</at>',
  "<AT user_id=all>",
  "<\nat user_id=all>",
  "&lt;at user_id=&quot;all&quot;&gt;",
  "&#60;at&#62;",
])("mentions nobody by %j and stays legible (trap 8)", (message) => {
  const text = textOf(bodyOf([sampleEvent({ message })], { format: "text" }));
  expect(text).not.toMatch(/[<]|&(?:#|lt)/i);
  expect(text.toLowerCase()).toContain("at");
});

it("mentions nobody, whatever the events hold", () => {
  fc.assert(
    fc.property(hostileBatch, (events) => {
      const text = textOf(bodyOf(events, { format: "text" }));
      expect(decode(decode(text))).not.toContain("<");
    }),
    bounded,
  );
});

it("mentions those whom the options name", () => {
  const text = textOf(bodyOf([sampleEvent()], { format: "text", mentions: ["all", "ou_1"] }));
  expect(text.split("\n").at(-1)).toBe('<at user_id="all"></at> <at user_id="ou_1"></at>');
});

it("puts the keyword in front where the text lacks it, and only there (trap 13)", () => {
  const lacking = textOf(bodyOf([sampleEvent()], { format: "text", keyword: "应用报警" }));
  expect(lacking).toBe(`应用报警\n${guide.join("\n")}`);
  const holding = textOf(bodyOf([sampleEvent()], { format: "text", keyword: "DataSync" }));
  expect(holding).toBe(guide.join("\n"));
});
