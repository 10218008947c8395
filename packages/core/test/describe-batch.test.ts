import { expect, it } from "vitest";
import { describeBatch } from "../src/describe-batch.ts";
import type { EventLevel, MonitorEvent } from "../src/event.ts";
import type { Locale } from "../src/notifier.ts";

const event = (level: EventLevel, id: string): MonitorEvent => ({
  id,
  timestamp: "2025-08-29T10:30:00.000Z",
  event_type: "sync_failure",
  level,
  service: "datasync",
  message: "",
  details: {},
  metrics: {},
});
const batch = Object.freeze([
  event("info", "a"),
  event("error", "b"),
  event("critical", "c"),
  event("error", "d"),
  event("info", "e"),
]);

it("puts the gravest first, and leaves those of one level in their order", () => {
  expect(describeBatch(batch).events.map(({ id }) => id)).toEqual(["c", "b", "d", "a", "e"]);
  expect(batch.map(({ id }) => id)).toEqual(["a", "b", "c", "d", "e"]);
});

it("counts the levels that there are, in the reader's language", () => {
  expect(describeBatch(batch)).toMatchObject({
    counts: "1 critical, 2 error, 2 info",
    title: "5 events: 1 critical, 2 error, 2 info",
  });
  expect(describeBatch(batch, { locale: "zh-CN" })).toMatchObject({
    counts: "严重 1、错误 2、信息 2",
    title: "5 条事件：严重 1、错误 2、信息 2",
  });
  expect(describeBatch([event("warning", "a")]).title).toBe("1 event: 1 warning");
  expect(describeBatch(batch, { locale: "fr" as Locale })).toEqual(describeBatch(batch));
});
