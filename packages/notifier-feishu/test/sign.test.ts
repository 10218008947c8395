import { fakeClock, feishuStandIn } from "@datasync-monitor/testkit";
import { expect, it } from "vitest";
import { feishu } from "../src/index.ts";
import { envelope, sign } from "../src/sign.ts";
import { failureOf, hostOf } from "./support.ts";

it("signs as the vendor's sample does (trap 4)", () => {
  expect(sign("demo", "1599360473")).toBe("l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=");
});

it("does not sign as DingTalk does", () => {
  expect(sign("demo", "1599360473")).not.toBe("DkEDUyVoOOJ539qBvUgMyzkzIdRWlf4e/V3Rq+ONJnQ=");
});

it("carries the time as a string of whole seconds", () => {
  expect(envelope("demo", 1_599_360_473_999)).toEqual({
    timestamp: "1599360473",
    sign: "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=",
  });
});

it("carries nothing without a secret", () => {
  expect(envelope(undefined, 1_599_360_473_999)).toEqual({});
});

it("is a fault that passes where the answer to it came six minutes later, and the settings' else", async () => {
  const bot = await feishuStandIn({ secret: "demo" });
  for (const [minutes, code] of [
    [6, "unavailable"],
    [4, "config"],
  ]) {
    const clock = fakeClock();
    const later = () => {
      clock.step(Number(minutes) * 60_000);
      return clock.now();
    };
    const notifier = feishu({ webhookUrl: bot.url, secret: "another" });
    notifier.attach?.(hostOf({ ...clock, now: later }));
    expect((await failureOf(notifier))?.code).toBe(code);
    await notifier.close?.();
  }
  await bot.close();
});
