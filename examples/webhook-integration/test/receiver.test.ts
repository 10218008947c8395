import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { setImmediate } from "node:timers/promises";
import { ConfigError } from "@datasync-monitor/core";
import { WebhookVerificationError, webhook } from "@datasync-monitor/notifier-webhook";
import { sendContext } from "@datasync-monitor/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import { webhookReceiver } from "../src/receiver.ts";
import { eventOf, rig, secretOf, signed } from "./support/sender.ts";

const seconds = () => Math.floor(Date.now() / 1_000);

/** Holds work up until it is released. */
const gate = () => {
  let release = (_error?: Error): void => {};
  const opened = new Promise<void>((resolve, reject) => {
    release = (error) => (error === undefined ? resolve() : reject(error));
  });
  return { opened, release };
};

describe("a request that is signed", () => {
  it("is handed on, byte by byte what was sent", async () => {
    const { send, handled } = await rig();
    const event = { ...eventOf("1"), message: "数据同步完成: 1000条记录 \u2028 \u0000 🎉" };
    expect(await send(event)).toBe(204);
    expect(handled).toEqual([event]);
  });

  it("may hold several events, which are handled in their order", async () => {
    const { post, ids } = await rig();
    expect(await post({ body: JSON.stringify(["1", "2", "3"].map(eventOf)) })).toBe(204);
    expect(ids()).toEqual(["1", "2", "3"]);
  });

  it("may be signed by either of two secrets while one is rotated", async () => {
    const { send, ids } = await rig({ secret: [secretOf("n"), secretOf("o")] });
    expect(await send(eventOf("1"), { secret: secretOf("o") })).toBe(204);
    expect(await send(eventOf("2"), { secret: secretOf("n") })).toBe(204);
    expect(await send(eventOf("3"), { secret: secretOf("x") })).toBe(401);
    expect(ids()).toEqual(["1", "2"]);
  });
});

describe("a request that is not to be trusted", () => {
  it("is refused when another secret signed it", async () => {
    const { send, handled, refusals } = await rig();
    expect(await send(eventOf("1"), { secret: secretOf("x") })).toBe(401);
    expect(handled).toEqual([]);
    expect(refusals).toMatchObject([{ status: 401, reason: { code: "signature-mismatch" } }]);
  });

  it("is refused when its body was changed on the way", async () => {
    const { url, handled } = await rig();
    const headers = signed({ body: JSON.stringify(eventOf("1")) });
    const body = JSON.stringify({ ...eventOf("1"), level: "critical" });
    expect((await fetch(url, { method: "POST", headers, body })).status).toBe(401);
    expect(handled).toEqual([]);
  });

  it("is refused without a signature", async () => {
    const { url, handled, refusals } = await rig();
    const body = JSON.stringify(eventOf("1"));
    expect((await fetch(url, { method: "POST", body })).status).toBe(401);
    expect(handled).toEqual([]);
    expect(refusals).toMatchObject([{ reason: { code: "header-missing" } }]);
  });

  it.each([
    ["too old", () => seconds() - 400, "timestamp-expired"],
    ["from the future", () => seconds() + 400, "timestamp-future"],
  ])("is refused when it is %s", async (_what, timestamp, code) => {
    const { send, handled, refusals } = await rig();
    expect(await send(eventOf("1"), { timestamp: timestamp() })).toBe(401);
    expect(handled).toEqual([]);
    expect(refusals).toMatchObject([{ status: 401, reason: { code } }]);
  });

  it("does not make its event known: the real one is handled after it", async () => {
    const { send, ids } = await rig();
    await send(eventOf("1"), { secret: secretOf("x") });
    expect(await send(eventOf("1"))).toBe(204);
    expect(ids()).toEqual(["1"]);
  });
});

describe("a duplicate", () => {
  it("is answered as the first was, and dropped", async () => {
    const { send, ids, duplicates } = await rig();
    expect(await send(eventOf("1"))).toBe(204);
    expect(await send(eventOf("1"), { timestamp: seconds() - 5 })).toBe(204);
    expect(ids()).toEqual(["1"]);
    expect(duplicates.map(({ id }) => id)).toEqual(["1"]);
  });

  it("is known by the event's id, in whatever request it comes", async () => {
    const { send, post, ids } = await rig();
    await send(eventOf("1"), { webhookId: "msg_1" });
    await post({ webhookId: "msg_2", body: JSON.stringify(["1", "2"].map(eventOf)) });
    expect(ids()).toEqual(["1", "2"]);
  });

  it("that comes while the first is being handled waits for its end", async () => {
    const { opened, release } = gate();
    const log: string[] = [];
    const { send, arrived } = await rig({
      handle: async () => {
        log.push("begins");
        await opened;
        log.push("ends");
      },
      onDuplicate: () => log.push("dropped"),
    });
    const both = [send(eventOf("1")), send(eventOf("1"))];
    await expect.poll(arrived).toBe(2);
    await setImmediate();
    release();
    expect(await Promise.all(both)).toEqual([204, 204]);
    expect(log).toEqual(["begins", "ends", "dropped"]);
  });

  it("that waited for a first which fails is answered like it, and neither is kept", async () => {
    const { opened, release } = gate();
    let calls = 0;
    const { send, arrived } = await rig({
      handle: async () => {
        calls += 1;
        if (calls === 1) await opened;
      },
    });
    const both = [send(eventOf("1")), send(eventOf("1"))];
    await expect.poll(arrived).toBe(2);
    await setImmediate();
    release(new Error("the database is away"));
    expect(await Promise.all(both)).toEqual([500, 500]);
    expect(await send(eventOf("1"))).toBe(204);
    expect(calls).toBe(2);
  });

  it("is no duplicate when the first was not handled", async () => {
    let calls = 0;
    const { send, refusals } = await rig({
      handle: () => {
        calls += 1;
        if (calls === 1) throw new Error("the database is away");
      },
    });
    expect(await send(eventOf("1"))).toBe(500);
    expect(refusals).toMatchObject([{ status: 500, reason: { message: "the database is away" } }]);
    expect(await send(eventOf("1"))).toBe(204);
    expect(calls).toBe(2);
  });

  it("repeats of an array only what was not handled", async () => {
    const seen: string[] = [];
    const { post } = await rig({
      handle: async ({ id }) => {
        seen.push(id);
        if (id === "2" && seen.length === 2) throw new Error("not now");
      },
    });
    const body = JSON.stringify(["1", "2", "3"].map(eventOf));
    expect(await post({ body })).toBe(500);
    expect(await post({ body })).toBe(204);
    expect(seen).toEqual(["1", "2", "2", "3"]);
  });

  it("is forgotten once more than `remember` others were seen since", async () => {
    const { send, ids } = await rig({ remember: 2 });
    for (const id of ["1", "2", "1", "3"]) await send(eventOf(id));
    expect(ids()).toEqual(["1", "2", "3"]);
    await send(eventOf("1")); // was seen again after 2, and is still known
    await send(eventOf("2"));
    expect(ids()).toEqual(["1", "2", "3", "2"]);
  });
});

describe("a body that is too long", () => {
  it("is refused with 413, whether or not its length is announced", async () => {
    const { url, handled, refusals } = await rig({ maxBodyBytes: 1_000 });
    const body = "x".repeat(1_001);
    const chunked = new Blob([body]).stream();
    const init = { method: "POST", headers: signed({ body }) };
    expect((await fetch(url, { ...init, body })).status).toBe(413);
    expect((await fetch(url, { ...init, body: chunked, duplex: "half" })).status).toBe(413);
    expect(handled).toEqual([]);
    expect(refusals.map(({ reason }) => reason)).toEqual(Array(2).fill("longer than 1000 bytes"));
  });

  it("is answered before its end, and the sender hears it while it is still sending", async () => {
    const { url } = await rig({ maxBodyBytes: 1_000 });
    const sending = request(url, { method: "POST" });
    onTestFinished(() => void sending.destroy());
    sending.write("x".repeat(1_001));
    const [answer] = await once(sending, "response");
    expect(answer.statusCode).toBe(413);
  });

  it("of megabytes does not take the answer from its sender", async () => {
    const { url } = await rig({ maxBodyBytes: 1_000 });
    const body = "x".repeat(8 * 2 ** 20);
    expect((await fetch(url, { method: "POST", body })).status).toBe(413);
  });

  it("of exactly the limit is taken", async () => {
    const body = JSON.stringify(eventOf("1"));
    const { post, ids } = await rig({ maxBodyBytes: Buffer.byteLength(body) });
    expect(await post({ body })).toBe(204);
    expect(ids()).toEqual(["1"]);
  });

  it("is given up by `webhook()` at once", async () => {
    const { url } = await rig({ maxBodyBytes: 1_000 });
    const notifier = webhook({ url, secret: secretOf("a") });
    onTestFinished(() => notifier.close?.());
    const event = { ...eventOf("1"), message: "x".repeat(5_000) };
    const sent = Promise.resolve(notifier.send([event], sendContext()));
    await expect(sent).rejects.toMatchObject({ code: "payload" });
  });
});

describe("a request that is something else", () => {
  it("is answered with 404 on another path, whatever its query", async () => {
    const { url, send, handled } = await rig();
    expect((await fetch(`${url}/more`, { method: "POST" })).status).toBe(404);
    expect((await fetch(new URL("/?/hook", url), { method: "POST" })).status).toBe(404);
    expect(await send(eventOf("1"))).toBe(204);
    expect(handled).toHaveLength(1);
  });

  it("reaches the path with a query too", async () => {
    const { url, ids } = await rig({ path: "/in" });
    const body = JSON.stringify(eventOf("1"));
    const address = new URL("/in?from=datasync", url);
    const init = { method: "POST", headers: signed({ body }), body };
    expect((await fetch(address, init)).status).toBe(204);
    expect(ids()).toEqual(["1"]);
  });

  it.each(["GET", "PUT", "DELETE"])("is answered with 405 when it is a %s", async (method) => {
    const { url } = await rig();
    const answer = await fetch(url, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe("POST, OPTIONS");
  });

  it.each([
    ["400 when it is signed and no JSON", 400, "not JSON"],
    ["422 when an event has no id", 422, JSON.stringify([eventOf("1"), { message: "no id" }])],
    ["422 when an id is too long to be kept", 422, JSON.stringify(eventOf("x".repeat(129)))],
  ])("is answered with %s", async (_what, status, body) => {
    const { post, handled } = await rig();
    expect(await post({ body })).toBe(status);
    expect(handled).toEqual([]);
  });

  it("is forgotten when the sender leaves halfway, and the next is taken", async () => {
    const { port, send, ids, refusals } = await rig();
    const socket = connect(port, "127.0.0.1");
    const head = ["POST /hook HTTP/1.1", "host: x", "content-length: 100", "expect: 100-continue"];
    socket.write(`${head.join("\r\n")}\r\n\r\n{`);
    await once(socket, "data"); // "continue": the request is being read
    socket.destroy();
    await expect.poll(() => refusals).toMatchObject([{ status: 400 }]);
    expect(await send(eventOf("1"))).toBe(204);
    expect(ids()).toEqual(["1"]);
  });
});

describe("webhookReceiver", () => {
  it.each(["", "secret", "whsec_", []])("refuses the secret %j when it is made", (secret) => {
    expect(() => webhookReceiver({ secret, handle: () => {} })).toThrow(
      expect.objectContaining({ name: ConfigError.name, option: "secret" }),
    );
  });

  it("answers verify() of a sender with a right secret, and of one with a wrong secret", async () => {
    const { url, refusals, handled } = await rig();
    const verify = async (letter: string) => {
      const notifier = webhook({ url, secret: secretOf(letter) });
      onTestFinished(() => notifier.close?.());
      await notifier.verify?.({ signal: new AbortController().signal });
    };
    await verify("a");
    expect(refusals).toEqual([]);
    await expect(verify("x")).rejects.toMatchObject({ code: "config" });
    expect(refusals.map(({ reason }) => WebhookVerificationError.is(reason))).toEqual([true]);
    expect(handled).toEqual([]);
  });
});
