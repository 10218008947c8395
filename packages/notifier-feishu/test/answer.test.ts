import type { DeliveryErrorCode, JsonValue } from "@datasync-monitor/core";
import type { HttpAnswer } from "@datasync-monitor/http";
import { describe, expect, it } from "vitest";
import { judge, judgeProbe, type Sent } from "../src/answer.ts";
import { readManner } from "../src/manner.ts";

const at = Date.UTC(2025, 7, 29, 10, 30);

const answered = (body: unknown, overrides: Partial<HttpAnswer> = {}): HttpAnswer => ({
  status: 200,
  headers: {},
  body: typeof body === "string" ? body : JSON.stringify(body),
  truncated: false,
  ...overrides,
});

const sent = (overrides: Partial<Sent> = {}): Sent => ({
  at,
  bytes: 600,
  attempt: 1,
  manner: { format: "card", maxBytes: 20_000, mention: true },
  format: "card",
  signed: true,
  keyed: false,
  ...overrides,
});

const table: readonly (readonly [number, DeliveryErrorCode])[] = [
  [9499, "payload"],
  [11231, "endpoint"],
  [11232, "rate-limited"],
  [11233, "rate-limited"],
  [11235, "payload"],
  [11237, "endpoint"],
  [11242, "endpoint"],
  [11246, "payload"],
  [11247, "rate-limited"],
  [11248, "payload"],
  [11249, "endpoint"],
  [11310, "payload"],
  [11312, "payload"],
  [18121, "unavailable"],
  [19001, "endpoint"],
  [19002, "payload"],
  [19021, "config"],
  [19022, "config"],
  [19024, "config"],
  [19036, "payload"],
  [230_099, "payload"],
  [99_991_400, "rate-limited"],
  [77_777, "unknown"],
];

describe("the vendor's code", () => {
  it.each(table)("%i at HTTP 200 is %s (traps 1, 6)", (code, expected) => {
    const error = judge(answered({ code, msg: "m", data: {} }), sent(), at);
    expect(error?.code).toBe(expected);
    expect(error?.message).toContain(String(code));
  });

  it.each(table)("%i at HTTP 400 means the same, where it is known", (code, expected) => {
    const error = judge(answered({ code, msg: "m" }, { status: 400 }), sent(), at);
    expect(error?.code).toBe(expected === "unknown" ? "payload" : expected);
  });

  it("0 is the one success", () => {
    const body = { code: 0, msg: "success", data: {}, StatusCode: 0, StatusMessage: "success" };
    expect(judge(answered(body), sent(), at)).toBeUndefined();
    expect(judge(answered({ code: 0 }, { status: 500 }), sent(), at)?.code).toBe("unavailable");
    expect(judge(answered({ code: 0 }, { status: 302 }), sent(), at)?.code).toBe("config");
  });

  it("is read from StatusCode where an older bot says only that (trap 2)", () => {
    const old = { StatusCode: 0, StatusMessage: "success" };
    expect(judge(answered(old), sent(), at)).toBeUndefined();
    expect(judge(answered({ StatusCode: 9499 }), sent(), at)?.code).toBe("payload");
    expect(judge(answered({ code: 19001, StatusCode: 0 }), sent(), at)?.code).toBe("endpoint");
  });

  it.each([
    ["<html>please log in</html>"],
    [""],
    ["[]"],
    ["123"],
    ["{}"],
    ["null"],
    ['"ok"'],
    ['{"code":"0"}'],
    ['{"code":null}'],
    ['{"code":0'],
  ])("is missing from %j at HTTP 200, which is no success (trap 3)", (body) => {
    expect(judge(answered(body), sent(), at)?.code).toBe("ambiguous");
  });

  it.each([
    [503, "unavailable"],
    [404, "endpoint"],
    [401, "config"],
    [302, "config"],
    [400, "payload"],
  ] as const)("missing at HTTP %i leaves the word to the status", (status, expected) => {
    expect(judge(answered("<html>", { status }), sent(), at)?.code).toBe(expected);
  });

  it("is never explained in the vendor's words, which may quote the message", () => {
    for (const [code] of table) {
      const error = judge(answered({ code, msg: "QUOTED size exceeds" }), sent(), at);
      expect(error?.message).not.toContain("QUOTED");
    }
  });
});

describe("a rate limit", () => {
  const wait = (answer: HttpAnswer, attempt = 1) =>
    judge(answer, sent({ attempt }), at)?.retryAfterMs;

  it("waits a second, then two, four, … where the bot names no time (trap 6)", () => {
    const limited = answered({ code: 11232, msg: "frequency limited" });
    expect([1, 2, 3, 6, 9].map((attempt) => wait(limited, attempt))).toEqual([
      1_000, 2_000, 4_000, 32_000, 32_000,
    ]);
  });

  it("waits as long as the gateway asks, and never less than a second", () => {
    const asked = (reset: string) =>
      answered(
        { code: 99_991_400 },
        { status: 429, headers: { "x-ogw-ratelimit-reset": reset, "retry-after": "9" } },
      );
    expect(wait(asked("42"))).toBe(42_000);
    expect(wait(asked("0"))).toBe(1_000);
    expect(wait(asked("soon"))).toBe(1_000);
    expect(wait(answered("", { status: 429, headers: { "retry-after": "7" } }))).toBe(7_000);
    expect(wait(answered("", { status: 429 }))).toBe(1_000);
  });

  it("is also what 9499 says in words", () => {
    const error = judge(answered({ code: 9499, msg: "too many request" }), sent(), at);
    expect(error?.code).toBe("rate-limited");
    expect(error?.retryAfterMs).toBe(1_000);
    const old = judge(
      answered({ StatusCode: 9499, StatusMessage: "too many request" }),
      sent(),
      at,
    );
    expect(old?.code).toBe("rate-limited");
  });
});

describe("a refused message is sent once more in a simpler manner", () => {
  const resume = (code: number, overrides: Partial<Sent> = {}, msg = "") =>
    judge(answered({ code, msg }), sent(overrides), at)?.resume;
  const manner = sent().manner;

  it.each([11246, 11310, 230_099])("as post, then text, then never, after %i (trap 15)", (code) => {
    expect(resume(code)).toEqual({ format: "post" });
    expect(resume(code, { manner: { ...manner, format: "post" } })).toEqual({ format: "text" });
    expect(resume(code, { manner: { ...manner, format: "text" } })).toBeUndefined();
  });

  it("in half the bytes, once, after 19036 or a 9499 for size (trap 16)", () => {
    expect(resume(19036, { bytes: 19_000 })).toEqual({ max_bytes: 9_500 });
    expect(resume(9499, { bytes: 19_000 })).toEqual({ max_bytes: 9_500 });
    expect(resume(9499, { bytes: 600 }, "the body exceeds 20K")).toEqual({ max_bytes: 512 });
    const small = { bytes: 9_000, manner: { ...manner, maxBytes: 9_500 } };
    expect(resume(19036, small)).toBeUndefined();
    expect(resume(9499, { bytes: 600 }, "Bad Request")).toBeUndefined();
  });

  it("without a mention, where only an administrator may mention everyone", () => {
    expect(resume(11235)).toEqual({ mention: false });
    expect(resume(11235, { manner: { ...manner, mention: false } })).toBeUndefined();
  });

  it("as the same card without mentions, where one of them is of nobody that the bot knows", () => {
    const msg =
      "ErrCode: 100290; ErrMsg: there is an invalid user resource (at/person) in your card";
    const refused = (overrides: Partial<Sent> = {}) =>
      judge(answered({ code: 11246, msg }), sent(overrides), at);
    expect(refused()).toMatchObject({
      code: "payload",
      message: expect.stringContaining("check `mentions`"),
      resume: { mention: false },
    });
    const manner = { format: "card", maxBytes: 20_000, mention: false } as const;
    expect(refused({ manner })?.resume).toEqual({ format: "post", mention: false });
  });

  it("and keeps what an earlier refusal took away", () => {
    const smaller = { ...manner, maxBytes: 9_500 };
    expect(resume(11246, { manner: smaller })).toEqual({ format: "post", max_bytes: 9_500 });
  });

  it.each([
    ["card", 3],
    ["post", 3],
    ["text", 2],
  ] as const)("from %s at most %i times, whatever is refused in which order", (format, most) => {
    const mention = "ErrCode: 100290; ErrMsg: invalid user resource (at/person) in your card";
    const refusals = [
      [11235, ""],
      [11246, ""],
      [11246, mention],
      [19036, ""],
      [9499, ""],
    ] as const;
    const chains = (left: JsonValue, bytes: number): number[] =>
      refusals.flatMap(([code, msg]) => {
        const from = readManner(left, format);
        const next = resume(code, { bytes, manner: from, format }, msg);
        if (next === undefined) return [0];
        const { maxBytes } = readManner(next, format);
        return chains(next, Math.min(bytes, maxBytes)).map((length) => length + 1);
      });
    const lengths = chains(null, 19_000);
    expect(Math.max(...lengths)).toBe(most);
  });

  it("the third time as the least that can be said: text, without mentions, in half the bytes", () => {
    const muted = { format: "post", maxBytes: 20_000, mention: false } as const;
    const bare = { format: "text", max_bytes: 10_000, mention: false };
    expect(resume(11246, { manner: muted })).toEqual(bare);
    expect(resume(19036, { manner: muted, bytes: 19_000 })).toEqual({ ...bare, max_bytes: 9_500 });
    const text = { format: "text", maxBytes: 20_000, mention: true } as const;
    expect(resume(11235, { manner: text })).toEqual(bare);
    const short = { format: "post", maxBytes: 600, mention: true } as const;
    expect(resume(11246, { manner: short })).toEqual({ ...bare, max_bytes: 600 });
  });

  it("but not after any other code", () => {
    const others = table.filter(([code]) => ![11235, 11246, 11310, 19036, 230_099].includes(code));
    for (const [code] of others) expect(resume(code)).toBeUndefined();
  });
});

describe("19021", () => {
  const refused = (overrides: Partial<HttpAnswer> = {}) =>
    answered({ code: 19021, msg: "sign match fail" }, overrides);

  it("is for a human to mend, however often it comes (trap 5)", () => {
    const error = judge(refused(), sent({ attempt: 7 }), at + 1_000);
    expect(error?.code).toBe("config");
    expect(error?.message).toContain("`secret`");
  });

  it("is tried again, signed anew, where the signature grew old on its way", () => {
    expect(judge(refused(), sent(), at + 6 * 60_000)?.code).toBe("unavailable");
    expect(judge(refused(), sent({ signed: false }), at + 6 * 60_000)?.code).toBe("config");
  });

  it("tells a wrong clock from a wrong secret by the answer's date", () => {
    const date = new Date(at - 2 * 3_600_000).toUTCString();
    expect(judge(refused({ headers: { date } }), sent(), at)?.message).toContain(
      "clock is 120 minutes ahead",
    );
  });

  it("blames no clock that is ten minutes off, which Feishu still takes", () => {
    const date = new Date(at + 10 * 60_000).toUTCString();
    expect(judge(refused({ headers: { date } }), sent(), at)?.message).toContain("`secret`");
  });
});

it("names the keyword option after 19024 (trap 13)", () => {
  const refused = answered({ code: 19024, msg: "Key Words Not Found" });
  expect(judge(refused, sent(), at)?.message).toContain("`keyword`");
  expect(judge(refused, sent({ keyed: true }), at)?.message).toContain("`keyword`");
});

describe("a probe", () => {
  it.each([0, 9499, 19002, 19024])("finds a live bot in %i", (code) => {
    expect(judgeProbe(answered({ code }), sent(), at)).toBeUndefined();
  });

  it.each([
    [19001, "endpoint"],
    [19021, "config"],
    [19022, "config"],
    [11232, "rate-limited"],
  ] as const)("reports %i as %s", (code, expected) => {
    expect(judgeProbe(answered({ code }), sent(), at)?.code).toBe(expected);
  });

  it.each([
    [200, "config"],
    [400, "config"],
    [404, "endpoint"],
    [503, "unavailable"],
  ] as const)("takes HTTP %i without a code for %s", (status, expected) => {
    expect(judgeProbe(answered("<html>", { status }), sent(), at)?.code).toBe(expected);
  });
});
