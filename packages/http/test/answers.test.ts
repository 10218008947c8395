import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { failureOf } from "../src/failure.ts";
import { parseRetryAfter, statusError } from "../src/index.ts";

const now = Date.UTC(2025, 7, 29, 10, 30, 0);
const yearMs = 365 * 86_400_000;

describe("parseRetryAfter", () => {
  it.each([
    ["30", 30_000],
    [" 2 ", 2_000],
    ["0", 0],
    ["0.3", 300],
    [".5", 500],
    ["1e3", 1_000_000],
    ["0.0015", 2],
    ["-5", 0],
    ["1e9", yearMs],
    ["Fri, 29 Aug 2025 10:30:07 GMT", 7_000],
    ["Friday, 29-Aug-25 10:30:07 GMT", 7_000],
    ["Fri Aug 29 10:30:07 2025", 7_000],
    ["Sat Aug  9 10:30:07 2025", 0],
    ["2025-08-29T18:30:07.500+08:00", 7_500],
    ["Sun, 06 Nov 1994 08:49:37 GMT", 0],
    ["Thu, 01 Jan 2099 00:00:00 GMT", yearMs],
    ["Fri, 29 Aug 2025 18:30:07 +0800", 7_000],
    ["Sat, 9 Aug 2025 10:30:07 UTC", 0],
    ["2025-08-29T18:30:07+0800", 7_000],
    ["5, 5", 5_000],
    ["Fri, 29 Aug 2025 10:30:07 GMT, Friday, 29-Aug-25 10:30:09 GMT", 9_000],
    ["Fri Aug 29 10:30:07 2025, 3", 7_000],
    ["30, 60", 60_000],
  ])("reads %j as %i ms", (value, ms) => {
    expect(parseRetryAfter(value, now)).toBe(ms);
  });

  it.each([
    undefined,
    "",
    " ",
    "abc",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e400",
    "retry 5",
    "0x10",
    "12 s",
    "soon, 30",
    "Fri, 99 Foo 2025 10:30:07 GMT",
  ])("makes nothing of %j", (value) => {
    expect(parseRetryAfter(value, now)).toBeUndefined();
  });

  it("takes a date that names no zone for GMT, wherever it runs", () => {
    vi.stubEnv("TZ", "Asia/Shanghai");
    expect(parseRetryAfter("Fri Aug 29 10:30:07 2025", now)).toBe(7_000);
    vi.unstubAllEnvs();
  });

  it("gives a whole number from 0 to a year, or nothing, for any text", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.double().map(String), fc.date().map(String)),
        (value) => {
          const ms = parseRetryAfter(value, now);
          expect(ms === undefined || (Number.isInteger(ms) && ms >= 0 && ms <= yearMs)).toBe(true);
        },
      ),
    );
  });
});

describe("statusError", () => {
  const of = (status: number, headers: Record<string, string> = {}) =>
    statusError({ status, headers, body: "BODY", truncated: false }, "the webhook", now);

  it.each([200, 201, 202, 204, 299])("finds nothing wrong with %i", (status) => {
    expect(of(status)).toBeUndefined();
  });

  it.each([
    [300, "config"],
    [302, "config"],
    [304, "config"],
    [400, "payload"],
    [401, "config"],
    [403, "config"],
    [404, "endpoint"],
    [405, "config"],
    [407, "config"],
    [408, "unavailable"],
    [409, "payload"],
    [410, "endpoint"],
    [413, "payload"],
    [415, "payload"],
    [422, "payload"],
    [425, "unavailable"],
    [429, "rate-limited"],
    [500, "unavailable"],
    [502, "unavailable"],
    [503, "unavailable"],
    [599, "unavailable"],
    [199, "unknown"],
    [600, "unknown"],
    [999, "unknown"],
  ] as const)("says of %i: %s", (status, code) => {
    expect(of(status)?.code).toBe(code);
    expect(of(status)?.message).toMatch(new RegExp(`^the webhook answered ${status}\\b`));
    expect(of(status)?.message).not.toContain("BODY");
  });

  it("tells how long a limit lasts, and takes 503 with a wait for one", () => {
    const wait = { "retry-after": "30" };
    expect(of(429, wait)).toMatchObject({ code: "rate-limited", retryAfterMs: 30_000 });
    expect(of(503, wait)).toMatchObject({ code: "rate-limited", retryAfterMs: 30_000 });
    expect(of(503, { "retry-after": "soon" })?.code).toBe("unavailable");
    expect(of(502, wait)).toMatchObject({ code: "unavailable", retryAfterMs: 30_000 });
    expect(of(429)?.retryAfterMs).toBeUndefined();
    expect(of(400, wait)?.retryAfterMs).toBeUndefined();
  });
});

describe("failureOf", () => {
  const nested = new TypeError("fetch failed", {
    cause: new AggregateError([
      Object.assign(new Error("connect 10.0.0.1:443"), { code: "ECONNREFUSED" }),
      Object.assign(new Error(), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" }),
    ]),
  });

  it("reads a numeric code without stumbling: a TimeoutError's is 23 (trap 42)", () => {
    const timeout = new DOMException("The operation timed out", "TimeoutError");
    expect(timeout.code).toBe(23);
    expect(failureOf(timeout, true)).toMatchObject({
      code: "ambiguous",
      message: "the connection failed after the request was written (TimeoutError)",
    });
  });

  it("finds the reason inside causes and aggregates (trap 42)", () => {
    expect(failureOf(nested, false)).toMatchObject({
      code: "config",
      message: expect.stringContaining("DEPTH_ZERO_SELF_SIGNED_CERT"),
    });
  });

  it("passes by an error that says nothing of itself, for the cause that does", () => {
    const error = new Error("secret", {
      cause: Object.assign(new Error(), { code: "ECONNRESET" }),
    });
    expect(failureOf(error, true).message).toContain("(ECONNRESET)");
  });

  it("says config when the server demands a certificate of us, which TLS 1.3 tells after the first write", () => {
    const alert = { code: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED" };
    expect(failureOf(alert, true).code).toBe("config");
    const refused = { code: "ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE" };
    expect(failureOf(refused, true).code).toBe("config");
    const damaged = { code: "ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC" };
    expect(failureOf(damaged, true).code).toBe("ambiguous");
  });

  it("says config when a handshake fails, by the names of every version of Node", () => {
    for (const code of [
      "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
      "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE",
    ])
      expect(failureOf({ code }, false)).toMatchObject({
        code: "config",
        message: `TLS failed (${code}): check the certificates of both sides`,
      });
    const path = { code: "services/T000/B000/SECRET" };
    expect(failureOf(path, false).message).toBe("could not connect (no reason given)");
  });

  it("passes on a reason, never the raw error", () => {
    const error = failureOf(nested, true);
    expect(error.cause).toMatchObject({ code: "TypeError" });
    expect(String(error.cause)).not.toContain("10.0.0.1");
  });

  it("survives whatever is thrown", () => {
    const circular: { cause?: unknown } = {};
    circular.cause = circular;
    for (const thrown of [
      undefined,
      null,
      "text",
      7,
      circular,
      { code: "has a space" },
      { errors: 3 },
    ]) {
      expect(failureOf(thrown, false).message).toBe("could not connect (no reason given)");
    }
  });
});
