import { inspect } from "node:util";
import { ConfigError } from "@datasync-monitor/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { safeId, signatureOf, signingKeys, webhookHeaders } from "../src/signature.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const golden = {
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  timestamp: "1614265330",
  body: Buffer.from('{"test": 2432232314}'),
};

const secretOf = (bytes: number): string => `whsec_${Buffer.alloc(bytes, 7).toString("base64")}`;

describe("the signature", () => {
  it("is the one of the Standard Webhooks specification", () => {
    expect(webhookHeaders(signingKeys("webhook()", secret), golden)).toEqual({
      "webhook-id": golden.id,
      "webhook-timestamp": golden.timestamp,
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
  });

  it("is not the one of a key that was never decoded", () => {
    const [key] = signingKeys("webhook()", secret);
    expect(key && signatureOf(key, golden)).not.toBe(
      "TcxlhK9b6UD6iVI1ZU2tTqp8PEVfYRseNNfa6b+LcUg=",
    );
  });

  it("comes once for each secret, separated by spaces (trap 37)", () => {
    const keys = signingKeys("webhook()", [secretOf(24), secret]);
    const signatures = webhookHeaders(keys, golden)["webhook-signature"]?.split(" ");
    expect(signatures).toHaveLength(2);
    expect(signatures?.[1]).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  });

  it("is absent without a secret", () => {
    expect(Object.keys(webhookHeaders([], golden))).toEqual(["webhook-id", "webhook-timestamp"]);
  });
});

describe("a secret (trap 37)", () => {
  it.each([24, 25, 26, 32, 64])("of %i bytes is taken", (bytes) => {
    expect(signingKeys("webhook()", secretOf(bytes))[0]).toHaveLength(bytes);
  });

  it("loses the line break that a file ends with (trap 82)", () => {
    expect(signingKeys("webhook()", `${secret}\n`)).toEqual(signingKeys("webhook()", secret));
  });

  it.each([
    ["too short", secretOf(23), "holds 23 bytes"],
    ["too long", secretOf(65), "holds 65 bytes"],
    ["empty after its prefix", "whsec_", "holds 0 bytes"],
    ["without its prefix", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "must start with `whsec_`"],
    ["an asymmetric one", secret.replace("whsec_", "whsk_"), "must start with `whsec_`"],
    ["not base64", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaL***", "is not base64"],
    ["base64 for URLs", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La-_Sw", "is not base64"],
    ["twice prefixed", `whsec_${secret}`, "is not base64"],
    ["not padded", secretOf(25).replace(/=+$/, ""), "is not base64"],
    ["empty", "", "is empty"],
    ["missing from a list", [secret, undefined], "`secret[1]`"],
    ["a list of none", [], "at least one"],
    ["a number", 7, "a number"],
  ])("that is %s is refused and not repeated", (_, value, words) => {
    try {
      signingKeys("webhook()", value);
      expect.fail("taken");
    } catch (error) {
      if (!ConfigError.is(error)) throw error;
      expect(error.message).toContain(words);
      expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(/MfKQ|BwcH/);
    }
  });
});

describe("webhook-id (trap 38)", () => {
  it("is the key itself where that is safe", () => {
    const uuid = "0198f5a0-0000-7000-8000-000000000001";
    expect(safeId(uuid)).toBe(uuid);
  });

  it.each(["a.b", "a\r\nx-evil: 1", "a b", "你好", "", "x".repeat(129)])(
    "is safe and stable for %j",
    (key) => {
      expect(safeId(key)).toMatch(/^id_[0-9a-f]{32}$/);
      expect(safeId(key)).toBe(safeId(key));
    },
  );

  it("is a header value without a full stop for any key, and differs where keys differ", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (left, right) => {
        expect(safeId(left)).toMatch(/^[\w-]{1,128}$/);
        expect(safeId(left) === safeId(right)).toBe(left === right);
      }),
    );
  });
});
