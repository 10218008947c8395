import { inspect } from "node:util";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { ConfigError, DeliveryError } from "../src/errors.ts";

describe("DeliveryError", () => {
  it("says why, and what the next attempt needs to know", () => {
    const cause = new Error("socket");
    const error = new DeliveryError("rate-limited", "the pager asks us to wait", {
      retryAfterMs: 30_000,
      resume: { served: ["a@example.com"] },
      rejected: [1],
      cause,
    });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: "DeliveryError",
      code: "rate-limited",
      message: "the pager asks us to wait",
      retryAfterMs: 30_000,
      resume: { served: ["a@example.com"] },
      rejected: [1],
      cause,
    });
    expect(String(error)).toBe("DeliveryError: the pager asks us to wait");
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, undefined])(
    "ignores a wait of %s",
    (retryAfterMs) => {
      expect(
        new DeliveryError("unavailable", "gone", { retryAfterMs }).retryAfterMs,
      ).toBeUndefined();
    },
  );

  it("has no cause of its own when it is given none", () => {
    expect("cause" in new DeliveryError("unknown", "x")).toBe(false);
    expect("cause" in new DeliveryError("unknown", "x", { cause: undefined })).toBe(false);
  });

  it("shows no brand when it is printed or listed", () => {
    const error = new DeliveryError("unknown", "x");
    expect(inspect(error)).not.toContain("Symbol");
    expect(Object.keys(error)).not.toContain("brand");
  });
});

describe("ConfigError", () => {
  it("names the option that is wrong", () => {
    const error = new ConfigError("batch.maxSize", "must be a number");
    expect(error).toMatchObject({
      name: "ConfigError",
      option: "batch.maxSize",
      message: "must be a number",
    });
  });
});

describe("is", () => {
  let copy: typeof import("../src/errors.ts");
  beforeAll(async () => {
    vi.resetModules();
    copy = await import("../src/errors.ts");
  });

  it("knows an error of another installed copy, where instanceof does not", () => {
    const theirs = new copy.DeliveryError("payload", "too large");
    expect(theirs).not.toBeInstanceOf(DeliveryError);
    expect(DeliveryError.is(theirs)).toBe(true);
    expect(copy.DeliveryError.is(new DeliveryError("payload", "x"))).toBe(true);
    expect(ConfigError.is(new copy.ConfigError("a", "b"))).toBe(true);
  });

  it("knows a subclass", () => {
    class Own extends DeliveryError {}
    expect(DeliveryError.is(new Own("unknown", "x"))).toBe(true);
  });

  it("tells the two kinds, look-alikes and hostile values apart", () => {
    const delivery = new DeliveryError("unknown", "x");
    expect(ConfigError.is(delivery)).toBe(false);
    expect(DeliveryError.is(new ConfigError("a", "b"))).toBe(false);
    const { proxy, revoke } = Proxy.revocable(delivery, {});
    revoke();
    const lookAlike = { name: "DeliveryError", code: "unknown", message: "x" };
    for (const value of [proxy, lookAlike, new Error("x"), null, undefined, "x", 1]) {
      expect(DeliveryError.is(value)).toBe(false);
      expect(ConfigError.is(value)).toBe(false);
    }
  });
});
