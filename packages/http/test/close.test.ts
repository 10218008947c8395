import { expect, it } from "vitest";
import { type HttpClientOptions, httpClient } from "../src/index.ts";
import { client, failure, patient } from "./client.ts";
import { serve, tcp } from "./servers.ts";

const until = async (when: () => boolean): Promise<void> => {
  while (!when()) await new Promise((resolve) => setImmediate(resolve));
};

it("ends idle connections, and a second close joins the first", async () => {
  const server = await serve((_, response) => response.end("ok"));
  const one = httpClient();
  await one.post({ url: server.url, body: "", signal: patient() });
  expect(server.sockets.size).toBe(1);
  await Promise.all([one.close(), one.close()]);
  await until(() => server.sockets.size === 0);
});

it("lets a request under way finish", async () => {
  let finish = () => {};
  const server = await serve((_, response) => {
    finish = () => response.end("late, but here");
  });
  const one = httpClient({ drainMs: 10_000 });
  const post = one.post({ url: server.url, body: "", signal: patient() });
  await until(() => server.seen.length === 1);
  const closed = one.close();
  finish();
  expect((await post).body).toBe("late, but here");
  await closed;
});

it("ends what outlives the drain, written or not, and leaves no socket", async () => {
  const server = await serve(() => {});
  const one = httpClient({ connections: 1, drainMs: 10 });
  const written = failure(one.post({ url: server.url, body: "", signal: patient() }));
  const queued = failure(one.post({ url: server.url, body: "", signal: patient() }));
  await until(() => server.seen.length === 1);
  await one.close();
  expect([(await written).code, (await queued).code]).toEqual(["ambiguous", "aborted"]);
  await until(() => server.sockets.size === 0);
});

it("ends a connection that is still being made, and the request that waits for it", async () => {
  const server = await tcp((socket) => socket.resume()); // never shakes hands
  const one = httpClient({ drainMs: 10 });
  const url = new URL(`https://127.0.0.1:${server.port}/`);
  const post = failure(one.post({ url, body: "", signal: patient() }));
  await until(() => server.sockets.size === 1);
  await one.close();
  expect((await post).code).toBe("aborted");
  await until(() => server.sockets.size === 0);
});

it("takes no more requests", async () => {
  const server = await serve((_, response) => response.end());
  const one = client();
  await one.close();
  const error = await failure(one.post({ url: server.url, body: "", signal: patient() }));
  expect([error.code, error.message]).toEqual(["aborted", "the HTTP client is closed"]);
  expect(server.seen).toEqual([]);
});

it("gives up a connection after `connectTimeoutMs`", async () => {
  const server = await tcp((socket) => socket.resume());
  const url = new URL(`https://127.0.0.1:${server.port}/`);
  const error = await failure(
    client({ connectTimeoutMs: 30 }).post({ url, body: "", signal: patient() }),
  );
  expect([error.code, error.message]).toEqual([
    "unavailable",
    "could not connect (CONNECT_TIMEOUT)",
  ]);
});

it.each([
  [{ connections: 0 }, "`connections`"],
  [{ connectTimeoutMs: 1.5 }, "`connectTimeoutMs`"],
  [{ drainMs: -1 }, "`drainMs`"],
  [{ conections: 2 } as HttpClientOptions, "Did you mean `connections`?"],
])("refuses the options %j", (options, words) => {
  expect(() => httpClient(options)).toThrow(words);
});

it("names the factory that its options come from", () => {
  expect(() => httpClient({ connections: 0 }, "pager()")).toThrow(/^pager\(\): `connections`/);
});
