import { inspect } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { elsewhere, good } from "../../../test-support/certificates.ts";
import { type HttpClientOptions, statusError } from "../src/index.ts";
import { client, failure, patient } from "./client.ts";
import { proxyServer } from "./proxies.ts";
import { deadPort, secure, serve } from "./servers.ts";

const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString("base64")}`;

const until = async (when: () => boolean): Promise<void> => {
  while (!when()) await new Promise((resolve) => setImmediate(resolve));
};

/** A TLS server named `elsewhere.test`, which only the proxy can find. */
const hidden = async () => {
  const server = await secure({ cert: elsewhere });
  const url = new URL(`https://elsewhere.test:${server.url.port}/hook/PATH-SECRET?k=1`);
  return { ...server, url };
};

const post = (url: URL, options: HttpClientOptions, signal = patient()) =>
  client(options).post({ url, body: "BODY-SECRET", signal });

describe("by a proxy", () => {
  it("https goes through a tunnel: the proxy learns host and port, the destination no credentials", async () => {
    const [proxy, server] = [await proxyServer(), await hidden()];
    const one = client({ connections: 1, proxy: proxy.with("us%40er:p%3Aw"), ca: elsewhere });
    for (let i = 0; i < 2; i += 1) {
      const answer = await one.post({ url: server.url, body: "{}", signal: patient() });
      expect(answer.body).toBe("ok");
    }
    expect(proxy.asked).toHaveLength(1);
    expect(proxy.asked[0]).toMatchObject({
      method: "CONNECT",
      target: server.url.host,
      headers: { host: server.url.host, "proxy-authorization": basic("us@er:p:w") },
    });
    expect(server.seen.map(({ headers }) => headers["proxy-authorization"])).toEqual([
      undefined,
      undefined,
    ]);
    expect(server.seen[0]).toMatchObject({ path: "/hook/PATH-SECRET?k=1" });
  });

  it("http is asked for with the whole address, over one connection", async () => {
    const [proxy, server] = [await proxyServer(), await serve((_, response) => response.end("ok"))];
    const url = new URL(`http://hooks.test:${server.url.port}/hook?k=1#part`);
    const one = client({ connections: 1, proxy: new URL(proxy.with("user:pass")) });
    for (let i = 0; i < 2; i += 1) {
      const answer = await one.post({ url, body: "{}", signal: patient() });
      expect(answer.body).toBe("ok");
    }
    expect(proxy.asked[0]).toMatchObject({
      method: "POST",
      target: `http://${url.host}/hook?k=1`,
      headers: { host: url.host, "proxy-authorization": basic("user:pass") },
    });
    expect(server.seen[0]).toMatchObject({ path: "/hook?k=1", body: Buffer.from("{}") });
    expect([proxy.asked.length, proxy.sockets.size]).toEqual([2, 1]);
  });

  it("that speaks TLS both work, and `ca` is trusted for it as for the destination", async () => {
    const [proxy, server] = [await proxyServer({ secure: true }), await hidden()];
    const ca = `${good}\n${elsewhere}`;
    expect((await post(server.url, { proxy: proxy.url, ca })).body).toBe("ok");
    const plain = await serve((_, response) => response.end("plain"));
    const url = new URL(`http://hooks.test:${plain.url.port}/`);
    expect((await post(url, { proxy: proxy.url, ca })).body).toBe("plain");
    const error = await failure(post(server.url, { proxy: proxy.url, ca: elsewhere }));
    expect([error.code, error.message]).toEqual([
      "config",
      expect.stringMatching(/^TLS with the proxy failed \(DEPTH_ZERO_SELF_SIGNED_CERT\)/),
    ]);
  });

  it("the certificate of the destination is verified all the same", async () => {
    const [proxy, server] = [await proxyServer(), await hidden()];
    const unknown = await failure(post(server.url, { proxy: proxy.url }));
    expect([unknown.code, unknown.message]).toEqual([
      "config",
      expect.stringContaining("DEPTH_ZERO_SELF_SIGNED_CERT"),
    ]);
    const url = new URL(server.url.href.replace("elsewhere.test", "other.test"));
    const misnamed = await failure(post(url, { proxy: proxy.url, ca: elsewhere }));
    expect(misnamed.message).toContain("ERR_TLS_CERT_ALTNAME_INVALID");
    expect(server.seen).toEqual([]);
    await until(() => proxy.sockets.size === 0);
  });
});

describe("a proxy", () => {
  it.each([
    [
      407,
      "config",
      "the proxy answered 407 to CONNECT: check the user name and password in `proxy`",
    ],
    [403, "config", "the proxy answered 403 to CONNECT"],
    [302, "config", "the proxy answered 302 to CONNECT"],
    [429, "unavailable", "the proxy answered 429 to CONNECT"],
    [502, "unavailable", "the proxy answered 502 to CONNECT"],
  ])("that answers %i to CONNECT makes it %s (trap 45)", async (refuse, code, message) => {
    const [proxy, server] = [await proxyServer({ refuse }), await hidden()];
    const error = await failure(post(server.url, { proxy: proxy.with("user:PROXY-SECRET") }));
    expect([error.code, error.message]).toEqual([code, message]);
    await until(() => proxy.sockets.size === 0);
  });

  it("that answers 407 to plain HTTP makes it config too", async () => {
    const proxy = await proxyServer({ refuse: 407 });
    const answer = await post(new URL("http://hooks.test/"), { proxy: proxy.url });
    expect(statusError(answer, "the webhook", 0)).toMatchObject({
      code: "config",
      message: "the webhook answered 407: a proxy asks for credentials",
    });
  });

  it.each(["https://hooks.test/", "http://hooks.test/"])(
    "that is not there is named, for %s",
    async (url) => {
      const error = await failure(post(new URL(url), { proxy: await deadPort() }));
      expect([error.code, error.message]).toEqual([
        "unavailable",
        "could not connect to the proxy (ECONNREFUSED)",
      ]);
    },
  );

  it("that says nothing is given up after `connectTimeoutMs`, at an abort, and at close", async () => {
    const [proxy, server] = [await proxyServer({ silent: true }), await hidden()];
    const options = { proxy: proxy.url, drainMs: 10 };
    const late = await failure(post(server.url, { ...options, connectTimeoutMs: 50 }));
    expect([late.code, late.message]).toEqual([
      "unavailable",
      "could not connect (CONNECT_TIMEOUT)",
    ]);
    await until(() => proxy.sockets.size === 0);

    const before = proxy.asked.length;
    const controller = new AbortController();
    const one = client(options);
    const aborted = failure(one.post({ url: server.url, body: "", signal: controller.signal }));
    await until(() => proxy.asked.length > before);
    controller.abort();
    expect((await aborted).code).toBe("aborted");

    // Waits for the tunnel that the other had asked for.
    const closed = failure(one.post({ url: server.url, body: "", signal: patient() }));
    await one.close();
    expect((await closed).code).toBe("aborted");
    await until(() => proxy.sockets.size === 0);
  });

  it("is left without a socket when the client closes", async () => {
    const [proxy, server] = [await proxyServer(), await hidden()];
    const one = client({ proxy: proxy.url, ca: elsewhere });
    await one.post({ url: server.url, body: "", signal: patient() });
    expect(proxy.sockets.size).toBe(1);
    await one.close();
    await until(() => proxy.sockets.size === 0 && server.sockets.size === 0);
  });

  it("appears in no error, nor do its credentials", async () => {
    const server = await hidden();
    const dead = new URL(await deadPort());
    dead.username = "user";
    dead.password = "PROXY-SECRET";
    const refusing = await proxyServer({ refuse: 407 });
    for (const proxy of [dead, refusing.with("user:PROXY-SECRET")]) {
      const error = await failure(post(server.url, { proxy }));
      const everything = inspect(error, { depth: null, showHidden: true }) + JSON.stringify(error);
      expect(everything).not.toMatch(/SECRET|127\.0\.0\.1|elsewhere/);
    }
  });
});

describe("the guard and a proxy", () => {
  const looked =
    (address: string): HttpClientOptions["lookup"] =>
    (hostname, _, callback) =>
      callback(null, hostname === "proxy.test" ? "127.0.0.1" : address, 4);

  it.each(["https:", "http:"])(
    "refuse a blocked address before the proxy hears of it: %s",
    async (scheme) => {
      const proxy = await proxyServer();
      const error = await failure(
        post(new URL(`${scheme}//169.254.169.254/`), { proxy: proxy.url }),
      );
      expect([error.code, proxy.asked, proxy.sockets.size]).toEqual(["config", [], 0]);
    },
  );

  it("judge a name by our own look-up where it is strict, and the proxy itself never", async () => {
    const [proxy, server] = [await proxyServer(), await hidden()];
    const named = proxy.url.replace("127.0.0.1", "proxy.test");
    const options = { proxy: named, ca: elsewhere, guard: "strict" } as const;
    const bad = await failure(post(server.url, { ...options, lookup: looked("10.0.0.1") }));
    expect([bad.code, proxy.asked]).toEqual(["config", []]);
    const answer = await post(server.url, { ...options, lookup: looked("93.184.216.34") });
    expect([answer.body, proxy.asked[0]?.target]).toEqual(["ok", server.url.host]);
  });

  it("leave the look-up to the proxy where it is standard", async () => {
    const [proxy, server] = [await proxyServer(), await hidden()];
    const lookup = () => expect.fail("looked up");
    const answer = await post(server.url, { proxy: proxy.url, ca: elsewhere, lookup });
    expect(answer.body).toBe("ok");
  });

  it("let an allowed host go to the proxy unseen", async () => {
    const [proxy, server] = [await proxyServer(), await hidden()];
    const lookup = () => expect.fail("looked up");
    const options = { guard: "strict", allow: ["elsewhere.test"], lookup } as const;
    const answer = await post(server.url, { proxy: proxy.url, ca: elsewhere, ...options });
    expect(answer.body).toBe("ok");
  });
});

describe("the environment", () => {
  afterEach(() => vi.unstubAllEnvs());

  it("is not read unless the option says so", async () => {
    const [proxy, server] = [await proxyServer(), await serve((_, response) => response.end("ok"))];
    vi.stubEnv("HTTP_PROXY", proxy.url);
    vi.stubEnv("http_proxy", proxy.url);
    await post(server.url, {});
    expect(proxy.asked).toEqual([]);
  });

  it("names a proxy for each scheme, in small letters before large ones", async () => {
    const [proxy, other, server] = [await proxyServer(), await proxyServer(), await hidden()];
    vi.stubEnv("https_proxy", proxy.url);
    vi.stubEnv("HTTPS_PROXY", other.url);
    vi.stubEnv("http_proxy", "");
    vi.stubEnv("HTTP_PROXY", other.url);
    const options = { proxy: "environment", ca: elsewhere } as const;
    expect((await post(server.url, options)).body).toBe("ok");
    expect([proxy.asked.length, other.asked.length]).toEqual([1, 0]);
    const plain = await serve((_, response) => response.end("plain"));
    const url = new URL(`http://hooks.test:${plain.url.port}/`);
    expect((await post(url, options)).body).toBe("plain");
    expect([proxy.asked.length, other.asked.length]).toEqual([1, 1]);
  });
});
