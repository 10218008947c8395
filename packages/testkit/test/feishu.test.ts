import { createHmac } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { type FeishuStandIn, type FeishuStandInOptions, feishuStandIn } from "../src/index.ts";
import { broken, card, page, text, whole } from "./support/feishu-messages.ts";

let bot: FeishuStandIn;
afterEach(() => bot.close());

const start = async (options?: FeishuStandInOptions): Promise<void> => {
  bot = await feishuStandIn(options);
};

const post = (body: unknown, url = bot.url): Promise<Response> =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

const codeOf = async (body: unknown, url?: string): Promise<unknown> => {
  const answer: unknown = await (await post(body, url)).json();
  return typeof answer === "object" && answer !== null && "code" in answer ? answer.code : answer;
};

describe("feishuStandIn", () => {
  it.each(Object.entries(whole))("accepts %s, with the vendor's answer", async (_what, message) => {
    await start();
    const response = await post(message);
    expect([response.status, await response.text()]).toEqual([
      200,
      '{"code":0,"msg":"success","data":{},"StatusCode":0,"StatusMessage":"success"}',
    ]);
    expect(bot.messages()).toEqual([message]);
    expect([bot.attempts(), bot.refusals()]).toEqual([1, 0]);
  });

  it.each(Object.entries(broken))("refuses %s", async (_what, [code, body]) => {
    await start();
    const response = await post(body);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ code });
    expect([bot.messages().length, bot.refusals()]).toEqual([0, 1]);
  });

  it("knows whom its messages would alert: by a node, in text and in Markdown", async () => {
    await start();
    await post(text('<at user_id="all">all</at> &lt;at user_id="all"&gt;'));
    await post(
      page([
        [
          { tag: "at", user_id: "ou_1" },
          { tag: "text", text: "<at id=all></at>" },
        ],
      ]),
    );
    const markdown = { tag: "markdown", content: "<AT\nid=all></AT> &#60;at id=all>" };
    const plain = { tag: "div", text: { tag: "plain_text", content: "<at id=all></at>" } };
    await post(card({ elements: [markdown, plain] }));
    expect(bot.alerted()).toEqual(['<at user_id="all">', "ou_1", "<AT\nid=all>"]);
  });

  it("takes no broken message, although its answer is garbled", async () => {
    await start();
    await bot.meet("garble");
    expect(await codeOf({})).toBe(19002);
    expect(await (await post(text("x"))).text()).toContain("<html>");
    expect(bot.messages()).toHaveLength(1);
  });

  it("refuses another content type, and another method", async () => {
    await start();
    const plain = await fetch(bot.url, { method: "POST", body: JSON.stringify(whole.text) });
    expect(await plain.json()).toMatchObject({ code: 9499 });
    expect((await fetch(bot.url)).status).toBe(404);
  });

  it("answers 19001 to a token that it does not know, before it looks at anything else", async () => {
    await start({ secret: "demo", token: "another" });
    expect(bot.url).toMatch(/\/another$/);
    expect(await codeOf("", `${bot.url}x`)).toBe(19001);
    expect(await codeOf("")).toBe(19021);
  });

  describe("with a secret", () => {
    const timestamp = "1599360473";
    const golden = "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=";
    const at = (seconds: number) => start({ secret: "demo", now: () => seconds * 1000 });

    it("accepts the vendor's own signature, an hour around its time", async () => {
      await at(1599360473);
      const signed = { ...whole.text, timestamp, sign: golden };
      expect(await codeOf(signed)).toBe(0);
      await bot.close();
      await at(1599360473 + 3600);
      expect(await codeOf(signed)).toBe(0);
    });

    it.each([
      ["no signature", {}],
      ["a signature made the DingTalk way", "DkEDUyVoOOJ539qBvUgMyzkzIdRWlf4e/V3Rq+ONJnQ="],
      ["another secret's signature", "AAAAgAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="],
    ])("answers 19021 to %s", async (_what, sign) => {
      await at(1599360473);
      expect(await codeOf({ ...whole.text, timestamp, sign })).toBe(19021);
    });

    it("answers 19021 to a timestamp in milliseconds, as a number, or beyond the hour", async () => {
      await at(1599360473 + 3601);
      const sign = (stamp: string) =>
        createHmac("sha256", `${stamp}\ndemo`).update("").digest("base64");
      const milliseconds = "1599364074000";
      expect(await codeOf({ ...whole.text, timestamp, sign: golden })).toBe(19021);
      expect(
        await codeOf({ ...whole.text, timestamp: milliseconds, sign: sign(milliseconds) }),
      ).toBe(19021);
      const number = { ...whole.text, timestamp: 1599364074, sign: sign("1599364074") };
      expect(await codeOf(number)).toBe(19021);
    });

    it("tells a probe without a message apart, once it is signed", async () => {
      await at(1599360473);
      expect(await codeOf("")).toBe(19021);
      expect(await codeOf({ timestamp, sign: golden })).toBe(19002);
      expect(bot.messages()).toEqual([]);
    });
  });

  describe("with keywords", () => {
    it.each([
      ["text", text("all DataSync well")],
      [
        "a post's title",
        { msg_type: "post", content: { post: { zh_cn: { title: "DataSync", content: [[]] } } } },
      ],
      ["a card's markdown", card({ elements: [{ tag: "markdown", content: "DataSync" }] })],
    ])("finds one in %s", async (_where, message) => {
      await start({ keywords: ["other", "DataSync"] });
      expect(await codeOf(message)).toBe(0);
    });

    it.each([
      ["nowhere", text("all well")],
      [
        "a link's address alone",
        page([[{ tag: "a", text: "x", href: "https://DataSync.example" }]]),
      ],
    ])("answers 19024 when it stands %s", async (_where, message) => {
      await start({ keywords: ["DataSync"] });
      expect(await codeOf(message)).toBe(19024);
    });
  });

  it("counts the bytes of the whole body", async () => {
    await start();
    const envelope = Buffer.byteLength(JSON.stringify(text("")));
    const sized = (bytes: number) => text("长".repeat(2) + "x".repeat(bytes - envelope - 6));
    expect(await codeOf(sized(20_000))).toBe(0);
    expect(await codeOf(sized(20_001))).toBe(9499);
    expect(await codeOf(sized(30_720))).toBe(9499);
    expect(await codeOf(sized(30_721))).toBe(19036);
  });

  it("takes five messages a second and a hundred a minute, when it minds its rates", async () => {
    let now = 1_000_000;
    await start({ rates: true, now: () => now });
    const burst = async (count: number) => {
      const codes = [];
      for (let sent = 0; sent < count; sent += 1) codes.push(await codeOf(whole.text));
      return codes;
    };
    expect(await burst(6)).toEqual([0, 0, 0, 0, 0, 11232]);
    now += 999;
    expect(await burst(1)).toEqual([11232]);
    now += 1;
    for (let second = 0; second < 19; second += 1) {
      expect(await burst(5)).toEqual([0, 0, 0, 0, 0]);
      now += 1000;
    }
    expect(await burst(1)).toEqual([11232]);
    now = 1_060_000;
    expect(await burst(6)).toEqual([0, 0, 0, 0, 0, 11232]);
  });

  it.each([
    ["rate-limited", 200, 11232],
    ["payload", 200, 9499],
    ["endpoint", 200, 19001],
    ["config", 200, 19021],
  ] as const)("says %s by HTTP %i and code %i", async (condition, status, code) => {
    await start();
    await bot.meet(condition, { times: 1 });
    const response = await post(whole.text);
    expect([response.status, await response.json()]).toMatchObject([status, { code }]);
    expect(await codeOf(whole.text)).toBe(0);
  });

  it("says unavailable by HTTP 503, and garbles by a page of HTML that counts as accepted", async () => {
    await start();
    await bot.meet("unavailable", { times: 1 });
    expect((await post(whole.text)).status).toBe(503);
    expect(bot.messages()).toHaveLength(0);
    await bot.meet("garble");
    const response = await post(whole.text);
    expect([response.status, await response.text()]).toMatchObject([200, /^<html>/]);
    expect(bot.messages()).toHaveLength(1);
  });

  it("can be limited by the gateway instead", async () => {
    await start({ limitedBy: "gateway" });
    await bot.meet("rate-limited", { retryAfterSeconds: 7 });
    const response = await post(whole.text);
    expect([response.status, response.headers.get("x-ogw-ratelimit-reset")]).toEqual([429, "7"]);
    expect(await response.json()).toMatchObject({ code: 99991400 });
  });

  it("names a time to wait by the gateway, since its code has no place for one", async () => {
    await start();
    await bot.meet("rate-limited");
    expect(await codeOf(whole.text)).toBe(11232);
    await bot.meet("rate-limited", { retryAfterSeconds: 7 });
    const response = await post(whole.text);
    expect([response.status, response.headers.get("x-ogw-ratelimit-reset")]).toEqual([429, "7"]);
  });

  it("answers any code that a test asks for", async () => {
    await start();
    bot.answer(11246, "card content is invalid", 1);
    expect(await codeOf(whole.text)).toBe(11246);
    expect(await codeOf(whole.text)).toBe(0);
    expect(bot.messages()).toHaveLength(1);
  });
});
