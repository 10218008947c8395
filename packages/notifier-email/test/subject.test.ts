import type { MonitorEvent } from "@datasync-monitor/core";
import { sampleEvent } from "@datasync-monitor/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderMail } from "../src/render.ts";
import { chinese, english, failure } from "./support/mails.ts";

describe("the subject", () => {
  const subject = (...batch: [MonitorEvent, ...MonitorEvent[]]) =>
    renderMail(batch, english).subject;

  it("names level, type, service and message of one event", () => {
    expect(subject(sampleEvent({ ...failure, service: "orders" }))).toBe(
      "[DataSync] [ERROR] sync_failure · orders: connection to source lost",
    );
    expect(subject(sampleEvent({ event_type: "migration_start", message: "" }))).toMatch(
      /^\[DataSync\] \[INFO\] migration_start · datasync: .+/,
    );
  });

  it("names the level in the language of the mail", () => {
    expect(renderMail([failure], chinese).subject).toBe(
      "[DataSync] [错误] sync_failure · datasync: connection to source lost",
    );
  });

  it("counts several by level, and names their services and types, the gravest first", () => {
    const critical = sampleEvent({ event_type: "storage_warning", level: "critical" });
    expect(subject(sampleEvent(), failure, failure)).toBe(
      "[DataSync] 3 events: 2 error, 1 info · datasync: sync_failure, sync_success",
    );
    const ofOrders = sampleEvent({ ...failure, service: "orders" });
    expect(subject(sampleEvent(), ofOrders, critical)).toBe(
      "[DataSync] 3 events: 1 critical, 1 error, 1 info · datasync, orders: storage_warning, sync_failure, sync_success",
    );
    expect(renderMail([failure, sampleEvent()], chinese).subject).toBe(
      "[DataSync] 2 条事件：错误 1、信息 1 · datasync: sync_failure, sync_success",
    );
  });

  it("begins with what the options say, or with nothing", () => {
    expect(renderMail([failure], { ...english, subjectPrefix: "" }).subject).toMatch(/^\[ERROR\] /);
    expect(renderMail([failure], { ...english, subjectPrefix: "prod" }).subject).toMatch(
      /^prod \[ERROR\] /,
    );
  });

  it("is one line of at most 150 characters, whatever the events say", () => {
    const types = Array.from({ length: 50 }, (_, i) =>
      sampleEvent({ event_type: `type_number_${i}` }),
    );
    const [first = failure, ...rest] = types;
    expect(subject(first, ...rest)).toHaveLength(150);
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400, size: "max" }), (message) => {
        const text = subject(sampleEvent({ message }));
        expect(text.length).toBeLessThanOrEqual(150);
        expect(text).not.toMatch(/\p{Cc}|\u2028|\u2029/u);
        expect(text.isWellFormed()).toBe(true);
      }),
    );
  });
});
