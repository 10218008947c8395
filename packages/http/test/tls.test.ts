import type { ServerOptions } from "node:https";
import { afterEach, describe, expect, it, vi } from "vitest";
import { elsewhere, expired, good } from "../../../test-support/certificates.ts";
import { httpClient } from "../src/index.ts";
import { client, failure, patient } from "./client.ts";
import { secure, serve } from "./servers.ts";

const reasonOf = async (options: ServerOptions, ca?: string) => {
  const server = await secure(options);
  const error = await failure(
    client({ ca }).post({ url: server.url, body: "", signal: patient() }),
  );
  expect(server.seen).toEqual([]);
  expect(error.code).toBe("config");
  return error.message;
};

describe("a certificate (trap 46)", () => {
  it("that nobody vouches for is a matter of configuration, with its reason", async () => {
    expect(await reasonOf({ cert: good })).toBe(
      "TLS failed (DEPTH_ZERO_SELF_SIGNED_CERT): check the certificates of both sides",
    );
  });

  it("that `ca` vouches for is accepted", async () => {
    const server = await secure({ cert: good });
    const answer = await client({ ca: good }).post({
      url: server.url,
      body: "",
      signal: patient(),
    });
    expect(answer.body).toBe("ok");
  });

  it("for another host is refused", async () => {
    expect(await reasonOf({ cert: elsewhere }, elsewhere)).toContain(
      "ERR_TLS_CERT_ALTNAME_INVALID",
    );
  });

  it("that has expired is refused", async () => {
    expect(await reasonOf({ cert: expired }, expired)).toContain("CERT_HAS_EXPIRED");
  });
});

describe("a TLS connection", () => {
  afterEach(() => vi.unstubAllEnvs());

  it("older than 1.2 is refused", async () => {
    const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL@SECLEVEL=0" } as const;
    expect(await reasonOf({ cert: good, ...old }, good)).toMatch(
      /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/,
    );
  });

  it("is verified although NODE_TLS_REJECT_UNAUTHORIZED says not to", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    expect(await reasonOf({ cert: good })).toContain("DEPTH_ZERO_SELF_SIGNED_CERT");
  });

  it("to a port that speaks plain HTTP is a matter of configuration", async () => {
    const plain = await serve((_, response) => response.end());
    const url = new URL(plain.url.href.replace("http:", "https:"));
    const error = await failure(client().post({ url, body: "", signal: patient() }));
    expect([error.code, error.message]).toEqual([
      "config",
      expect.stringMatching(
        /^TLS failed \(ERR_SSL_\w+\): the port does not seem to speak TLS, as behind `http:`$/,
      ),
    ]);
  });
});

it.each([
  "/etc/ssl/private-ca.pem",
  "-----BEGIN CERTIFICATE-----\nnot base64\n-----END CERTIFICATE-----",
  "",
])("refuses a `ca` that is no certificate: %j", (ca) => {
  expect(() => httpClient({ ca })).toThrow(/`ca`/);
  expect(() => httpClient({ ca })).not.toThrow(/private-ca/);
});
