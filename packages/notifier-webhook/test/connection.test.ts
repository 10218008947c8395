import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, LookupFunction } from "node:net";
import { inspect } from "node:util";
import { sampleEvent, sendContext } from "@datasync-monitor/testkit";
import { afterEach, expect, it, onTestFinished, vi } from "vitest";
import { good as cert, key } from "../../../test-support/certificates.ts";
import { type WebhookOptions, webhook } from "../src/index.ts";
import { failure, rig, secret } from "./rig.ts";

afterEach(() => vi.unstubAllEnvs());

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
};

const send = (options: WebhookOptions) => {
  const notifier = webhook(options);
  onTestFinished(() => notifier.close?.());
  return Promise.resolve(notifier.send([sampleEvent()], sendContext()));
};

/** A proxy that answers every request for plain HTTP itself, and keeps what it was asked for. */
const proxyServer = async () => {
  const asked: { url: string | undefined; authorization: string | undefined }[] = [];
  const listener: RequestListener = ({ url, headers }, response) => {
    asked.push({ url, authorization: headers["proxy-authorization"] });
    response.writeHead(204).end();
  };
  return { asked, port: await listen(createServer(listener)) };
};

it("refuses a blocked address at every attempt, and the receiver hears nothing", async () => {
  const { receiver, send: again, verify } = await rig({ guard: "strict" });
  for (const attempt of [again, again, verify]) {
    const error = await failure(Promise.resolve(attempt()));
    expect(error.code).toBe("config");
    expect(error.message).toContain('`guard: "strict"`');
    expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(/SECRET|127\.0\.0\.1/);
  }
  expect(receiver.attempts()).toBe(0);
});

it("refuses link-local addresses by default, and lets pass what is allowed", async () => {
  const lookup: LookupFunction = (_, __, callback) => callback(null, "169.254.169.254", 4);
  expect((await failure(send({ url: "http://hooks.test/", lookup }))).code).toBe("config");
  const { receiver, send: post } = await rig({ guard: "strict", allow: ["127.0.0.0/8"] });
  await post();
  expect(receiver.attempts()).toBe(1);
});

it("speaks to a server of a private authority that asks for a certificate", async () => {
  let certified: boolean | undefined;
  const options = { key, cert, ca: cert, requestCert: true, rejectUnauthorized: true };
  const server = createSecureServer(options, (_, response) => {
    certified = true;
    response.writeHead(204).end();
  });
  const url = `https://localhost:${await listen(server)}/hook`;
  await send({ url, ca: cert, cert, key });
  expect(certified).toBe(true);
  expect((await failure(send({ url, cert, key }))).code).toBe("config");
});

it("goes by the proxy of the option, whose credentials stay with it", async () => {
  const proxy = await proxyServer();
  const url = "http://hooks.test/hook?k=1";
  await send({ url, proxy: `http://user:PROXY-SECRET@127.0.0.1:${proxy.port}` });
  const authorization = `Basic ${Buffer.from("user:PROXY-SECRET").toString("base64")}`;
  expect(proxy.asked).toEqual([{ url, authorization }]);
});

it("goes by the proxy of the environment where it is told to, and not else", async () => {
  const proxy = await proxyServer();
  vi.stubEnv("http_proxy", `http://127.0.0.1:${proxy.port}`);
  vi.stubEnv("no_proxy", "");
  vi.stubEnv("NO_PROXY", "");
  const url = "http://hooks.test/";
  const lookup: LookupFunction = (_, __, callback) =>
    callback(Object.assign(new Error(), { code: "ENOTFOUND" }), []);
  expect((await failure(send({ url, lookup }))).code).toBe("unavailable");
  await send({ url, proxy: "environment" });
  expect(proxy.asked).toHaveLength(1);
});

it("treats this machine as another where a proxy stands between: a secret needs https", () => {
  const local = { url: "http://localhost:1/", secret };
  expect(() => webhook({ ...local, proxy: "http://proxy.test" })).toThrow("`allowInsecure: true`");
  expect(webhook({ ...local, proxy: "environment" }).id).toBe("webhook");
});
