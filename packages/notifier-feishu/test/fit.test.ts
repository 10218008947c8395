import { sampleBatch, sampleEvent } from "@datasync-monitor/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fit, type Room } from "../src/fit.ts";
import {
  bodyOf,
  bounded,
  decode,
  hostileBatch,
  objectsIn,
  shapes,
  signed,
  textOf,
  textsOf,
} from "./support.ts";

const strings = (value: unknown): readonly string[] =>
  objectsIn(value).flatMap((part) =>
    Object.values(part).filter((item) => typeof item === "string"),
  );

describe.each(shapes)("a body in the shape %o", (shape) => {
  it("is valid JSON of at most 20,000 bytes and whole code points, whatever the events hold", () => {
    fc.assert(
      fc.property(hostileBatch, fc.constantFrom("zh-CN", "en"), (events, locale) => {
        const body = bodyOf(events, { ...shape, locale, envelope: signed, mentions: ["all"] });
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(20_000);
        for (const text of strings(JSON.parse(body))) expect(text.isWellFormed()).toBe(true);
      }),
      bounded,
    );
  });

  it("shortens 8,000 Chinese characters to 20,000 bytes with signature, and says so (trap 10)", () => {
    const body = bodyOf([sampleEvent({ message: "数".repeat(8_000) })], {
      ...shape,
      envelope: signed,
    });
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(20_000);
    expect(Buffer.byteLength(body)).toBeGreaterThan(19_000);
    expect(body).toContain("数…(truncated)");
    expect(body).not.toContain("\ufffd");
  });

  it("fits 20 events of 8,000 stars each, and counts those it leaves out (trap 11)", () => {
    const events = sampleBatch(20, {
      message: "*".repeat(8_000),
      details: { note: "*".repeat(999) },
    });
    const body = bodyOf(events, { ...shape, envelope: signed });
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(20_000);
    expect(body).toContain("20 条事件");
    const shown = body.match(/sync_success|数据同步成功|数据同步完成/g)?.length ?? 0;
    const left = Number(/… 另有 (\d+) 条/.exec(body)?.[1] ?? 0);
    expect(left === 0 || shown > 0).toBe(true);
  });

  it("gets as small as it is asked to", () => {
    const events = sampleBatch(20, { message: "数".repeat(500) });
    for (const maxBytes of [10_000, 5_000, 2_000, 1_000]) {
      const body = bodyOf(events, { ...shape, maxBytes });
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(maxBytes);
      expect(body).toContain("20 条事件");
    }
  });
});

it("cuts before it escapes, so that no entity is torn (trap 11)", () => {
  const body = bodyOf(sampleBatch(2, { message: "*".repeat(2_000) }), { envelope: signed });
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(20_000);
  for (const text of textsOf(body, "lark_md")) {
    expect(text.replace(/&#\d+;|&sim;/g, "")).not.toContain("&");
    expect(decode(text)).toMatch(/\*{900,}…\(truncated\)/);
  }
});

it("tells a list of details to its end, which counts what is left out", () => {
  const check = { status: "failed", message: "TypeError (ECONNREFUSED)", since: "x".repeat(20) };
  const checks = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`check-${n}`, check]));
  for (const shape of shapes.filter(({ format }) => format !== "text")) {
    const body = decode(bodyOf([sampleEvent({ details: { checks } })], shape));
    expect(body).toContain("- check-9: status failed");
    expect(body).toContain("- … 另有 29 项未显示");
    expect(body).not.toContain("(truncated)");
  }
});

it.each(shapes.filter(({ format }) => format !== "text"))(
  "drops details before it cuts the message, and says so, in the shape %o",
  (shape) => {
    const details = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`key_${index}`, "值".repeat(150)]),
    );
    const message = "消".repeat(4_000);
    const body = bodyOf([sampleEvent({ message, details })], shape);
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(20_000);
    expect(body).toContain(message);
    expect(decode(body)).toContain("key_0");
    expect(decode(body)).not.toContain("key_29");
    expect(body).toContain("… 其余字段已略去");
    expect(bodyOf([sampleEvent({ message })], shape)).not.toContain("… 其余字段已略去");
  },
);

it("counts the events of a digest that it has no room for", () => {
  const text = textOf(
    bodyOf(sampleBatch(20, { message: "x".repeat(900) }), { format: "text", maxBytes: 2_000 }),
  );
  const shown = text.split("[信息]").length - 1;
  expect(shown).toBeGreaterThan(2);
  expect(text).toContain(`… 另有 ${20 - shown} 条`);
});

describe("the room that a message is given", () => {
  /** A hundred bytes for each event, ten for each field, and one for each byte of text. */
  const bytesOf = ({ events, fields, textBytes }: Room) => events * 100 + fields * 10 + textBytes;
  const full: Room = { events: 20, fields: 30, textBytes: 1_000 };
  const roomWithin = (maxBytes: number): unknown =>
    JSON.parse(fit(full, maxBytes, (room) => JSON.stringify(room).padEnd(bytesOf(room))));

  it.each([
    ["all of it", 3_300, { events: 20, fields: 30, textBytes: 1_000 }],
    ["as many fields as fit", 3_299, { events: 20, fields: 29, textBytes: 1_000 }],
    ["none of them", 3_000, { events: 20, fields: 0, textBytes: 1_000 }],
    ["then as much text as fits", 2_999, { events: 20, fields: 0, textBytes: 999 }],
    ["as little as can be read", 2_160, { events: 20, fields: 0, textBytes: 160 }],
    ["then as many events as fit", 2_159, { events: 19, fields: 0, textBytes: 160 }],
    ["one of them", 260, { events: 1, fields: 0, textBytes: 160 }],
    ["none of them, which are counted", 160, { events: 0, fields: 0, textBytes: 160 }],
  ])("is %s, within %i bytes", (_, maxBytes, room) => {
    expect(roomWithin(maxBytes)).toEqual(room);
  });
});
