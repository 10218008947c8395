import { describe, expect, it } from "vitest";
import { answerError, blocksRefused, provesAlive } from "../src/answer.ts";
import { refusals } from "../src/refusals.ts";

const now = Date.parse("2025-08-29T10:30:00Z");

const answer = (status: number, body: string, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body,
  truncated: false,
});

const read = (status: number, body: string, headers?: Record<string, string>, hadBlocks = true) =>
  answerError(answer(status, body, headers), { hadBlocks, now });

describe("Slack's answer", () => {
  it.each(["ok", "ok\n", " ok ", '{"ok":true}', '{ "ok" : true }'])(
    "is a success with %j (trap 19)",
    (body) => {
      expect(read(200, body, { "content-type": "application/json" })).toBeUndefined();
    },
  );

  it("is a failure with 200 and a refusal (trap 18)", () => {
    expect(read(200, "invalid_payload")).toMatchObject({ code: "payload" });
    expect(read(200, "no_service")).toMatchObject({ code: "endpoint" });
    expect(read(200, '{"ok":false,"error":"invalid_token"}')).toMatchObject({ code: "config" });
    const spaced = '{ "ok" : false , "error" : "invalid_token" }';
    expect(read(200, spaced)).toMatchObject({ code: "config" });
  });

  it.each([
    [400, "invalid_payload", "payload"],
    [400, "user_not_found", "payload"],
    [400, "no_text", "payload"],
    [400, "too_many_attachments", "payload"],
    [400, "invalid_blocks", "payload"],
    [400, "invalid_blocks_format", "payload"],
    [400, "msg_blocks_too_long", "payload"],
    [403, "action_prohibited", "config"],
    [403, "posting_to_general_channel_denied", "config"],
    [403, "invalid_token", "config"],
    [403, "no_team", "endpoint"],
    [403, "team_disabled", "endpoint"],
    [404, "channel_not_found", "endpoint"],
    [404, "no_service", "endpoint"],
    [404, "no_service_id", "endpoint"],
    [404, "no_active_hooks", "endpoint"],
    [410, "channel_is_archived", "endpoint"],
    [429, "rate_limited", "rate-limited"],
    [429, "ratelimited", "rate-limited"],
    [500, "rollup_error", "unavailable"],
  ])("%i %s is %s, and so is the word with any other status", (status, word, code) => {
    for (const any of [status, 200, 400, 403, 404, 410, 500]) {
      expect(read(any, word)).toMatchObject({ code });
    }
    expect(read(status, word)?.message).toContain(word);
  });

  it.each([
    [301, "config"],
    [400, "payload"],
    [403, "config"],
    [404, "endpoint"],
    [410, "endpoint"],
    [429, "rate-limited"],
    [500, "unavailable"],
    [503, "unavailable"],
  ])("is judged by status %i when the body says nothing", (status, code) => {
    expect(read(status, "<html>An error</html>")).toMatchObject({ code });
    expect(read(status, "")).toMatchObject({ code });
    expect(read(status, "some_new_word")).toMatchObject({ code });
    expect(read(status, "some_new_word")?.message).toContain("some_new_word");
  });

  it.each(["", "<html>ok</html>", "OK", "ok ok", "{}", "[]", "123", "null", "\ufffd\u0000"])(
    "may or may not be a success with 200 and %j",
    (body) => {
      expect(read(200, body)).toMatchObject({ code: "ambiguous" });
    },
  );

  it("is an unknown failure with 200 and a word that is not known yet", () => {
    expect(read(200, "org_login_required")).toMatchObject({ code: "unknown" });
  });

  it("is not repeated where it is longer than any word of Slack's", () => {
    const secret = `${"a".repeat(60)}_${"b".repeat(60)}`;
    expect(read(400, secret)?.message).not.toContain("aaa");
    expect(read(200, secret)).toMatchObject({ code: "ambiguous" });
  });

  it("is no success with `ok` and a status that says otherwise", () => {
    expect(read(500, "ok")).toMatchObject({ code: "unavailable" });
    expect(read(403, "ok")).toMatchObject({ code: "config" });
  });

  it.each(["constructor", "__proto__", "toString", "has_own_property"])(
    "is not fooled by %s",
    (word) => {
      expect(read(400, word)).toMatchObject({ code: "payload", resume: undefined });
    },
  );

  it.each([
    ["30", 30_000],
    ["0", 0],
    ["-5", 0],
    ["abc", undefined],
    ["1e9", 365 * 86_400_000],
    ["Fri, 29 Aug 2025 10:00:00 GMT", 0],
    ["Sat, 29 Aug 2099 10:00:00 GMT", 365 * 86_400_000],
    ["Fri, 29 Aug 2025 10:31:00 GMT", 60_000],
  ])(
    "asks to wait by Retry-After %j: a finite time that is not negative (trap 20)",
    (value, ms) => {
      const headers = { "retry-after": value };
      expect(read(429, "rate_limited", headers)).toMatchObject({
        code: "rate-limited",
        retryAfterMs: ms,
      });
      for (const said of ["", "some_new_word"])
        expect(read(429, said, headers)).toMatchObject({ code: "rate-limited", retryAfterMs: ms });
    },
  );

  it("offers plain text once when the blocks are refused, and not again", () => {
    for (const word of ["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"]) {
      const first = read(400, word);
      expect(first?.resume).toEqual({ format: "text" });
      expect(blocksRefused(first?.resume ?? null)).toBe(true);
      expect(read(400, word, {}, false)?.resume).toBeUndefined();
    }
    expect(read(400, "invalid_payload")?.resume).toBeUndefined();
  });

  it("reads only a resume of its own making", () => {
    for (const resume of [null, 1, "text", [], {}, { format: "card" }]) {
      expect(blocksRefused(resume)).toBe(false);
    }
  });

  it("tells a living webhook by its complaint about a message without text", () => {
    expect(provesAlive(answer(400, "no_text"))).toBe(true);
    expect(provesAlive(answer(500, "missing_text_or_fallback_or_attachments"))).toBe(true);
    expect(provesAlive(answer(400, "invalid_payload"))).toBe(true);
    for (const word of [
      "no_service",
      "user_not_found",
      "invalid_token",
      "rate_limited",
      "rollup_error",
      "",
      "<p>",
    ]) {
      expect(provesAlive(answer(400, word))).toBe(false);
    }
  });

  it("gives an advice with every refusal it knows", () => {
    for (const { advice } of refusals.values()) expect(advice).not.toBe("");
  });
});
