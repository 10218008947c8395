import { inspect } from "node:util";
import { ConfigError } from "@datasync-monitor/core";
import { describe, expect, it } from "vitest";
import { good as cert } from "../../../test-support/certificates.ts";
import { type WebhookOptions, webhook } from "../src/index.ts";
import { secret } from "./rig.ts";

const url = "https://receiver.example/hook";

const refusal = (options: unknown): ConfigError => {
  try {
    webhook(options as WebhookOptions);
  } catch (error) {
    if (ConfigError.is(error)) return error;
    throw error;
  }
  return expect.fail("taken");
};

describe("webhook() refuses", () => {
  it.each([
    ["no options", undefined, "options object"],
    ["no url", { url: undefined }, "`url`"],
    ["a url of another kind", { url: "ftp://SECRET.example" }, "https:// or http://"],
    [
      "credentials in the url (trap 43)",
      { url: "https://SECRET:SECRET@h.example" },
      "`authorization` header",
    ],
    ["a misspelt option", { url, secrets: "SECRET" }, "Did you mean `secret`?"],
    ["a secret of another format", { url, secret: "SECRET" }, "whsec_"],
    ["an unknown body", { url, body: "SECRET" }, '"object", "array"'],
    ["batches of objects", { url, maxBatchSize: 10 }, '`body: "array"`'],
    ["an unknown format", { url, format: "SECRET" }, '"cloudevents-binary"'],
    ["a body of CloudEvents", { url, format: "cloudevents-structured", body: "array" }, "`body`"],
    ["batches of single events", { url, format: "cloudevents-binary", maxBatchSize: 2 }, "batch"],
    ["a source without CloudEvents", { url, source: "/SECRET" }, "needs a CloudEvents `format`"],
    ["a source that is no URI", { url, format: "cloudevents-batch", source: "SECRET a" }, "URI"],
    ["a source cut in an escape", { url, format: "cloudevents-batch", source: "/%4" }, "URI"],
    ["a prefix without CloudEvents", { url, typePrefix: "SECRET" }, "needs a CloudEvents `format`"],
    ["a prefix with a slash", { url, format: "cloudevents-batch", typePrefix: "SECRET/" }, "name"],
    [
      "a prefix with a dot at its end",
      { url, format: "cloudevents-batch", typePrefix: "a." },
      "name",
    ],
    [
      "a content type for CloudEvents",
      { url, format: "cloudevents-binary", headers: { "Content-Type": "SECRET" } },
      "set by the notifier",
    ],
    [
      "an attribute among the headers",
      { url, format: "cloudevents-structured", headers: { "ce-id": "SECRET" } },
      "set by the notifier",
    ],
    [
      "credentials for a proxy among the headers",
      { url, headers: { "Proxy-Authorization": "SECRET" } },
      "set by the notifier",
    ],
    ["a batch too large", { url, body: "array", maxBatchSize: 101 }, "from 1 to 100"],
    ["headers that are a list", { url, headers: ["SECRET"] }, "`headers`"],
    ["a Headers", { url, headers: new Headers({ a: "SECRET" }) }, "Object.fromEntries(headers)"],
    ["a Map", { url, headers: new Map([["a", "SECRET"]]) }, "Object.fromEntries(headers)"],
    [
      "a header name with a space",
      { url, headers: { "SECRET name": "a" } },
      "a name that no header may have",
    ],
    ["a line break in a header", { url, headers: { "x-a": "SECRET\r\nx-b: c" } }, "line break"],
    ["a header that is not latin1", { url, headers: { "x-a": "SECRET\u4f60" } }, "character"],
    ["an empty header", { url, headers: { "x-a": "" } }, "`headers.x-a`"],
    ["a header whose value is missing", { url, headers: { authorization: undefined } }, "missing"],
    [
      "a header of the signature",
      { url, headers: { "Webhook-Id": "SECRET" } },
      "set by the notifier",
    ],
    [
      "a header of the connection",
      { url, headers: { "Transfer-Encoding": "SECRET" } },
      "set by the notifier",
    ],
    ["no connection at all", { url, connections: 0 }, "webhook(): `connections`"],
    ["the path of a certificate", { url, ca: "/etc/SECRET.pem" }, "webhook(): `ca`"],
    ["the path of a key", { url, cert, key: "/etc/SECRET.pem" }, "webhook(): `key`"],
    ["a passphrase without a key", { url, passphrase: "SECRET" }, "webhook(): `passphrase`"],
    ["a proxy that is none", { url, proxy: "SECRET" }, "webhook(): `proxy`"],
    ["a guard of another kind", { url, guard: "SECRET" }, '"standard", "strict", "off"'],
    ["an allowed URL", { url, allow: ["https://SECRET.example"] }, "`allow[0]`"],
    ["a resolver that is none", { url, lookup: "SECRET" }, "webhook(): `lookup`"],
    ["a word for a flag", { url, allowInsecure: "SECRET" }, "`allowInsecure`"],
  ])("%s", (_, options, words) => {
    const error = refusal(options);
    expect(error.message).toContain(words);
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain("SECRET");
  });

  it.each([
    "host",
    "content-length",
    "content-encoding",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "upgrade",
    "expect",
    "te",
    "trailer",
    "proxy-connection",
    "webhook-signature",
  ])("the header `%s`, which is its own or the connection's", (name) => {
    expect(refusal({ url, headers: { [name]: "a" } }).option).toBe(`headers.${name}`);
  });

  it("a secret over http: to another machine, and says how to opt in (trap 43)", () => {
    const plain = { url: "http://receiver.example/hook", secret };
    expect(refusal(plain).message).toContain("`allowInsecure: true`");
    expect(refusal({ ...plain, url: "http://127.0.0.1.example/" }).option).toBe("url");
    expect(webhook({ ...plain, allowInsecure: true }).id).toBe("webhook");
    expect(webhook({ url: plain.url }).id).toBe("webhook");
  });
});

describe("webhook() takes", () => {
  it.each(["http://localhost:1/", "http://a.localhost/", "http://127.8.9.1/", "http://[::1]:1/"])(
    "a secret at %s, this machine",
    (local) => {
      expect(webhook({ url: local, secret }).contract).toBe(1);
    },
  );

  it("a URL object, several secrets, and undefined for whatever is optional", () => {
    const notifier = webhook({
      url: new URL(url),
      secret: [secret, `${secret}\n`],
      headers: undefined,
      body: undefined,
      maxBatchSize: undefined,
      connections: undefined,
      format: undefined,
      source: undefined,
      typePrefix: undefined,
      ca: undefined,
      cert: undefined,
      key: undefined,
      passphrase: undefined,
      proxy: undefined,
      guard: undefined,
      allow: undefined,
      lookup: undefined,
      allowInsecure: undefined,
    });
    expect([notifier.id, notifier.maxBatchSize]).toEqual(["webhook", 1]);
  });

  it("a batch size with an array", () => {
    expect(webhook({ url, body: "array", maxBatchSize: 7 }).maxBatchSize).toBe(7);
    const batch = webhook({ url, format: "cloudevents-batch", maxBatchSize: 7 });
    expect(batch.maxBatchSize).toBe(7);
  });
});
