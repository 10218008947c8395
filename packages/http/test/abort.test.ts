import { once } from "node:events";
import { hostileHttp, sendContext } from "@datasync-monitor/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import type { PostRequest } from "../src/index.ts";
import { client, failure, patient } from "./client.ts";
import { serve, tcp } from "./servers.ts";

/** Aborts when `when` has come true; looks at every turn of the loop. */
const abortOnce = async (controller: AbortController, when: () => boolean): Promise<void> => {
  while (!when()) await new Promise((resolve) => setImmediate(resolve));
  controller.abort();
};

/** How a request may be told to stop. */
const ways: readonly (readonly [string, (signal: AbortSignal) => PostRequest["signal"]])[] = [
  ["a signal", (signal) => signal],
  ["the context of a send", (signal) => sendContext({ signal })],
  ["a context that has a signal alone", (signal) => ({ signal })],
];

describe.each(ways)("a request that is told to stop by %s", (_, of) => {
  it("is aborted when the signal was before it began, and nothing is connected", async () => {
    const server = await serve((_, response) => response.end());
    const error = await failure(
      client().post({ url: server.url, body: "", signal: of(AbortSignal.abort()) }),
    );
    expect([error.code, server.connections()]).toEqual(["aborted", 0]);
  });

  it("is aborted while it waits for the TLS handshake", async () => {
    const server = await tcp((socket) => socket.resume());
    const controller = new AbortController();
    const post = failure(
      client().post({
        url: new URL(`https://127.0.0.1:${server.port}/`),
        body: "",
        signal: of(controller.signal),
      }),
    );
    await abortOnce(controller, () => server.sockets.size === 1);
    expect((await post).code).toBe("aborted");
  });

  it("is ambiguous when it was written and no answer came, and ends the socket (trap 32)", async () => {
    const receiver = await hostileHttp();
    onTestFinished(() => receiver.close());
    receiver.misbehave("hang-headers");
    const controller = new AbortController();
    const post = failure(
      client().post({ url: new URL(receiver.url), body: "{}", signal: of(controller.signal) }),
    );
    await abortOnce(controller, () => receiver.requests().length === 1);
    expect((await post).code).toBe("ambiguous");
  });

  it("is aborted in the same turn while it queues behind a busy connection, and is never sent (trap 32)", async () => {
    const held: (() => void)[] = [];
    const server = await serve((_, response) => held.push(() => response.end("ok")));
    const one = client({ connections: 1 });
    const post = (body: string, signal: PostRequest["signal"]) =>
      one.post({ url: server.url, body, signal });
    const first = post("first", patient());
    while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));

    const controller = new AbortController();
    const second = failure(post("second", of(controller.signal)));
    const third = post("third", patient());
    let secondSettled = false;
    void second.then(() => {
      secondSettled = true;
    });
    controller.abort();
    await Promise.resolve()
      .then(() => {})
      .then(() => {})
      .then(() => {});
    expect(secondSettled).toBe(true);
    expect((await second).code).toBe("aborted");

    held[0]?.();
    expect((await first).status).toBe(200);
    while (held.length === 1) await new Promise((resolve) => setImmediate(resolve));
    held[1]?.();
    await third;
    expect(server.seen.map(({ body }) => body.toString())).toEqual(["first", "third"]);
    expect(server.connections()).toBe(1);
  });

  it.each(["drip", "hang-body"] as const)(
    "obeys the signal while a body comes as %s (trap 33)",
    async (how) => {
      const receiver = await hostileHttp();
      onTestFinished(() => receiver.close());
      receiver.misbehave(how);
      const one = client({ connections: 1 });
      const url = new URL(receiver.url);
      const controller = new AbortController();
      const post = failure(one.post({ url, body: "{}", signal: of(controller.signal) }));
      await abortOnce(controller, () => receiver.requests().length === 1);
      expect((await post).code).toBe("ambiguous");

      receiver.answer(200, "ok");
      expect((await one.post({ url, body: "{}", signal: patient() })).body).toBe("ok");
    },
  );

  it("stays quiet when the signal aborts after the answer", async () => {
    const server = await serve((_, response) => response.end("ok"));
    const controller = new AbortController();
    const one = client({ connections: 1 });
    await one.post({ url: server.url, body: "", signal: of(controller.signal) });
    controller.abort();
    await one.post({ url: server.url, body: "", signal: patient() });
    expect(server.connections()).toBe(1);
  });

  it("ends the connection of a request that was given up", async () => {
    const server = await serve(() => {});
    const controller = new AbortController();
    const post = failure(
      client().post({ url: server.url, body: "", signal: of(controller.signal) }),
    );
    await abortOnce(controller, () => server.seen.length === 1);
    const [socket] = server.sockets;
    const closed = socket && once(socket, "close");
    expect((await post).code).toBe("ambiguous");
    await closed;
    expect(socket?.destroyed).toBe(true);
  });
});

it("leaves no listener on the signal once it has settled", async () => {
  const server = await serve((_, response) => response.end());
  const controller = new AbortController();
  let listeners = 0;
  const { signal } = controller;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners += 1;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners -= 1;
    remove(...args);
  };
  await client().post({ url: server.url, body: "", signal });
  expect(listeners).toBe(0);
});

it("asks a context that can tell of its abort for no signal, and stops listening once it has settled", async () => {
  const server = await serve((_, response) => response.end());
  let listeners = 0;
  const context = {
    get signal(): AbortSignal {
      return expect.fail("the signal was made");
    },
    onAbort: () => {
      listeners += 1;
      return () => {
        listeners -= 1;
      };
    },
  };
  const post = client().post({ url: server.url, body: "", signal: context });
  expect(listeners).toBe(1);
  await post;
  expect(listeners).toBe(0);
});
