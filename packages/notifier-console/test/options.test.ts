import { ConfigError } from "@datasync-monitor/core";
import { notifierHost, sampleEvent, sendContext } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { type ConsoleOptions, consoleNotifier } from "../src/index.ts";
import { colorByDefault, readOptions } from "../src/options.ts";
import { sink } from "./support.ts";

const printed = async (isTTY: boolean, options: ConsoleOptions = {}): Promise<string> => {
  const { stream, text } = sink({ isTTY });
  await consoleNotifier({ color: false, ...options, stream }).send([sampleEvent()], sendContext());
  return text();
};

describe("format", () => {
  it("is pretty on a terminal and JSON elsewhere, unless it is said", async () => {
    expect(await printed(true)).toMatch(/INFO \[datasync\]/);
    expect(JSON.parse(await printed(false))).toEqual(sampleEvent());
    expect(await printed(false, { format: "pretty" })).toMatch(/INFO \[datasync\]/);
    expect(JSON.parse(await printed(true, { format: "json" }))).toEqual(sampleEvent());
  });
});

describe("colour", () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [true, { TERM: "dumb" }, false],
    [false, { FORCE_COLOR: "1" }, true],
    [true, { FORCE_COLOR: "0" }, false],
    [true, { FORCE_COLOR: "false" }, false],
    [false, { FORCE_COLOR: "3", NO_COLOR: "1" }, true],
    [false, { FORCE_COLOR: "" }, false],
  ])("on a terminal (%s) with %j is %s", (isTerminal, env, expected) => {
    expect(colorByDefault(isTerminal, env)).toBe(expected);
  });

  it("is what the option says, whatever the environment says", () => {
    const { stream } = sink({ isTTY: true });
    expect(readOptions({ stream, color: true }, { NO_COLOR: "1" }).color).toBe(true);
    expect(readOptions({ stream, color: false }, { FORCE_COLOR: "1" }).color).toBe(false);
  });
});

describe("language and time zone", () => {
  it("are the monitor's unless they are said", async () => {
    const { stream, text } = sink();
    const [monitors, own] = [
      consoleNotifier({ stream, format: "pretty" }),
      consoleNotifier({ stream, format: "pretty", locale: "en", timeZone: "UTC" }),
    ];
    for (const notifier of [monitors, own]) {
      notifier.attach?.(notifierHost({ locale: "zh-CN", timeZone: "Asia/Shanghai" }));
      await notifier.send([sampleEvent()], sendContext());
    }
    const [first, second] = text()
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith(" "));
    expect(first).toMatch(/^2025-08-29 18:30:00 \+08:00 信息 /);
    expect(second).toMatch(/^2025-08-29 10:30:00 \+00:00 INFO /);
  });
});

describe("a wrong option", () => {
  it.each([
    [{ formatt: "json" }, "Did you mean `format`?"],
    [{ format: "xml" }, "`format` must be one of"],
    [{ color: "yes" }, "`color` must be true or false"],
    [{ locale: "fr" }, "`locale` must be one of"],
    [{ timeZone: "Mars/Olympus" }, "`timeZone` must be an IANA name"],
    [{ stream: {} }, "`stream` must have a `write(text, done)` method"],
    [null, "takes an options object"],
  ])("is named: %j", (options, message) => {
    const make = () => consoleNotifier(options as ConsoleOptions);
    expect(make).toThrow(message);
    expect(make).toThrow(ConfigError);
  });

  it("is none when there are no options, and the stream is the standard output", () => {
    expect(consoleNotifier()).toMatchObject({ contract: 1, id: "console", maxBatchSize: 100 });
    expect(readOptions({}, {}).stream).toBe(process.stdout);
  });
});
