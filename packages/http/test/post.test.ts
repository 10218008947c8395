import { inspect } from "node:util";
import { DeliveryError } from "@datasync-monitor/core";
import { hostileHttp } from "@datasync-monitor/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { client, failure, patient } from "./client.ts";
import { deadPort, serve, tcp } from "./servers.ts";

const hostile = async () => {
  const receiver = await hostileHttp();
  onTestFinished(() => receiver.close());
  return { ...receiver, address: new URL(receiver.url) };
};

describe("what is sent", () => {
  it("carries the exact bytes, once, with our name and no wish for compression", async () => {
    const server = await serve((_, response) => response.end("ok"));
    const body = Buffer.from([0x7b, 0xff, 0x00, 0x7d]);
    await client().post({
      url: new URL("?key=1#part", server.url),
      body,
      headers: { "Content-Type": "application/json", "X-Team": "caf\u00e9" },
      signal: patient(),
    });
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]).toMatchObject({ method: "POST", path: "/hook?key=1", body });
    expect(server.seen[0]?.headers).toMatchObject({
      "content-type": "application/json",
      "x-team": "caf\u00e9",
      "user-agent": `datasync-monitor/${manifest.version}`,
      "accept-encoding": "identity",
    });
  });

  it("lets a caller name another user agent, in any case, without sending two", async () => {
    const server = await serve((_, response) => response.end());
    await client().post({
      url: server.url,
      body: "",
      headers: { "User-Agent": "pager/2" },
      signal: patient(),
    });
    expect(server.seen[0]?.headers["user-agent"]).toBe("pager/2");
  });

  it.each(["HEAD", "OPTIONS", "GET", "PUT"] as const)("speaks %s", async (method) => {
    const server = await serve((_, response) => response.writeHead(204).end());
    const answer = await client().post({ url: server.url, body: "", method, signal: patient() });
    expect([server.seen[0]?.method, answer.status, answer.body]).toEqual([method, 204, ""]);
  });

  it.each([
    ["a line break in a header", { "x-a": "b\r\nx-c: d" }],
    ["a header that is not latin1", { "x-a": "\u4f60" }],
    ["a header name with a space", { "x a": "b" }],
    ["a header that belongs to the connection", { "transfer-encoding": "chunked" }],
  ])("refuses %s before anything is written", async (_, headers) => {
    const server = await serve((_, response) => response.end());
    const error = await failure(
      client().post({ url: server.url, body: "", headers, signal: patient() }),
    );
    expect(error.code).toBe("config");
    expect(server.seen).toEqual([]);
  });

  it.each(["ftp://127.0.0.1/", "http://user:pass@127.0.0.1/", "http://user@127.0.0.1/"])(
    "refuses %s (trap 43)",
    async (url) => {
      const error = await failure(
        client().post({ url: new URL(url), body: "", signal: patient() }),
      );
      expect(error.code).toBe("config");
      expect(inspect(error)).not.toMatch(/user@|pass@/);
    },
  );
});

describe("what comes back", () => {
  it("holds status, lower-case headers and body, whatever the status", async () => {
    const server = await serve((_, response) => {
      response
        .writeHead(503, { "Retry-After": "7", "Set-Cookie": ["a=1", "b=2"] })
        .end("nicht jetzt: ä");
    });
    const answer = await client().post({ url: server.url, body: "{}", signal: patient() });
    expect(answer).toMatchObject({ status: 503, body: "nicht jetzt: ä", truncated: false });
    expect(answer.headers).toMatchObject({ "retry-after": "7", "set-cookie": "a=1, b=2" });
  });

  it.each([301, 302, 303, 307, 308])(
    "follows no %i: the other host hears nothing (trap 31)",
    async (status) => {
      const receiver = await hostile();
      receiver.answer(status, "", { location: receiver.elsewhere });
      const answer = await client().post({
        url: receiver.address,
        body: "secret",
        signal: patient(),
      });
      expect(answer.status).toBe(status);
      expect(receiver.attempts()).toBe(1);
      expect(receiver.strays()).toEqual([]);
    },
  );

  it("makes one attempt at a server that is not there now", async () => {
    const receiver = await hostile();
    receiver.answer(503);
    await client().post({ url: receiver.address, body: "{}", signal: patient() });
    expect(receiver.attempts()).toBe(1);
  });

  it("reads failures to their end: the 51st request passes on one connection (trap 34)", async () => {
    const server = await serve((_, response) => response.writeHead(500).end("x".repeat(20_000)));
    const one = client({ connections: 1 });
    for (let i = 0; i < 50; i += 1)
      await one.post({ url: server.url, body: "{}", signal: patient() });
    const answer = await one.post({ url: server.url, body: "{}", signal: patient() });
    expect(answer.status).toBe(500);
    expect([server.seen.length, server.connections()]).toEqual([51, 1]);
  });

  it("skips informational answers, and ends a flood of them", async () => {
    const hint = "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n";
    const polite = await tcp((socket) => {
      socket.once("data", () =>
        socket.write(`${hint}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok`),
      );
    });
    expect(await client().post({ url: polite.url, body: "", signal: patient() })).toMatchObject({
      status: 200,
      body: "ok",
    });
    const flood = await tcp((socket) => {
      const more = () => socket.write(hint, () => setImmediate(more));
      socket.once("data", more);
    });
    const error = await failure(client().post({ url: flood.url, body: "", signal: patient() }));
    expect(error.code).toBe("ambiguous");
  });

  it("tells the status of an answer whose body breaks off, and marks it", async () => {
    const server = await tcp((socket) => {
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this", () =>
          socket.destroy(),
        );
      });
    });
    const answer = await client().post({ url: server.url, body: "", signal: patient() });
    expect(answer).toMatchObject({ status: 200, body: "only this", truncated: true });
  });
});

describe("what fails", () => {
  it("is unavailable while nothing listens (trap 41)", async () => {
    const error = await failure(
      client().post({ url: await deadPort(), body: "", signal: patient() }),
    );
    expect([error.code, error.message]).toEqual([
      "unavailable",
      "could not connect (ECONNREFUSED)",
    ]);
  });

  it.each([
    ["of another scheme", new URL("ftp://hooks.test/")],
    ["with credentials", new URL("https://user:SECRET@hooks.test/")],
    ["that is a text", "https://hooks.test/SECRET" as unknown as URL],
  ])("is config for an address %s", async (_, url) => {
    const error = await failure(client().post({ url, body: "", signal: patient() }));
    expect([error.code, error.message]).toEqual([
      "config",
      "the address must be a `URL` of http or https, without credentials",
    ]);
  });

  it.each([
    ["a form", new URLSearchParams({ text: "hello" })],
    ["an object", { text: "hello" }],
  ])("is config for a body that is %s, and no part of it is sent", async (_, body) => {
    const { url, seen } = await serve((_, response) => response.end("ok"));
    const error = await failure(
      client().post({ url, body: body as unknown as string, signal: patient() }),
    );
    expect(seen).toEqual([]);
    expect([error.code, error.message]).toEqual([
      "config",
      "the request cannot be written: its body is no string or bytes",
    ]);
  });

  it.each([
    ["a line break", { "x-note": "a\r\nb: c" }],
    ["a length that is not the body's", { "content-length": "7" }],
  ])("is config for a header with %s: no attempt would write it", async (_, headers) => {
    const { url, seen } = await serve((_, response) => response.end("ok"));
    const error = await failure(client().post({ url, body: "abc", headers, signal: patient() }));
    expect(seen).toEqual([]);
    expect([error.code, error.message]).toEqual([
      "config",
      "the request cannot be written: a header, the method or the path is not valid",
    ]);
  });

  it("is unavailable when a name cannot be looked up", async () => {
    const url = new URL("http://no-such-host.invalid/hook");
    const error = await failure(client().post({ url, body: "", signal: patient() }));
    expect(error.code).toBe("unavailable");
  });

  it("settles every request that waits for a port that refuses", async () => {
    const few = client({ connections: 2 });
    const url = await deadPort();
    const posts = Array.from({ length: 50 }, () =>
      failure(few.post({ url, body: "", signal: patient() })),
    );
    const codes = (await Promise.all(posts)).map((error) => error.code);
    expect(codes).toEqual(Array.from({ length: 50 }, () => "unavailable"));
  });

  it.each(["reset", "half-close", "garbage"] as const)(
    "is ambiguous when the server answers a written request with %s (trap 41)",
    async (how) => {
      const receiver = await hostile();
      receiver.misbehave(how);
      const error = await failure(
        client().post({ url: receiver.address, body: "{}", signal: patient() }),
      );
      expect(error.code).toBe("ambiguous");
      expect(receiver.attempts()).toBe(1);
    },
  );

  it("is ambiguous when the headers are larger than 16 KiB", async () => {
    const server = await serve((_, response) =>
      response.setHeader("x-big", "x".repeat(20_000)).end(),
    );
    const error = await failure(client().post({ url: server.url, body: "", signal: patient() }));
    expect([error.code, error.message]).toEqual([
      "ambiguous",
      "the connection failed after the request was written (UND_ERR_HEADERS_OVERFLOW)",
    ]);
  });

  it.each([
    ["another protocol", "101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x"],
    ["to go on, though the body was not held back", "100 Continue"],
  ])("is ambiguous when the server wants %s", async (_, line) => {
    const server = await tcp((socket) => {
      socket.once("data", () => socket.write(`HTTP/1.1 ${line}\r\n\r\n`));
    });
    const error = await failure(client().post({ url: server.url, body: "", signal: patient() }));
    expect(error.code).toBe("ambiguous");
  });

  it("gives no error that holds the address, a header or the body", async () => {
    const receiver = await hostile();
    const dead = await deadPort();
    const one = client();
    const send = (base: URL, signal: AbortSignal) =>
      one.post({
        url: new URL("/T0/PATH-SECRET?token=QUERY-SECRET", base),
        body: "BODY-SECRET",
        headers: { authorization: "HEADER-SECRET" },
        signal,
      });
    const errors = [await failure(send(dead, patient()))];
    errors.push(await failure(send(receiver.address, AbortSignal.abort())));
    for (const how of ["reset", "garbage", "half-close"] as const) {
      receiver.misbehave(how);
      errors.push(await failure(send(receiver.address, patient())));
    }
    for (const error of errors) {
      const everything = inspect(error, { depth: null, showHidden: true }) + JSON.stringify(error);
      expect(everything).not.toMatch(/SECRET|127\.0\.0\.1/);
      expect(error.cause === undefined || !(error.cause instanceof DeliveryError)).toBe(true);
    }
  });
});
