import { createServer } from "node:net";
import { type Batch, DeliveryError, defineNotifier, type Notifier } from "@datasync-monitor/core";
import { describe, expect, it } from "vitest";
import type { Harness } from "../src/index.ts";
import { pager } from "./support/pager.ts";
import { harnessOf, toldBy } from "./support/told.ts";

const withoutClose = ({ close: _, ...rest }: Notifier): Notifier => rest;

describe("what the suite tells an author", () => {
  const perEvent = ({ send, ...rest }: Notifier): Notifier => ({
    ...rest,
    async send(batch, context) {
      for (const event of batch) await send([event], context);
    },
  });

  it("sends events one by one: not that the key is an event's id", async () => {
    const told = await toldBy("key/parts", harnessOf(perEvent));
    expect(told).toBe("Two batches are two requests, but there were 3.");
  });

  it.each(["key/attempts", "key/batches", "key/parts"])("sends no key, by %s", async (id) => {
    const told = await toldBy(
      id,
      harnessOf((one) => one, { key: "x-no-such-header" }),
    );
    expect(told).toBe("A message arrived without a key.");
  });

  it("finds the header of a key that the harness spells with capitals", async () => {
    const harness = harnessOf((one) => one, { key: "Idempotency-Key" });
    expect(await toldBy("key/attempts", harness)).toBe("nothing");
  });

  it("has a name that is misspelt, in the notifier as in its harness", async () => {
    const slip = (one: Notifier): Notifier => Object.assign(one, { verfiy: () => {} });
    const { verify: _, ...bare } = pager("http://127.0.0.1/");
    const told = await toldBy(
      "contract/shape",
      harnessOf(() => slip(bare)),
    );
    expect(told).toBe("The contract has no `verfiy`. Did you mean `verify`?");
    expect(() => harnessOf((one) => one, { keys: "idempotency-key" } as object)).toThrow(
      "httpHarness() has no option `keys`. Did you mean `key`?",
    );
  });

  it("leaves members alone that are nobody's slip", async () => {
    const own = { destination: "ops", batchSize: 3, served: () => 7, verify: undefined };
    const harness = harnessOf((one) => Object.assign(withoutClose(one), own));
    expect(await toldBy("contract/shape", harness)).toBe("nothing");
  });

  it("gives one rate limit where a list belongs", async () => {
    const rateLimits = { max: 1, perMs: 1000 } as never;
    const harness = harnessOf((one) => ({ ...one, rateLimits }));
    expect(await toldBy("contract/shape", harness)).toMatch(/`rateLimits` must be a list/);
  });

  it.each([
    ["nothing", undefined, /it gave `undefined`/],
    ["a promise", Promise.resolve({}), /it gave a promise/],
    ["an object that sends nothing", {}, /no `send\(batch, context\)`/],
  ])("makes %s in place of a notifier", async (_what, made, words) => {
    const harness = harnessOf(() => made as never);
    for (const id of ["accept/once", "verify/quiet", "close/twice"]) {
      expect(await toldBy(id, harness)).toMatch(words);
    }
  });

  it("has a rig that counts no refused request", async () => {
    const rig: Harness["rig"] = async (canary) => ({
      ...(await harnessOf((one) => one).rig(canary)),
      attempts: () => 0,
    });
    expect(await toldBy("once/endpoint", { rig })).toMatch(/No request was counted.*refused ones/);
  });

  it("sends what arrives after send() has resolved, and its rig does not wait for it", async () => {
    const rig: Harness["rig"] = () => {
      const arrived: string[] = [];
      return {
        notifier: defineNotifier({
          id: "beacon",
          send: ([{ message }]) => void setImmediate(() => arrived.push(message)),
        }),
        meet: () => {},
        received: () => arrived,
        attempts: () => arrived.length,
        close: async () => {},
      };
    };
    expect(await toldBy("accept/once", { rig })).toMatch(
      /^It arrived only after send\(\) had resolved\..* let the rig's notifier wait/,
    );
  });

  it("sends what its vendor would refuse, in the words of the harness", async () => {
    const read = ({ body }: { readonly body: string }): string => {
      if (body.length > 2_000) throw new Error("the pager takes 2,000 characters");
      return body;
    };
    const harness = harnessOf((one) => one, { read });
    expect(await toldBy("hostile/large", harness)).toBe("the pager takes 2,000 characters");
    expect(await toldBy("accept/once", harness)).toBe("nothing");
  });

  it("sends by GET", async () => {
    const harness = harnessOf((one, { url }) => ({
      ...one,
      send: async ([{ message }]) => {
        await (await fetch(`${url}&text=${encodeURIComponent(message)}`)).text();
      },
    }));
    expect(await toldBy("accept/once", harness)).toBe(
      "One message must arrive, but there are 0. A request did: over HTTP a GET, HEAD or OPTIONS is no message, and any other that is accepted is one.",
    );
  });

  it("verifies by a POST", async () => {
    const harness = harnessOf((one) => ({
      ...one,
      verify: async ({ signal }) => {
        const context = { signal, idempotencyKey: "v", attempt: 1, resume: null };
        await one.send([{ message: "?", details: {} }] as unknown as Batch, context);
      },
    }));
    expect(await toldBy("verify/accept", harness)).toMatch(/Over HTTP a GET, HEAD or OPTIONS/);
  });

  it("has no close(), whatever made the socket", async () => {
    expect(await toldBy("close/nothing-left", harnessOf(withoutClose))).toMatch(
      /left open: a socket.* It has no close\(\)\.$/,
    );
  });

  it("fails in a monitor alone: with the error that it died of", async () => {
    const failing = (one: Notifier): Notifier =>
      defineNotifier({
        ...one,
        send: () => Promise.reject(new DeliveryError("payload", "the pager wants a signal")),
      });
    const told = await toldBy("monitor/delivers", harnessOf(failing));
    expect(told).toBe(
      'Of 3 events 0 were delivered. The last error, "payload": the pager wants a signal',
    );
  });
});

describe("a factory that throws", () => {
  let port = 0;
  const free = () =>
    new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });

  it("leaves no destination behind that would hold the test runner", async () => {
    const harness = harnessOf((_one, { url }) => {
      port = Number(new URL(url).port);
      throw new Error("pager(): `token` has the form 123456:ABC");
    });
    expect(await toldBy("accept/once", harness)).toMatch(/has the form/);
    expect(await free()).toBe(true);
  });
});
