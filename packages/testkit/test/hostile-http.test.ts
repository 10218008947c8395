import { once } from "node:events";
import { Agent, request } from "node:http";
import { createConnection } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type HostileHttp, hostileHttp } from "../src/index.ts";

let http: HostileHttp;
beforeEach(async () => {
  http = await hostileHttp({ dripIntervalMs: 5 });
});
afterEach(() => http.close());

const post = (body = "{}", url = http.url): Promise<Response> =>
  fetch(url, { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(2000) });

const causeCode = (error: unknown): unknown => {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause ? cause.code : undefined;
};

const failure = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "no failure",
    (error: unknown) => causeCode(error) ?? error,
  );

describe("hostileHttp", () => {
  it("accepts by default, and keeps what it was sent", async () => {
    const response = await post('{"a":"你好"}');
    expect([response.status, await response.text()]).toEqual([200, "ok"]);
    expect(http.requests()).toMatchObject([
      { method: "POST", path: "/hook", body: '{"a":"你好"}', headers: { "content-length": "14" } },
    ]);
    expect([http.attempts(), http.refusals(), http.accepted().length]).toEqual([1, 0, 1]);
  });

  it.each([
    ["rate-limited", 429],
    ["unavailable", 503],
    ["payload", 400],
    ["endpoint", 410],
    ["config", 401],
  ] as const)("answers %s by %i, as often as it is told", async (condition, status) => {
    await http.meet(condition, { times: 2 });
    const statuses = [];
    for (let count = 0; count < 3; count += 1) statuses.push((await post()).status);
    expect(statuses).toEqual([status, status, 200]);
    expect([http.attempts(), http.refusals()]).toEqual([3, 2]);
  });

  it("says how long to wait, in seconds", async () => {
    await http.meet("rate-limited", { retryAfterSeconds: 30 });
    expect((await post()).headers.get("retry-after")).toBe("30");
    await http.meet("unavailable", { retryAfterSeconds: 40 });
    const busy = await post();
    expect([busy.status, busy.headers.get("retry-after")]).toEqual([503, "40"]);
    await http.meet("unavailable");
    expect((await post()).headers.get("retry-after")).toBeNull();
  });

  it.each(["0", "1.5", "-5", "junk", "1e9", "Thu, 01 Jan 1970 00:00:00 GMT"])(
    "answers 429 with Retry-After: %s",
    async (value) => {
      http.answer(429, "", { "retry-after": value }, 1);
      expect((await post()).headers.get("retry-after")).toBe(value);
      expect((await post()).status).toBe(200);
    },
  );

  it("refuses a name that it does not know: nobody would ever answer", async () => {
    await expect(http.meet("rate_limited" as "rate-limited")).rejects.toThrow(
      /^meet\(\): `condition` must be one of "accept", "garble", "rate-limited", /,
    );
    await expect(http.meet(undefined as never)).rejects.toThrow(/must be one of/);
    expect(() => http.misbehave("slow" as "drip")).toThrow(
      /^misbehave\(\): `how` must be one of "silent", /,
    );
    await expect(hostileHttp({ pth: "/hook" } as object)).rejects.toThrow("Did you mean `path`?");
    expect((await post()).status).toBe(200);
  });

  it("garbles a success, and counts it as accepted", async () => {
    await http.meet("garble");
    const response = await post();
    expect(response.status).toBe(200);
    await expect(response.json()).rejects.toThrow(SyntaxError);
    expect(http.accepted()).toHaveLength(1);
  });

  it("answers 200 with an error in the body when it is told", async () => {
    http.answer(200, '{"error":"no"}', { "content-type": "application/json" });
    expect(await (await post()).json()).toEqual({ error: "no" });
  });

  it("refuses connections, ends those it had, and opens the same port again", async () => {
    const kept = createConnection(Number(new URL(http.url).port), "127.0.0.1");
    const ended = new Promise((resolve) => kept.once("close", resolve));
    await new Promise((resolve) => kept.once("connect", resolve));
    await http.meet("refuse");
    await ended;
    expect(await failure(post())).toBe("ECONNREFUSED");
    expect(http.attempts()).toBe(0);
    await http.meet("accept");
    expect((await post()).status).toBe(200);
  });

  it("resets the connection after it has read the request", async () => {
    await http.meet("reset");
    expect(await failure(post("read me"))).toBe("ECONNRESET");
    expect(http.requests()).toMatchObject([{ body: "read me" }]);
    expect(http.refusals()).toBe(1);
  });

  it.each(["hang", "hang-headers"] as const)("says nothing at all (%s)", async (how) => {
    if (how === "hang") await http.meet("hang");
    else http.misbehave(how);
    const controller = new AbortController();
    const silent = failure(fetch(http.url, { method: "POST", signal: controller.signal }));
    while (http.requests().length === 0) await turn();
    setTimeout(() => controller.abort(), 20);
    expect(await silent).toMatchObject({ name: "AbortError" });
    expect(http.attempts()).toBe(1);
  });

  it.each(["meet", "misbehave"] as const)("reads nothing at all (%s)", async (how) => {
    if (how === "meet") await http.meet("silent");
    else http.misbehave("silent");
    const controller = new AbortController();
    const silent = failure(fetch(http.url, { method: "POST", signal: controller.signal }));
    while (http.attempts() === 0) await turn();
    controller.abort();
    expect(await silent).toMatchObject({ name: "AbortError" });
    expect([http.attempts(), http.requests().length]).toEqual([1, 0]);
    await http.meet("accept");
    expect((await post()).status).toBe(200);
  });

  it("is silent as often as it is told", async () => {
    await http.meet("silent", { times: 1 });
    const silent = failure(post());
    while (http.attempts() === 0) await turn();
    expect((await post()).status).toBe(200);
    await http.close();
    expect(await silent).toMatch(/UND_ERR_SOCKET|ECONNRESET/);
  });

  it("stops in the middle of a header", async () => {
    await http.meet("half-headers");
    const socket = createConnection(Number(new URL(http.url).port), "127.0.0.1");
    socket.write("GET /hook HTTP/1.1\r\nhost: x\r\n\r\n");
    const [said] = await once(socket, "data");
    expect(String(said)).toBe("HTTP/1.1 200 OK\r\ncontent-le");
    socket.destroy();
  });

  it.each(["half-body", "drip"] as const)("never ends its body (%s)", async (condition) => {
    await http.meet(condition);
    const reader = (await post()).body?.getReader();
    expect((await reader?.read())?.value?.length).toBe(1);
    await reader?.cancel();
    expect(http.accepted()).toHaveLength(0);
  });

  it("stops in the middle of the body", async () => {
    http.misbehave("hang-body");
    const controller = new AbortController();
    const response = await fetch(http.url, { signal: controller.signal });
    expect(response.status).toBe(200);
    setTimeout(() => controller.abort(), 30);
    await expect(response.text()).rejects.toThrow(/abort/);
  });

  it("drips a byte at a time", async () => {
    http.misbehave("drip");
    const reader = (await post()).body?.getReader();
    const first = await reader?.read();
    const second = await reader?.read();
    expect([first?.value?.length, second?.value?.length]).toEqual([1, 1]);
    await reader?.cancel();
  });

  it("answers what is not HTTP", async () => {
    http.misbehave("garbage", 1);
    await expect(post()).rejects.toMatchObject({ cause: { name: "HTTPParserError" } });
    expect((await post()).status).toBe(200);
  });

  it.each(["meet", "misbehave"] as const)("redirects to another origin (%s)", async (how) => {
    if (how === "meet") await http.meet("redirect");
    else http.misbehave("redirect");
    const response = await post();
    expect([response.status, response.headers.get("location")]).toEqual([307, http.elsewhere]);
    expect(new URL(http.elsewhere).origin).not.toBe(new URL(http.url).origin);
    expect(http.strays()).toHaveLength(0);
    await fetch(http.url, { method: "POST", body: "secret" }); // follows
    expect(http.strays()).toMatchObject([{ method: "POST", body: "secret" }]);
  });

  it("sends a body without an end", async () => {
    http.misbehave("bomb");
    const response = await post();
    const reader = response.body?.getReader();
    let bytes = 0;
    while (bytes < 2_000_000) bytes += (await reader?.read())?.value?.length ?? 0;
    await reader?.cancel();
    expect(bytes).toBeGreaterThanOrEqual(2_000_000);
  });

  it("sends a gzip body that grows a thousandfold", async () => {
    http.misbehave("gzip-bomb");
    const packed = await new Promise<Buffer>((resolve, reject) => {
      const outgoing = request(http.url, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => {
          chunks.push(chunk);
          if (Buffer.concat(chunks).length < 10_000) return;
          incoming.destroy();
          resolve(Buffer.concat(chunks));
        });
      });
      outgoing.on("error", reject);
      outgoing.end();
    });
    const { Z_SYNC_FLUSH: finishFlush } = (await import("node:zlib")).constants;
    const unpacked = gunzipSync(packed, { finishFlush });
    expect(unpacked.length / packed.length).toBeGreaterThan(500);
  });

  it("ends its side without a word, and goes on listening", async () => {
    http.misbehave("half-close");
    expect(await failure(post())).toBe("UND_ERR_SOCKET");
    expect(http.attempts()).toBe(1);
  });

  it("ends every socket on close, also of a caller that hangs, and closes twice", async () => {
    await http.meet("hang");
    const hanging = failure(post());
    while (http.attempts() === 0) await turn();
    await http.close();
    await http.close();
    expect(await hanging).toMatch(/UND_ERR_SOCKET|ECONNRESET/);
    await expect(http.meet("accept")).rejects.toThrow("closed");
  });

  it("survives a caller that leaves in the middle of a request", async () => {
    const socket = createConnection(Number(new URL(http.url).port), "127.0.0.1");
    socket.write("POST /hook HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf");
    while (http.attempts() === 0) await turn();
    socket.resetAndDestroy();
    expect((await post()).status).toBe(200);
    expect([http.attempts(), http.requests().length]).toEqual([2, 1]);
  });

  describe("with routes beside the hook, such as a login", () => {
    let login: HostileHttp;
    beforeEach(async () => {
      login = await hostileHttp({
        routes: {
          "/sessions": ({ body }) =>
            body === "right" ? '{"session":"s-1"}' : { status: 401, headers: { "x-why": "wrong" } },
        },
      });
    });
    afterEach(() => login.close());
    const sessions = () => new URL("/sessions?v=2", login.url).href;

    it("answers them in their own way whatever the hook meets, and counts no attempt", async () => {
      await login.meet("unavailable", { times: 1 });
      expect(await (await post("right", sessions())).json()).toEqual({ session: "s-1" });
      const refused = await post("guessed", sessions());
      expect([refused.status, refused.headers.get("x-why")]).toEqual([401, "wrong"]);
      expect((await post("{}", login.url)).status).toBe(503);
      expect([login.attempts(), login.requests().length, login.accepted()]).toEqual([1, 1, []]);
      expect(login.routed().map(({ method, path, body }) => [method, path, body])).toEqual([
        ["POST", "/sessions?v=2", "right"],
        ["POST", "/sessions?v=2", "guessed"],
      ]);
    });

    it("closes them with the hook under `refuse`", async () => {
      await login.meet("refuse");
      expect(await failure(post("right", sessions()))).toBe("ECONNREFUSED");
    });
  });

  it("keeps a connection alive from one request to the next", async () => {
    const agent = new Agent({ keepAlive: true });
    const reused = async (): Promise<boolean> => {
      const outgoing = request(http.url, { agent });
      const [incoming] = await once(outgoing.end(), "response");
      await once(incoming.resume(), "close");
      return outgoing.reusedSocket;
    };
    expect([await reused(), await reused()]).toEqual([false, true]);
    agent.destroy();
  });
});
