import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import type { DeliveryError } from "@datasync-monitor/core";
import { fakeClock, notifierHost, sampleEvent, sendContext } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { verifyWebhook, webhook } from "../src/index.ts";
import { events, failure, rig, secret } from "./rig.ts";

describe("what arrives", () => {
  it("is the guide's JSON, one event a request", async () => {
    const { receiver, send } = await rig();
    const event = sampleEvent();
    await send([event]);
    const [request] = receiver.requests();
    expect(request).toMatchObject({ method: "POST", path: "/hook/PATH-SECRET?token=QUERY-SECRET" });
    expect(request?.headers["content-type"]).toBe("application/json; charset=utf-8");
    const body = JSON.parse(request?.body ?? "");
    expect(body).toEqual(event);
    expect(Object.keys(body)).toEqual([
      "id",
      "service",
      "event_type",
      "level",
      "message",
      "timestamp",
      "details",
      "metrics",
    ]);
  });

  it("is an array by option, whether of one event or of many, in their order", async () => {
    const { receiver, notifier, send } = await rig({ body: "array" });
    expect(notifier.maxBatchSize).toBe(100);
    await send(events(1));
    await send(events(3));
    const bodies = receiver.requests().map(({ body }) => JSON.parse(body));
    expect(bodies.map((body) => body.map(({ message }: { message: string }) => message))).toEqual([
      ["event 0"],
      ["event 0", "event 1", "event 2"],
    ]);
  });

  it("carries the headers of the options", async () => {
    const { receiver, send } = await rig({
      headers: {
        Authorization: "Bearer t",
        "X-Team": " caf\u00e9 ",
        "Content-Type": "application/json",
      },
    });
    await send();
    expect(receiver.requests()[0]?.headers).toMatchObject({
      authorization: "Bearer t",
      "x-team": "caf\u00e9",
      "content-type": "application/json",
    });
  });

  it("keeps its webhook-id from attempt to attempt, with a new timestamp and signature (trap 35)", async () => {
    const { receiver, notifier, send } = await rig({ secret });
    const clock = fakeClock(Date.UTC(2025, 7, 29, 10, 30, 0, 999));
    notifier.attach?.(notifierHost({ clock }));
    receiver.answer(503, "", {}, 1);
    const context = sendContext({ idempotencyKey: "key-1" });
    await failure(send([sampleEvent()], context));
    clock.step(7_000);
    await send([sampleEvent()], { ...context, attempt: 2 });
    const [first, second] = receiver.requests().map(({ headers }) => headers);
    expect(first?.["webhook-id"]).toBe("key-1");
    expect(second?.["webhook-id"]).toBe("key-1");
    expect(first?.["webhook-timestamp"]).toBe("1756463400");
    expect(second?.["webhook-timestamp"]).toBe("1756463407");
    expect(first?.["webhook-signature"]).not.toBe(second?.["webhook-signature"]);
  });

  it.each([
    ["é 😀 \u2028 \ud83d", "object"],
    ['</script> " \\ \u0000', "array"],
  ] as const)("is signed byte for byte, whatever it holds: %j (trap 36)", async (message, body) => {
    const { receiver, send } = await rig({ secret, body });
    await send([sampleEvent({ message })]);
    const [request] = receiver.requests();
    if (request === undefined) return expect.fail("nothing arrived");
    expect(verifyWebhook({ ...request, secret })[0]?.message).toBe(message);
  });

  it("neither changes nor needs to change the batch", async () => {
    const { send } = await rig();
    const event = Object.freeze(sampleEvent());
    const before = JSON.stringify(event);
    await send(Object.freeze([event] as const));
    expect(JSON.stringify(event)).toBe(before);
  });
});

describe("what is answered", () => {
  it.each([200, 201, 204])("%i is a delivery", async (status) => {
    const { receiver, send } = await rig();
    receiver.answer(status);
    await expect(send()).resolves.toEqual({});
  });

  it("a 2xx with an unreadable body is a delivery", async () => {
    const { receiver, send } = await rig();
    await receiver.meet("garble");
    await expect(send()).resolves.toEqual({});
  });

  it("202 is a delivery that the receiver works off later", async () => {
    const { receiver, send } = await rig();
    receiver.answer(202);
    await expect(send()).resolves.toEqual({ asynchronous: true });
  });

  it("tells the receiver's own name for the request, bounded and on one line", async () => {
    const { receiver, send } = await rig();
    receiver.answer(200, "", { "X-Request-Id": `req-1\t${"x".repeat(300)}` });
    const receipt = await send();
    expect(receipt?.reference).toMatch(/^req-1 x+…$/);
    expect(receipt?.reference).toHaveLength(200);
  });

  it.each([
    [301, "config"],
    [304, "config"],
    [400, "payload"],
    [401, "config"],
    [403, "config"],
    [404, "endpoint"],
    [408, "unavailable"],
    [410, "endpoint"],
    [413, "payload"],
    [422, "payload"],
    [425, "unavailable"],
    [429, "rate-limited"],
    [500, "unavailable"],
    [503, "unavailable"],
  ] as const)("%i is %s (trap 40)", async (status, code) => {
    const { receiver, send } = await rig();
    receiver.answer(status, "BODY-SECRET");
    const error = await failure(send());
    expect(error.code).toBe(code);
    expect(error.message).toMatch(new RegExp(`^the webhook answered ${status}\\b`));
    expect(receiver.attempts()).toBe(1);
  });

  it("waits as long as a 429 says, by a date too, reckoned by the monitor's clock", async () => {
    const { receiver, notifier, send } = await rig();
    notifier.attach?.(notifierHost({ clock: fakeClock(Date.UTC(2025, 7, 29, 10, 30, 0)) }));
    receiver.answer(429, "", { "retry-after": "Fri, 29 Aug 2025 10:30:30 GMT" });
    expect(await failure(send())).toMatchObject({ code: "rate-limited", retryAfterMs: 30_000 });
  });

  it("carries nothing to where a redirect points (trap 31)", async () => {
    const { receiver, send } = await rig({ secret, headers: { authorization: "Bearer t" } });
    receiver.misbehave("redirect");
    expect((await failure(send())).code).toBe("config");
    expect(receiver.strays()).toEqual([]);
  });

  it("is ambiguous when the connection breaks after the request, unavailable when there is none (trap 41)", async () => {
    const { receiver, send } = await rig();
    receiver.misbehave("reset");
    expect((await failure(send())).code).toBe("ambiguous");
    await receiver.meet("refuse");
    expect((await failure(send())).code).toBe("unavailable");
  });
});

describe("verify()", () => {
  it.each([200, 204, 400, 405, 415, 501])(
    "takes %i to OPTIONS for a receiver that is there",
    async (status) => {
      const { receiver, verify } = await rig({ secret, headers: { authorization: "Bearer t" } });
      receiver.answer(status);
      await expect(verify()).resolves.toBeUndefined();
      const [probe] = receiver.requests();
      expect(probe).toMatchObject({ method: "OPTIONS", body: "" });
      expect(probe?.headers.authorization).toBe("Bearer t");
      expect(probe?.headers["webhook-id"]).toMatch(/^verify_\d+$/);
      expect(probe?.headers["webhook-signature"]).toMatch(/^v1,/);
    },
  );

  it.each([
    [401, "config"],
    [403, "config"],
    [404, "endpoint"],
    [410, "endpoint"],
    [307, "config"],
    [429, "rate-limited"],
    [503, "unavailable"],
  ] as const)("tells %i apart as %s", async (status, code) => {
    const { receiver, verify } = await rig();
    receiver.answer(status);
    expect((await failure(verify())).code).toBe(code);
  });

  it("tells a wrong secret from a right one where the receiver checks every request", async () => {
    const server = createServer((request, response) => {
      try {
        verifyWebhook({ headers: request.headers, body: "", secret });
        response.writeHead(204).end();
      } catch {
        response.writeHead(401).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const verify = async (chosen: string) => {
      const notifier = webhook({ url: `http://127.0.0.1:${port}/`, secret: chosen });
      try {
        await notifier.verify?.({ signal: new AbortController().signal });
      } finally {
        await notifier.close?.();
      }
    };
    await expect(verify(secret)).resolves.toBeUndefined();
    const wrong = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;
    expect((await failure(verify(wrong))).code).toBe("config");
    await new Promise((resolve) => server.close(resolve));
  });

  it("tells a dead port apart", async () => {
    const { receiver, verify } = await rig();
    await receiver.meet("refuse");
    expect((await failure(verify())).code).toBe("unavailable");
  });

  it("obeys its signal", async () => {
    const { verify } = await rig();
    expect((await failure(verify(AbortSignal.abort()))).code).toBe("aborted");
  });
});

describe("secrets", () => {
  const secrets = /PATH-SECRET|QUERY-SECRET|HEADER-SECRET|BODY-SECRET|MfKQ|127\.0\.0\.1/;
  const everything = (value: unknown): string =>
    inspect(value, { depth: null, showHidden: true }) + String(JSON.stringify(value));

  it("are not in the notifier, and its key is a hash", async () => {
    const { notifier } = await rig({ secret, headers: { authorization: "HEADER-SECRET" } });
    expect(everything(notifier)).not.toMatch(secrets);
    expect(notifier.destinationKey).toMatch(/^[0-9a-f]{32}$/);
  });

  it("are in no error", async () => {
    const { receiver, send, verify } = await rig({
      secret,
      headers: { authorization: "HEADER-SECRET" },
    });
    const errors: DeliveryError[] = [];
    for (const condition of [
      "unavailable",
      "payload",
      "endpoint",
      "config",
      "reset",
      "refuse",
    ] as const) {
      await receiver.meet(condition);
      errors.push(await failure(send()));
    }
    errors.push(await failure(verify()));
    receiver.answer(400, "BODY-SECRET");
    for (const error of errors) expect(everything(error)).not.toMatch(secrets);
  });
});

it("shares limits, pause and breaker with another webhook to the same address", () => {
  const key = (url: string) => webhook({ url }).destinationKey;
  expect(key("https://h.example/a?k=1")).toBe(key("https://H.example:443/a?k=1"));
  expect(key("https://h.example/a?k=1")).not.toBe(key("https://h.example/a?k=2"));
});
