import { inspect } from "node:util";
import { DeliveryError, type Notifier } from "@datasync-monitor/core";
import {
  fakeClock,
  type HostileHttp,
  hostileHttp,
  notifierHost,
  type SlackStandIn,
  sampleBatch,
  sampleEvent,
  sendContext,
  slackStandIn,
} from "@datasync-monitor/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { slack } from "../src/slack.ts";
import { secret } from "./support.ts";

const failureOf = async (work: Promise<unknown> | undefined): Promise<DeliveryError> => {
  const failure = await Promise.resolve(work).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!DeliveryError.is(failure)) throw new Error(`expected a DeliveryError, got ${failure}`);
  return failure;
};

describe("slack()", () => {
  let server: SlackStandIn;
  let notifier: Notifier;

  beforeEach(async () => {
    server = await slackStandIn();
    notifier = slack({ webhookUrl: server.url });
  });
  afterEach(async () => {
    await notifier.close?.();
    await server.close();
  });

  const send = async (options: Parameters<typeof sendContext>[0] = {}) =>
    notifier.send([sampleEvent()], sendContext(options));

  it("posts one message that Slack accepts", async () => {
    await send();
    expect(server.messages()).toMatchObject([
      {
        text: expect.stringContaining("数据同步完成"),
        blocks: [{}, {}],
        attachments: [{ blocks: [{}, {}] }],
      },
    ]);
    expect(server.attempts()).toBe(1);
  });

  it("posts twenty events as one message that Slack accepts", async () => {
    await notifier.send(sampleBatch(20, { message: "<&>".repeat(5_000) }), sendContext());
    expect(server.messages()).toHaveLength(1);
  });

  it("never posts its own settings (trap 29)", async () => {
    const second = slack({ webhookUrl: server.url });
    await send();
    await second.send([sampleEvent()], sendContext());
    await second.close?.();
    for (const message of server.messages()) {
      expect(Object.keys(message as object).sort()).toEqual([
        "attachments",
        "blocks",
        "text",
        "unfurl_links",
        "unfurl_media",
      ]);
    }
    expect(server.messages()).toHaveLength(2);
  });

  it("leaves alone the options it is given, which two notifiers may share (trap 29)", async () => {
    const shared = Object.freeze({ webhookUrl: server.url, locale: "zh-CN" as const });
    const both = [slack(shared), slack(shared)];
    for (const each of both) {
      await each.send([sampleEvent()], sendContext());
      await each.close?.();
    }
    const [first, second] = server.messages();
    expect(second).toEqual(first);
    expect(both[0]?.destinationKey).toBe(both[1]?.destinationKey);
  });

  it("does not take 200 `invalid_payload` for success (trap 18)", async () => {
    server.answer(200, "invalid_payload");
    expect(await failureOf(send())).toMatchObject({ code: "payload" });
    expect(server.attempts()).toBe(1);
  });

  it("takes `ok` for success whatever its content type and white space (trap 19)", async () => {
    server.answer(200, "ok\n", { "content-type": "application/json" });
    await send();
    expect(server.attempts()).toBe(1);
  });

  it("waits as long as Slack asks, and leaves the waiting to the pipeline (trap 20)", async () => {
    await server.meet("rate-limited", { retryAfterSeconds: 30 });
    expect(await failureOf(send())).toMatchObject({ code: "rate-limited", retryAfterMs: 30_000 });
    expect(server.attempts()).toBe(1);
  });

  it("reckons a date in Retry-After from the monitor's clock (trap 20)", async () => {
    notifier.attach?.(notifierHost({ clock: fakeClock(Date.parse("2025-08-29T10:30:00Z")) }));
    server.answer(429, "", { "retry-after": "Fri, 29 Aug 2025 10:30:07 GMT" });
    expect(await failureOf(send())).toMatchObject({ retryAfterMs: 7_000 });
  });

  it("knows a webhook that is gone from trouble that passes (traps 21 and 22)", async () => {
    server.answer(404, "no_active_hooks");
    expect(await failureOf(send())).toMatchObject({ code: "endpoint" });
    server.answer(410, "channel_is_archived");
    expect(await failureOf(send())).toMatchObject({ code: "endpoint" });
    server.answer(500, "rollup_error");
    expect(await failureOf(send())).toMatchObject({ code: "unavailable" });
    expect(server.attempts()).toBe(3);
  });

  it("sends the same events without blocks once Slack has refused the blocks", async () => {
    server.answer(400, "invalid_blocks", {}, 1);
    const { code, resume } = await failureOf(send());
    expect({ code, resume }).toEqual({ code: "payload", resume: { format: "text" } });
    await send({ resume: resume ?? null, attempt: 2 });
    const [message] = server.messages();
    expect(message).not.toHaveProperty("attachments");
    expect(message).not.toHaveProperty("blocks");
    expect(message).toMatchObject({ text: expect.stringContaining("数据同步完成") });

    server.answer(400, "invalid_blocks", {}, 1);
    expect((await failureOf(send({ resume: resume ?? null }))).resume).toBeUndefined();
  });

  it("speaks the monitor's language unless told otherwise", async () => {
    notifier.attach?.(notifierHost({ locale: "zh-CN", timeZone: "Asia/Shanghai" }));
    await send();
    const own = slack({ webhookUrl: server.url, locale: "en", timeZone: "UTC" });
    await own.send([sampleEvent()], sendContext());
    await own.close?.();
    const [chinese, english] = server.messages().map((message) => JSON.stringify(message));
    expect(chinese).toContain("+08:00");
    expect(english).toContain("+00:00");
    expect(chinese).toContain("信息");
  });

  describe("verify()", () => {
    const verify = async () => notifier.verify?.({ signal: new AbortController().signal });

    it("passes at a webhook that works, and posts nothing anybody sees", async () => {
      await verify();
      expect(server.messages()).toEqual([]);
      expect(server.attempts()).toBe(1);
    });

    it("tells a wrong secret, a webhook that is gone and a dead port apart", async () => {
      await server.meet("config");
      expect(await failureOf(verify())).toMatchObject({ code: "config" });
      await server.meet("endpoint");
      expect(await failureOf(verify())).toMatchObject({ code: "endpoint" });
      await server.meet("refuse");
      const late = slack({ webhookUrl: server.url }); // no kept-alive connection to lose
      const failure = await failureOf(late.verify?.({ signal: new AbortController().signal }));
      expect(failure).toMatchObject({ code: "unavailable" });
      await late.close?.();
    });

    it("finds a URL of the right team with a wrong last part", async () => {
      const wrong = slack({ webhookUrl: server.url.replace(secret, "another") });
      const failure = await failureOf(wrong.verify?.({ signal: new AbortController().signal }));
      expect(failure).toMatchObject({ code: "config" });
      await wrong.close?.();
    });
  });
});

describe("a server that misbehaves", () => {
  let server: HostileHttp;
  let notifier: Notifier;

  beforeEach(async () => {
    server = await hostileHttp({ path: `/services/T0/B0/${secret}` });
    notifier = slack({ webhookUrl: server.url });
  });
  afterEach(async () => {
    await notifier.close?.();
    await server.close();
  });

  const send = async (signal = new AbortController().signal) =>
    notifier.send([sampleEvent()], sendContext({ signal }));

  it("redirects in vain: nothing is carried to a stranger", async () => {
    server.misbehave("redirect");
    expect(await failureOf(send())).toMatchObject({ code: "config" });
    expect(server.strays()).toEqual([]);
    expect(server.attempts()).toBe(1);
  });

  it.each(["reset", "garbage", "half-close"] as const)(
    "leaves open by %s whether the message arrived",
    async (how) => {
      server.misbehave(how);
      expect(await failureOf(send())).toMatchObject({ code: "ambiguous" });
      expect(server.attempts()).toBe(1);
    },
  );

  it.each(["hang-headers", "hang-body", "drip"] as const)(
    "is left by our signal when it answers by %s",
    async (how) => {
      server.misbehave(how);
      expect(await failureOf(send(AbortSignal.timeout(50)))).toMatchObject({ code: "ambiguous" });
    },
  );

  it("never sees a message that was called off before", async () => {
    expect(await failureOf(send(AbortSignal.abort()))).toMatchObject({ code: "aborted" });
    expect(server.attempts()).toBe(0);
  });

  it("learns the URL and nobody else does (trap 30)", async () => {
    const failures: unknown[] = [notifier];
    for (const how of ["reset", "garbage", "redirect", "hang-headers"] as const) {
      server.misbehave(how);
      failures.push(await failureOf(send(AbortSignal.timeout(50))));
    }
    for (const [status, body] of [
      [200, server.url],
      [404, `no such hook: ${server.url}`],
      [500, secret],
      [200, `${secret}_${secret}`.toLowerCase()],
    ] as const) {
      server.answer(status, body);
      failures.push(await failureOf(send()));
    }
    await server.meet("refuse");
    failures.push(await failureOf(send()));
    for (const failure of failures) {
      const shown = inspect(failure, { depth: 10, showHidden: true }) + JSON.stringify(failure);
      expect(shown).not.toContain(secret);
      expect(shown).not.toContain("services/");
    }
  });
});
