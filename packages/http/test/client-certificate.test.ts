import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import type { ServerOptions } from "node:https";
import { inspect } from "node:util";
import { ConfigError } from "@datasync-monitor/core";
import { describe, expect, it } from "vitest";
import { elsewhere, good, key } from "../../../test-support/certificates.ts";
import { type HttpClientOptions, httpClient } from "../src/index.ts";
import { client, failure, patient } from "./client.ts";
import { proxyServer } from "./proxies.ts";
import { secure } from "./servers.ts";

const passphrase = "PASSPHRASE-SECRET";
const encrypted = createPrivateKey(key)
  .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase })
  .toString();

/** A server that speaks with whoever shows the certificate `good`. */
const asking = (options: ServerOptions = {}) =>
  secure({ cert: good, ca: good, requestCert: true, rejectUnauthorized: true, ...options });

const post = (url: URL, options: HttpClientOptions) =>
  client({ ca: good, ...options }).post({ url, body: "{}", signal: patient() });

describe("a client certificate", () => {
  it("is shown to a destination that asks for one", async () => {
    const server = await asking();
    expect((await post(server.url, { cert: good, key })).body).toBe("ok");
  });

  it("may have an encrypted key", async () => {
    const server = await asking();
    const options = { cert: good, key: encrypted, passphrase: `${passphrase}\n` };
    expect((await post(server.url, options)).body).toBe("ok");
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "that is missing is a matter of configuration, also in %s",
    async (maxVersion) => {
      const server = await asking({ maxVersion });
      const error = await failure(post(server.url, {}));
      expect([error.code, error.message]).toEqual([
        "config",
        expect.stringMatching(
          /^TLS failed \(ERR_SSL_[\w/]+\): check the certificates of both sides$/,
        ),
      ]);
      expect(server.seen).toEqual([]);
    },
  );

  it("is shown to the destination through a proxy, and never to the proxy", async () => {
    const [proxy, server] = [
      await proxyServer({ secure: true }),
      await asking({ cert: elsewhere }),
    ];
    const url = new URL(`https://elsewhere.test:${server.url.port}/hook`);
    const options = { ca: `${good}\n${elsewhere}`, cert: good, key, proxy: proxy.url };
    expect((await post(url, options)).body).toBe("ok");
    expect(proxy.asked.map(({ certified }) => certified)).toEqual([false]);
  });
});

describe("the options refuse", () => {
  const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const otherKey = other.export({ type: "pkcs8", format: "pem" }).toString();

  it.each([
    ["a certificate without its key", { cert: good }, "key", "`cert` needs `key`"],
    ["a key without its certificate", { key }, "cert", "`key` needs `cert`"],
    ["a passphrase without a key", { passphrase }, "key", "`passphrase` needs `key`"],
    ["the path of a certificate", { cert: "/etc/SECRET.pem", key }, "cert", "not the path"],
    ["the path of a key", { cert: good, key: "/etc/SECRET.pem" }, "key", "not the path"],
    ["the key of another", { cert: good, key: otherKey }, "key", "not the key of `cert`"],
    ["a locked key", { cert: good, key: encrypted }, "passphrase", "is missing"],
    [
      "a wrong passphrase",
      { cert: good, key: encrypted, passphrase: "OTHER-SECRET" },
      "passphrase",
      "does not open it",
    ],
    ["an empty passphrase", { cert: good, key: encrypted, passphrase: "" }, "passphrase", "empty"],
    ["bytes", { cert: Buffer.from(good), key }, "cert", "an object"],
  ])("%s", (_, options, option, words) => {
    try {
      httpClient(options as HttpClientOptions, "pager()");
      expect.fail("taken");
    } catch (error) {
      if (!ConfigError.is(error)) throw error;
      expect(error.option).toBe(option);
      expect(error.message).toContain(words);
      expect(error.message).toMatch(/^pager\(\): /);
      expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(/SECRET|PRIVATE|MIG/);
    }
  });
});
