import { afterEach, describe, expect, it } from "vitest";
import { type SlackStandIn, type SlackStandInOptions, slackStandIn } from "../src/index.ts";

let slack: SlackStandIn;
afterEach(() => slack.close());

const start = async (options?: SlackStandInOptions): Promise<void> => {
  slack = await slackStandIn(options);
};

const post = async (message: unknown, url = slack.url): Promise<readonly [number, string]> => {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof message === "string" ? message : JSON.stringify(message),
  });
  return [response.status, await response.text()];
};

const plain = (text: string) => ({ type: "plain_text", text });
const mrkdwn = (text: string) => ({ type: "mrkdwn", text });
const section = (text: string) => ({ type: "section", text: mrkdwn(text) });
const fields = (count: number, text = "x") => ({
  type: "section",
  fields: Array(count).fill(mrkdwn(text)),
});
const button = (parts: object = {}) => ({ type: "button", text: plain("go"), ...parts });
const blocks = (...list: readonly unknown[]) => ({ text: "t", blocks: list });

const whole = {
  "plain text": { text: "hello" },
  "every block at its limit": blocks(
    { type: "header", text: plain("x".repeat(150)) },
    section("x".repeat(3000)),
    fields(10),
    { type: "divider", block_id: "b".repeat(255) },
    { type: "context", elements: Array(10).fill(mrkdwn("x")) },
    { type: "actions", elements: Array(25).fill(button({ url: "https://x.example" })) },
    { type: "image", image_url: "https://x.example/a.png", alt_text: "a" },
  ),
  "50 blocks": blocks(...Array(50).fill({ type: "divider" })),
  "an attachment with a colour bar": {
    text: "t",
    attachments: [{ color: "#E01E5A", fallback: "f", blocks: [section("x")] }],
  },
};

const broken: Readonly<Record<string, readonly [string, unknown]>> = {
  "an empty body": ["invalid_payload", ""],
  "what is not JSON": ["invalid_payload", "payload=%7B"],
  "a list": ["invalid_payload", []],
  "an empty object": ["no_text", {}],
  "text of spaces": ["no_text", { text: "  " }],
  "blocks without text": ["no_text", { blocks: [section("x")] }],
  "101 attachments": ["too_many_attachments", { text: "t", attachments: Array(101).fill({}) }],
  "blocks that are no list": ["invalid_blocks_format", { text: "t", blocks: {} }],
  "51 blocks": ["invalid_blocks", blocks(...Array(51).fill({ type: "divider" }))],
  "51 blocks over text and attachment": [
    "invalid_blocks",
    {
      ...blocks(...Array(30).fill({ type: "divider" })),
      attachments: [{ blocks: Array(21).fill({ type: "divider" }) }],
    },
  ],
  "an unknown block": ["invalid_blocks", blocks({ type: "heading" })],
  "a header of 151": ["invalid_blocks", blocks({ type: "header", text: plain("x".repeat(151)) })],
  "a header in mrkdwn": ["invalid_blocks", blocks({ type: "header", text: mrkdwn("x") })],
  "an empty text object": ["invalid_blocks", blocks(section(""))],
  "a text object of spaces": ["invalid_blocks", blocks(section(" \n"))],
  "text of 3001": ["invalid_blocks", blocks(section("x".repeat(3001)))],
  "a section of nothing": ["invalid_blocks", blocks({ type: "section" })],
  "11 fields": ["invalid_blocks", blocks(fields(11))],
  "no fields": ["invalid_blocks", blocks(fields(0))],
  "a field of 2001": ["invalid_blocks", blocks(fields(1, "x".repeat(2001)))],
  "11 elements of context": [
    "invalid_blocks",
    blocks({ type: "context", elements: Array(11).fill(mrkdwn("x")) }),
  ],
  "a button's text of 76": [
    "invalid_blocks",
    blocks({ type: "actions", elements: [button({ text: plain("x".repeat(76)) })] }),
  ],
  "a block_id of 256": ["invalid_blocks", blocks({ type: "divider", block_id: "b".repeat(256) })],
  "a fault in an attachment": ["invalid_blocks", { text: "t", attachments: [blocks(section(""))] }],
  "blocks of more than 13,200 characters": [
    "msg_blocks_too_long",
    blocks(...Array(5).fill(section("x".repeat(2641)))),
  ],
};

describe("slackStandIn", () => {
  it.each(Object.entries(whole))("accepts %s by `ok`", async (_what, message) => {
    await start();
    expect(await post(message)).toEqual([200, "ok"]);
    expect(slack.messages()).toEqual([message]);
  });

  it.each(Object.entries(broken))("refuses %s", async (_what, [fault, message]) => {
    await start();
    expect(await post(message)).toEqual([400, fault]);
    expect([slack.messages().length, slack.refusals()]).toEqual([0, 1]);
  });

  it("knows whom its messages would alert: in every text but plain text", async () => {
    await start();
    await post(
      blocks(section("<!channel> &lt;!here&gt;"), { type: "header", text: plain("<@U1>") }),
    );
    await post({ text: "<@U2>", attachments: [{ fallback: "<!here|here>", blocks: [] }] });
    await post({ text: "@here" });
    expect(slack.alerted()).toEqual(["<!channel>", "<@U2>", "<!here|here>"]);
    await post({ text: "@here", link_names: true });
    expect(slack.alerted()).toHaveLength(4);
  });

  it("listens at the token of a test's choice", async () => {
    await start({ token: "another" });
    expect(slack.url).toMatch(/another$/);
    expect(await post({ text: "x" })).toEqual([200, "ok"]);
  });

  it("takes no broken message, although its answer is garbled", async () => {
    await start();
    await slack.meet("garble");
    expect((await post({}))[1]).toBe("no_text");
    expect((await post({ text: "x" }))[0]).toBe(200);
    expect(slack.messages()).toHaveLength(1);
  });

  it("knows its path, and a wrong secret on it", async () => {
    await start();
    expect(slack.url).toMatch(/\/services\/T\w+\/B\w+\/\w+$/);
    expect(await post({ text: "x" }, `${slack.url}x`)).toEqual([403, "invalid_token"]);
    expect(await post({ text: "x" }, new URL("/services/T1/B1/x", slack.url).href)).toEqual([
      404,
      "no_service",
    ]);
  });

  it("refuses another content type", async () => {
    await start();
    const response = await fetch(slack.url, { method: "POST", body: '{"text":"x"}' });
    expect([response.status, await response.text()]).toEqual([400, "invalid_payload"]);
  });

  it("takes a burst of four and then one a second, when it minds its rate", async () => {
    let now = 5000;
    await start({ rates: true, now: () => now });
    const burst = async (count: number) => {
      const statuses = [];
      for (let sent = 0; sent < count; sent += 1) statuses.push((await post({ text: "x" }))[0]);
      return statuses;
    };
    expect(await burst(5)).toEqual([200, 200, 200, 200, 429]);
    now += 500;
    const limited = await fetch(slack.url, { method: "POST" });
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "1"]);
    now += 500;
    expect(await burst(2)).toEqual([200, 429]);
    now += 60_000;
    expect(await burst(5)).toEqual([200, 200, 200, 200, 429]);
  });

  it.each([
    ["rate-limited", 429, "rate_limited"],
    ["unavailable", 500, "rollup_error"],
    ["payload", 400, "invalid_payload"],
    ["endpoint", 404, "no_service"],
    ["config", 403, "invalid_token"],
  ] as const)("says %s by %i %s", async (condition, status, word) => {
    await start();
    await slack.meet(condition, { times: 1 });
    expect(await post({ text: "x" })).toEqual([status, word]);
    expect(await post({ text: "x" })).toEqual([200, "ok"]);
  });

  it("answers anything that a test asks for, a failure at 200 too", async () => {
    await start();
    slack.answer(200, "invalid_payload", {}, 1);
    expect(await post({ text: "x" })).toEqual([200, "invalid_payload"]);
    slack.answer(410, "channel_is_archived", {}, 1);
    expect(await post({ text: "x" })).toEqual([410, "channel_is_archived"]);
    expect(await post({ text: "x" })).toEqual([200, "ok"]);
  });
});
