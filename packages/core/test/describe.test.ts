import { expect, it, describe as suite } from "vitest";
import { describe as inWords } from "../src/describe.ts";
import { checkTimeZone, describeTime } from "../src/describe-time.ts";
import { ConfigError } from "../src/errors.ts";
import { EventLevel, EventType } from "../src/event.ts";
import type { Locale } from "../src/notifier.ts";
import { detail, fieldsOf, guide } from "./support/described.ts";

const metric = (key: string, value: number, locale: Locale = "en"): string | undefined =>
  fieldsOf({ metrics: { [key]: value } }, locale)[0]?.value;

suite("describe", () => {
  it("puts the guide's event into English, in UTC by default", () => {
    expect(inWords(guide)).toEqual({
      title: "Data sync succeeded",
      level: "info",
      levelLabel: "Info",
      color: "#2563eb",
      message: "数据同步完成: 1000条记录",
      time: "2025-08-29 10:30:00 +00:00",
      fields: [
        { label: "Service", value: "datasync", short: true },
        { label: "Event type", value: "sync_success", short: true },
        { label: "Time", value: "2025-08-29 10:30:00 +00:00", short: true },
        { label: "Records synced", value: "1,000", short: true },
        { label: "Duration", value: "30.5 s", short: true },
        { label: "Success rate", value: "100%", short: true },
        { label: "Tables", value: "coin_data, indicator_data", short: true },
      ],
      errors: [],
    });
  });

  it("tells what went wrong before all metrics and other details, however many there are", () => {
    const metrics = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`m_${at}`, at]));
    const details = { table: "t", last_error: "older", error: { name: "Error", message: "lost" } };
    const { fields, errors } = inWords({ ...guide, metrics, details });
    expect(errors.map(({ label, value }) => `${label}: ${value}`)).toEqual([
      "Last error: older",
      "Error: lost",
    ]);
    expect(fields.slice(3, 5)).toEqual(errors);
    const said = [
      { error: false, last_error: null },
      { error: {}, last_error: [] },
    ].map((nothing) => inWords({ ...guide, details: nothing }));
    expect(said.map(({ errors }) => errors)).toEqual([[], []]);
    expect(said.map(({ fields }) => fields.slice(-2).map(({ value }) => value))).toEqual([
      ["no", "none"],
      ["none", "none"],
    ]);
  });

  it("puts it into Chinese, in a named zone", () => {
    const said = inWords(guide, { locale: "zh-CN", timeZone: "Asia/Shanghai" });
    expect(said).toMatchObject({
      title: "数据同步成功",
      levelLabel: "信息",
      time: "2025-08-29 18:30:00 +08:00",
    });
    expect(said.fields.map(({ label, value }) => `${label}: ${value}`)).toEqual([
      "服务: datasync",
      "事件类型: sync_success",
      "时间: 2025-08-29 18:30:00 +08:00",
      "同步记录数: 1,000",
      "耗时: 30.5 秒",
      "成功率: 100%",
      "数据表: coin_data、indicator_data",
    ]);
  });

  it("has a title of its own for each of the 13 types in both languages", () => {
    for (const locale of ["en", "zh-CN"] as const) {
      const titles = Object.values(EventType).map(
        (event_type) => inWords({ ...guide, event_type }, { locale }).title,
      );
      expect(new Set(titles).size).toBe(13);
      expect(titles.filter((title) => /_/.test(title))).toEqual([]);
    }
    expect(inWords({ ...guide, event_type: "sync_failure" }).title).toBe("Data sync failed");
    expect(inWords({ ...guide, event_type: "sync_failure" }, { locale: "zh-CN" }).title).toBe(
      "数据同步失败",
    );
  });

  it("calls your own types by their name, even one named like a property of every object", () => {
    expect(inWords({ ...guide, event_type: "invoice_paid" }).title).toBe("invoice_paid");
    expect(inWords({ ...guide, event_type: "constructor" }).title).toBe("constructor");
    expect(
      fieldsOf({ details: { constructor: 1, toString: 2 } }).map(({ label }) => label),
    ).toEqual(["constructor", "toString"]);
  });

  it("tells the levels apart by colour and word", () => {
    const all = Object.values(EventLevel).map((level) =>
      inWords({ ...guide, level }, { locale: "zh-CN" }),
    );
    expect(all.map(({ levelLabel }) => levelLabel)).toEqual(["信息", "警告", "错误", "严重"]);
    expect(new Set(all.map(({ color }) => color)).size).toBe(4);
    expect(all.every(({ color }) => /^#[0-9a-f]{6}$/.test(color))).toBe(true);
  });

  it("is the same, but in English, for a language it does not speak", () => {
    expect(inWords(guide, { locale: "fr" as Locale })).toEqual(inWords(guide));
  });
});

suite("describe, the time", () => {
  const at = (timestamp: string, timeZone: string): string =>
    inWords({ ...guide, timestamp }, { timeZone }).time;

  it("follows summer time, odd offsets and the turn of the day", () => {
    expect(at("2025-01-15T12:00:00.000Z", "Europe/Berlin")).toBe("2025-01-15 13:00:00 +01:00");
    expect(at("2025-07-15T12:00:00.000Z", "Europe/Berlin")).toBe("2025-07-15 14:00:00 +02:00");
    expect(at("2025-01-01T00:00:00.000Z", "America/St_Johns")).toBe("2024-12-31 20:30:00 -03:30");
    expect(at("2025-01-01T00:00:00.000Z", "UTC")).toBe("2025-01-01 00:00:00 +00:00");
    expect(at("2025-01-01T00:00:00.000Z", "Asia/Kathmandu")).toBe("2025-01-01 05:45:00 +05:45");
  });

  it("is there for texts that name a moment", () => {
    expect(describeTime("2025-08-29T10:30:00.000Z", "Asia/Shanghai")).toBe(
      "2025-08-29 18:30:00 +08:00",
    );
  });

  it("shows a stamp that is no time as it is", () => {
    expect(at("yesterday\n", "UTC")).toBe("yesterday");
  });

  it("refuses a zone that does not exist and says what one looks like", () => {
    expect(checkTimeZone("createMonitor()", "Asia/Shanghai")).toBe("Asia/Shanghai");
    expect(checkTimeZone("createMonitor()", undefined)).toBe("UTC");
    for (const zone of ["Mars/Base", "", 8, null]) {
      expect(() => checkTimeZone("createMonitor()", zone)).toThrow(ConfigError);
      expect(() => checkTimeZone("createMonitor()", zone)).toThrow(
        /createMonitor\(\): `timeZone` .*Asia\/Shanghai/,
      );
    }
    expect(() => inWords(guide, { timeZone: "Mars/Base" })).toThrow(ConfigError);
  });
});

suite("describe, numbers", () => {
  it.each([
    [0, "0 s"],
    [0.0004, "0.4 ms"],
    [0.35, "350 ms"],
    [0.9996, "1 s"],
    [30.5, "30.5 s"],
    [59.97, "1 min"],
    [125, "2 min 5 s"],
    [3_599.9, "1 h"],
    [3_720, "1 h 2 min"],
    [86_399, "1 d"],
    [273_600, "3 d 4 h"],
    [-2, "-2 s"],
  ])("writes %d seconds as %s", (seconds, text) => {
    expect(metric("duration_seconds", seconds)).toBe(text);
    expect(metric("lag_seconds", seconds)).toBe(text);
  });

  it("writes durations in Chinese", () => {
    expect(metric("duration_seconds", 125, "zh-CN")).toBe("2 分钟 5 秒");
    expect(metric("duration_seconds", 0.35, "zh-CN")).toBe("350 毫秒");
    expect(metric("uptime_seconds", 273_600, "zh-CN")).toBe("3 天 4 小时");
  });

  it.each([
    ["free_bytes", 0, "0 B"],
    ["free_bytes", 1_023, "1,023 B"],
    ["free_bytes", 1_048_575, "1 MiB"],
    ["growth_bytes_per_hour", -1_048_576, "-1 MiB"],
    ["seconds_to_full", 90, "1 min 30 s"],
    ["total_bytes", 123_456_789, "117.7 MiB"],
    ["my_bytes", 5 * 1_024 ** 4, "5 TiB"],
    ["my_bytes", -2_048, "-2 KiB"],
    ["success_rate", 0.9876, "98.76%"],
    ["success_rate", 98, "98"],
    ["success_rate", 0.99999, "99.99%"],
    ["success_rate", 0.00001, "0.01%"],
    ["success_rate", 0, "0%"],
    ["success_rate", 1, "100%"],
    ["used_ratio", 0.5, "50%"],
    ["records_synced", 1_234_567, "1,234,567"],
    ["anything", 12_345.6789, "12,345.679"],
    ["anything", 0.000012345, "0.00001235"],
  ])("writes the metric %s of %d as %s", (key, value, text) => {
    expect(metric(key, value)).toBe(text);
  });

  it.each([
    ["records_synced", 1e308, "1E308"],
    ["anything", -1.23456e100, "-1.235E100"],
    ["anything", 5e-324, "5E-324"],
    ["duration_seconds", 1e308, "1E308 s"],
    ["duration_seconds", 1e-300, "1E-297 ms"],
    ["duration_seconds", 5e-7, "0.0005 ms"],
    ["my_bytes", 1.7e308, "1.51E293 PiB"],
    ["success_rate", 1e300, "1E300"],
    ["anything", 1e20, "100,000,000,000,000,000,000"],
  ])("writes the metric %s of %d in few characters: %s", (key, value, text) => {
    expect(metric(key, value)).toBe(text);
  });

  it("writes a detail that is huge or tiny as JavaScript does, by its exponent", () => {
    expect(detail("job", 1e300)).toBe("1E300");
    expect(detail("job", 123_456_789_012_345_680)).toBe("123456789012345680");
    expect(detail("epsilon", -2e-16, "zh-CN")).toBe("-2E-16");
  });

  it("groups the digits of counts among the details, but not those of ports, years and ids", () => {
    expect(detail("records_deleted", 12_345)).toBe("12,345");
    expect(detail("retry_count", 12_345)).toBe("12,345");
    expect(detail("job", 12_345)).toBe("12345");
    expect(detail("ratio", 0.00001)).toBe("0.00001");
  });

  it("tells two details apart that differ little", () => {
    expect(detail("state", { expected: 1.0001, actual: 1.0004, sum: 0.1 + 0.2 })).toBe(
      "expected: 1.0001, actual: 1.0004, sum: 0.3",
    );
  });
});
