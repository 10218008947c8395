import { randomBytes } from "node:crypto";
import { ConfigError } from "@datasync-monitor/core";
import { sampleEvent } from "@datasync-monitor/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ReceivedWebhook, verifyWebhook, WebhookVerificationError } from "../src/index.ts";
import { signingKeys, webhookHeaders } from "../src/signature.ts";
import { secret } from "./rig.ts";

const seconds = 1_756_463_400;
const now = seconds * 1_000;
const other = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;

const signed = (
  text: string,
  {
    secrets = [secret],
    at = seconds,
    id = "msg_1",
  }: { secrets?: string[]; at?: number; id?: string } = {},
): ReceivedWebhook => {
  const body = Buffer.from(text);
  const headers = webhookHeaders(signingKeys("test", secrets), { id, timestamp: String(at), body });
  return { headers, body, secret, now };
};

const code = (received: ReceivedWebhook): string => {
  try {
    verifyWebhook(received);
  } catch (error) {
    if (WebhookVerificationError.is(error)) return error.code;
    throw error;
  }
  return "accepted";
};

const one = JSON.stringify(sampleEvent());

describe("verifyWebhook() accepts", () => {
  it("the vector of the specification", () => {
    const headers = {
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    };
    const body = '{"test": 2432232314}';
    const events = verifyWebhook({ headers, body, secret, now: 1_614_265_330_000 });
    expect(events).toEqual([{ test: 2432232314 }]);
  });

  it("one event or an array of them, as bytes or as text", () => {
    expect(verifyWebhook(signed(one))).toEqual([sampleEvent()]);
    const both = signed(`[${one},${one}]`);
    expect(verifyWebhook({ ...both, body: Buffer.from(both.body).toString() })).toHaveLength(2);
    expect(verifyWebhook(signed("[]"))).toEqual([]);
  });

  it("a CloudEvent of webhook() for its event, and anybody else's as it is", () => {
    const event = sampleEvent();
    const ours = { specversion: "1.0", id: event.id, data: event };
    const theirs = { specversion: "1.0", id: "other", data: event };
    const bare = { specversion: "1.0", id: "other" };
    expect(verifyWebhook(signed(JSON.stringify([ours, theirs, bare, event])))).toEqual([
      event,
      theirs,
      bare,
      event,
    ]);
  });

  it("an empty body, as verify() sends it, for no events", () => {
    expect(verifyWebhook(signed(""))).toEqual([]);
  });

  it("the Headers of a fetch-style framework", () => {
    const received = signed(one);
    const headers = new Headers(received.headers as Record<string, string>);
    expect(verifyWebhook({ ...received, headers })).toEqual([sampleEvent()]);
  });

  it("headers whose names a gateway left as they came", () => {
    const received = signed(one);
    const headers = Object.fromEntries(
      Object.entries(received.headers).map(([name, value]) => [name.toUpperCase(), value]),
    );
    expect(verifyWebhook({ ...received, headers })).toEqual([sampleEvent()]);
  });

  it("any of several signatures, by any of several secrets, during a rotation", () => {
    const both = signed(one, { secrets: [other, secret] });
    expect(code({ ...both, secret })).toBe("accepted");
    expect(code({ ...both, secret: other })).toBe("accepted");
    expect(code({ ...signed(one), secret: [other, secret] })).toBe("accepted");
  });

  it("a signature beside kinds it does not know", () => {
    const received = signed(one);
    const headers = received.headers as Record<string, string>;
    const signature = `v1a,AAAA v2,AAAA junk ${headers["webhook-signature"]}`;
    expect(code({ ...received, headers: { ...headers, "webhook-signature": signature } })).toBe(
      "accepted",
    );
  });

  it.each([-300, 0, 300])("a timestamp %i seconds away", (away) => {
    expect(code(signed(one, { at: seconds + away }))).toBe("accepted");
  });

  it("the present by the system's clock", () => {
    const { headers, body } = signed(one, { at: Math.floor(Date.now() / 1_000) });
    expect(code({ headers, body, secret })).toBe("accepted");
  });
});

describe("verifyWebhook() refuses", () => {
  it("another secret, and the toy key that was never decoded", () => {
    expect(code({ ...signed(one), secret: other })).toBe("signature-mismatch");
    const toy = {
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,TcxlhK9b6UD6iVI1ZU2tTqp8PEVfYRseNNfa6b+LcUg=",
    };
    const body = '{"test": 2432232314}';
    expect(code({ headers: toy, body, secret, now: 1_614_265_330_000 })).toBe("signature-mismatch");
  });

  it("any other byte of body, id or timestamp", () => {
    const received = signed(one);
    const headers = received.headers as Record<string, string>;
    const parsedAgain = JSON.stringify(JSON.parse(one), null, 1);
    expect(code({ ...received, body: parsedAgain })).toBe("signature-mismatch");
    expect(code({ ...received, headers: { ...headers, "webhook-id": "msg_2" } })).toBe(
      "signature-mismatch",
    );
    expect(
      code({ ...received, headers: { ...headers, "webhook-timestamp": String(seconds + 1) } }),
    ).toBe("signature-mismatch");
  });

  it("any signature that was guessed", () => {
    const received = signed(one);
    const guess = fc.oneof(
      fc.string(),
      fc.constant(`v1,${randomBytes(32).toString("base64")}`),
      fc.constantFrom("v1,", "v1", " ", "v1a,AAAA", "v1,\u00e9"),
    );
    fc.assert(
      fc.property(guess, (signature) => {
        const headers = { ...(received.headers as object), "webhook-signature": signature };
        expect(code({ ...received, headers })).toMatch(/^(?:signature-mismatch|header-missing)$/);
      }),
    );
  });

  it.each([
    [-301, "timestamp-expired"],
    [301, "timestamp-future"],
  ])("a timestamp %i seconds away as %s", (away, reason) => {
    expect(code(signed(one, { at: seconds + away }))).toBe(reason);
    expect(code({ ...signed(one, { at: seconds + away }), toleranceSeconds: 301 })).toBe(
      "accepted",
    );
  });

  it.each(["soon", "1e9", "-1", "1756463400.5", " 1756463400", "1756463400000000"])(
    "the timestamp %j",
    (timestamp) => {
      const received = signed(one);
      const headers = { ...(received.headers as object), "webhook-timestamp": timestamp };
      expect(code({ ...received, headers })).toBe("timestamp-invalid");
    },
  );

  it.each(["webhook-id", "webhook-timestamp", "webhook-signature"])(
    "a request without %s",
    (name) => {
      const received = signed(one);
      for (const value of [undefined, "", ["twice", "twice"]]) {
        const headers = { ...(received.headers as object), [name]: value };
        expect(code({ ...received, headers })).toBe("header-missing");
      }
      const fetched = new Headers(received.headers as Record<string, string>);
      fetched.delete(name);
      expect(code({ ...received, headers: fetched })).toBe("header-missing");
    },
  );

  it.each([" ", "null", "7", '"text"', "[1]", "[[]]", "{", '{"a":'])(
    "the signed body %j, which holds no events",
    (text) => {
      expect(code(signed(text))).toBe("body-unreadable");
    },
  );

  it("signed bytes that are not UTF-8, without quoting them", () => {
    const body = Buffer.from('{"a":"\u00ff"}', "latin1");
    const headers = webhookHeaders(signingKeys("test", secret), {
      id: "a",
      timestamp: String(seconds),
      body,
    });
    expect(code({ headers, body, secret, now })).toBe("body-unreadable");
  });

  it.each([
    ["a body that a parser has been at", { body: JSON.parse(one) }, "body"],
    ["headers that are missing", { headers: undefined }, "headers"],
    ["headers that are null", { headers: null }, "headers"],
    ["a secret that is missing", { secret: undefined }, "secret"],
    ["a tolerance that is no number", { toleranceSeconds: Number.NaN }, "toleranceSeconds"],
    ["a time that is no number, to which nothing is too old", { now: Number.NaN }, "now"],
  ])("%s, as a mistake of the program", (_, change, option) => {
    const received = { ...signed(one), ...change } as ReceivedWebhook;
    try {
      verifyWebhook(received);
      expect.fail("accepted");
    } catch (error) {
      if (!ConfigError.is(error)) throw error;
      expect(error.option).toBe(option);
    }
  });
});
