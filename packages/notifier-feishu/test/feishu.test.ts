import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import type { Notifier } from "@datasync-monitor/core";
import {
  type FeishuStandIn,
  type FeishuStandInOptions,
  fakeClock,
  feishuStandIn,
  type HostileHttp,
  hostileHttp,
  sampleBatch,
  sampleEvent,
  sendContext,
} from "@datasync-monitor/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { type FeishuOptions, feishu } from "../src/index.ts";
import {
  asDeliveryError,
  failureOf,
  hostOf,
  isObject,
  type Json,
  readable,
  shapes,
} from "./support.ts";

const closing: (() => Promise<void> | undefined)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

interface BotOptions extends FeishuStandInOptions {
  readonly notifier?: Omit<FeishuOptions, "webhookUrl">;
}

const bot = async ({
  notifier: options,
  ...rules
}: BotOptions = {}): Promise<{
  readonly bot: FeishuStandIn;
  readonly notifier: Notifier;
}> => {
  const standIn = await feishuStandIn(rules);
  const notifier = feishu({ ...options, webhookUrl: standIn.url });
  closing.push(standIn.close, () => notifier.close?.());
  return { bot: standIn, notifier };
};

const gateway = async (): Promise<{ readonly http: HostileHttp; readonly notifier: Notifier }> => {
  const http = await hostileHttp();
  const notifier = feishu({ webhookUrl: http.url });
  closing.push(http.close, () => notifier.close?.());
  return { http, notifier };
};

const messageOf = (standIn: FeishuStandIn, index = 0): Json => {
  const message = standIn.messages()[index];
  return isObject(message) ? message : expect.fail("no such message");
};

const verify = async (notifier: Notifier) => {
  try {
    await notifier.verify?.({ signal: AbortSignal.timeout(5_000) });
    return undefined;
  } catch (error) {
    return asDeliveryError(error);
  }
};

describe("send", () => {
  it.each(shapes)("is accepted in the shape %o, alone and as a digest", async (shape) => {
    const { bot: standIn, notifier } = await bot({
      secret: "demo",
      keywords: ["应用报警"],
      notifier: {
        secret: "demo",
        keyword: "应用报警",
        ...shape,
        mentionAll: true,
        mentions: ["ou_1"],
      },
    });
    expect(await failureOf(notifier)).toBeUndefined();
    await notifier.send(sampleBatch(20), sendContext());
    expect(standIn.messages()).toHaveLength(2);
    expect(standIn.attempts()).toBe(2);
  });

  it("sends a card in Chinese where nothing is said", async () => {
    const { bot: standIn, notifier } = await bot();
    notifier.attach?.(hostOf());
    await failureOf(notifier);
    expect(messageOf(standIn).msg_type).toBe("interactive");
    expect(readable(messageOf(standIn))).toContain("数据同步完成: 1000条记录");
  });

  it("tells the time in the monitor's zone, unless it has its own", async () => {
    for (const [timeZone, time] of [
      [undefined, "2025-08-29 18:30:00 +08:00"],
      ["Asia/Tokyo", "2025-08-29 19:30:00 +09:00"],
    ] as const) {
      const { bot: standIn, notifier } = await bot({ notifier: { timeZone } });
      notifier.attach?.(hostOf());
      await failureOf(notifier);
      expect(readable(messageOf(standIn))).toContain(time);
    }
  });

  it("signs each attempt by the monitor's clock, so an event may have waited for hours (trap 5)", async () => {
    const clock = fakeClock(Date.UTC(2025, 7, 29, 10, 30));
    const { bot: standIn, notifier } = await bot({
      secret: "demo",
      now: clock.now,
      notifier: { secret: "demo" },
    });
    notifier.attach?.(hostOf(clock));
    await failureOf(notifier);
    clock.step(2 * 3_600_000);
    expect(await failureOf(notifier, { attempt: 2 })).toBeUndefined();
    expect(messageOf(standIn, 0).timestamp).toBe("1756463400");
    expect(messageOf(standIn, 1).timestamp).toBe("1756470600");
    expect(messageOf(standIn, 1).sign).not.toBe(messageOf(standIn, 0).sign);
  });

  it("fails on a code that comes with HTTP 200 (trap 1)", async () => {
    const { bot: standIn, notifier } = await bot();
    await standIn.meet("endpoint");
    expect((await failureOf(notifier))?.code).toBe("endpoint");
    expect(standIn.attempts()).toBe(1);
  });

  it("is no success on a page of HTML, nor on an empty body (trap 3)", async () => {
    const { http, notifier } = await gateway();
    for (const body of ["<html></html>", "", "[]", "123", "{}"]) {
      http.answer(200, body);
      expect((await failureOf(notifier))?.code).toBe("ambiguous");
    }
  });

  it("obeys the gateway's header at HTTP 429", async () => {
    const { http, notifier } = await gateway();
    http.answer(429, '{"code":99991400}', { "x-ogw-ratelimit-reset": "42" });
    const error = await failureOf(notifier);
    expect([error?.code, error?.retryAfterMs]).toEqual(["rate-limited", 42_000]);
  });

  it("goes down from card to post to text, then gives the message up (trap 15)", async () => {
    const { bot: standIn, notifier } = await bot();
    const resumes: unknown[] = [];
    standIn.answer(11246, "card content is invalid");
    for (let resume = null; ; ) {
      const error = await failureOf(notifier, { resume });
      expect(error?.code).toBe("payload");
      if (error?.resume === undefined) break;
      resumes.push(error.resume);
      resume = JSON.parse(JSON.stringify(error.resume));
    }
    expect(resumes).toEqual([{ format: "post" }, { format: "text" }]);
  });

  it.each(["1.0", "2.0"] as const)(
    "delivers as post what was refused as a %s card (trap 15)",
    async (cardSchema) => {
      const { bot: standIn, notifier } = await bot({ notifier: { cardSchema } });
      standIn.answer(230_099, "ErrCode: 11310; ErrMsg: card table number over limit", 1);
      const error = await failureOf(notifier);
      expect(await failureOf(notifier, { resume: error?.resume ?? null })).toBeUndefined();
      expect(messageOf(standIn).msg_type).toBe("post");
    },
  );

  it("delivers in half the bytes what was refused for its size, once (trap 16)", async () => {
    const { bot: standIn, notifier } = await bot();
    const event = sampleEvent({ message: "数".repeat(8_000) });
    standIn.answer(19036, "the request body exceeds the size limit of 30KB", 1);
    const error = await failureOf(notifier, {}, event);
    const resume = error?.resume ?? null;
    expect(await failureOf(notifier, { resume }, event)).toBeUndefined();
    expect(Buffer.byteLength(JSON.stringify(messageOf(standIn)))).toBeLessThanOrEqual(10_000);
    standIn.answer(19036);
    expect((await failureOf(notifier, { resume }, event))?.resume).toBeUndefined();
  });

  it("leaves mentions out where only an administrator may make them", async () => {
    const { bot: standIn, notifier } = await bot({
      notifier: { mentionAll: true, format: "text" },
    });
    standIn.answer(11235, "only admin", 1);
    const error = await failureOf(notifier);
    expect(await failureOf(notifier, { resume: error?.resume ?? null })).toBeUndefined();
    expect(JSON.stringify(messageOf(standIn))).not.toContain("<at");
  });

  it("names the keyword option where the bot finds none of its keywords (trap 13)", async () => {
    const { notifier } = await bot({ keywords: ["应用报警"] });
    const error = await failureOf(notifier);
    expect(error?.code).toBe("config");
    expect(error?.message).toContain("`keyword`");
  });

  it("stops when it is told to", async () => {
    const { bot: standIn, notifier } = await bot();
    await standIn.meet("hang");
    const error = await failureOf(notifier, { signal: AbortSignal.timeout(30) });
    expect(error?.code).toBe("ambiguous");
  });

  it("shows no secret in what it throws (trap 30)", async () => {
    const secret = "SIGNING-SECRET";
    const { bot: standIn, notifier } = await bot({ secret: "other", notifier: { secret } });
    const token = new URL(standIn.url).pathname;
    const errors = [await failureOf(notifier), await verify(notifier)];
    for (const condition of ["endpoint", "unavailable", "garble", "reset", "refuse"] as const) {
      await standIn.meet(condition);
      errors.push(await failureOf(notifier), await verify(notifier));
    }
    for (const error of errors) {
      const shown = inspect(error, { depth: null, showHidden: true });
      expect(error).toBeDefined();
      expect(shown).not.toContain(secret);
      expect(shown).not.toContain(token);
      expect(shown).not.toContain("数据同步完成");
    }
  });
});

describe("verify", () => {
  it("finds a bot with the right secret, and posts nothing", async () => {
    const { bot: standIn, notifier } = await bot({ secret: "demo", notifier: { secret: "demo" } });
    expect(await verify(notifier)).toBeUndefined();
    expect(standIn.messages()).toEqual([]);
    expect(standIn.attempts()).toBe(1);
  });

  it("finds a bot without a secret", async () => {
    const { notifier } = await bot();
    expect(await verify(notifier)).toBeUndefined();
  });

  it("tells a wrong secret", async () => {
    const { notifier } = await bot({ secret: "demo", notifier: { secret: "wrong" } });
    const error = await verify(notifier);
    expect(error?.code).toBe("config");
    expect(error?.message).toContain("check that `secret`");
  });

  it("tells a missing secret", async () => {
    const { notifier } = await bot({ secret: "demo" });
    const error = await verify(notifier);
    expect(error?.code).toBe("config");
    expect(error?.message).toContain("set `secret`");
  });

  it("tells a token that is gone", async () => {
    const { bot: standIn } = await bot();
    const notifier = feishu({ webhookUrl: `${standIn.url}-gone` });
    closing.push(() => notifier.close?.());
    expect((await verify(notifier))?.code).toBe("endpoint");
  });

  it("tells a dead port", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const notifier = feishu({ webhookUrl: `http://127.0.0.1:${port}/hook` });
    closing.push(() => notifier.close?.());
    expect((await verify(notifier))?.code).toBe("unavailable");
  });

  it("tells an address that is no bot's", async () => {
    const { http, notifier } = await gateway();
    http.answer(200, "<html>welcome</html>");
    expect((await verify(notifier))?.code).toBe("config");
  });
});
