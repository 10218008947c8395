import { inspect } from "node:util";
import { ConfigError } from "@datasync-monitor/core";
import { describe, expect, it } from "vitest";
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
    ["a batch too large", { url, body: "array", maxBatchSize: 101 }, "from 1 to 100"],
    ["headers that are a list", { url, headers: ["SECRET"] }, "`headers`"],
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
    ["a word for a flag", { url, allowInsecure: "SECRET" }, "`allowInsecure`"],
  ])("%s", (_, options, words) => {
    const error = refusal(options);
    expect(error.message).toContain(words);
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain("SECRET");
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
      ca: undefined,
      allowInsecure: undefined,
    });
    expect([notifier.id, notifier.maxBatchSize]).toEqual(["webhook", 1]);
  });

  it("a batch size with an array", () => {
    expect(webhook({ url, body: "array", maxBatchSize: 7 }).maxBatchSize).toBe(7);
  });
});
