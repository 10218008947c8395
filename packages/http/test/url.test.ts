import { createHash } from "node:crypto";
import { inspect } from "node:util";
import { ConfigError } from "@datasync-monitor/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { destinationKeyOf, isLoopback, urlOption } from "../src/index.ts";

const refusal = (value: unknown, rules?: Parameters<typeof urlOption>[3]): ConfigError => {
  try {
    urlOption("slack()", "webhookUrl", value, rules);
  } catch (error) {
    if (ConfigError.is(error)) return error;
  }
  return expect.fail("no ConfigError");
};

describe("urlOption", () => {
  it("takes a text or a URL, trims it, drops the fragment, and leaves the argument alone", () => {
    const given = new URL("https://hooks.example/T0/B0?key=1#x");
    expect(urlOption("slack()", "webhookUrl", given).href).toBe(
      "https://hooks.example/T0/B0?key=1",
    );
    expect(urlOption("slack()", "webhookUrl", " http://h.example/a\n").href).toBe(
      "http://h.example/a",
    );
    expect(given.hash).toBe("#x");
  });

  it.each([
    [undefined, "missing"],
    [null, "null"],
    ["", "empty"],
    [7, "a number"],
  ])("says what is wrong with %j", (value, words) => {
    expect(refusal(value)).toMatchObject({
      option: "webhookUrl",
      message: expect.stringContaining(words),
    });
  });

  it("asks for credentials as a header (trap 43)", () => {
    for (const value of ["https://user:SECRET@host.example/", "https://SECRET@host.example/"]) {
      expect(refusal(value).message).toContain("`authorization` header");
    }
  });

  it("names the protocols that are allowed", () => {
    expect(refusal("http://h.example/", { protocols: ["https:"] }).message).toBe(
      "slack(): `webhookUrl` must start with https://.",
    );
    expect(refusal("hooks.example/T0").message).toContain("https:// or http://");
  });

  it.each([
    "hooks.example/T0/SECRET",
    "https://user:SECRET@host.example/SECRET",
    "ftp://host.example/SECRET",
    "https://SECRET SECRET/",
    "/SECRET",
    "javascript:SECRET",
  ])("never repeats %s", (value) => {
    const error = refusal(value);
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain("SECRET");
  });
});

describe("isLoopback", () => {
  it.each([
    ["http://localhost:8080/", true],
    ["http://LOCALHOST/", true],
    ["http://app.localhost/", true],
    ["http://127.8.9.1/", true],
    ["http://2130706433/", true], // 127.0.0.1 as one number, which URL spells out
    ["http://[::1]:1/", true],
    ["http://localhost.example/", false],
    ["http://notlocalhost/", false],
    ["http://127.0.0.1.example/", false],
    ["http://[::2]/", false],
    ["http://10.0.0.1/", false],
  ])("of %s is %s", (url, expected) => {
    expect(isLoopback(new URL(url))).toBe(expected);
  });
});

describe("destinationKeyOf", () => {
  it("is the beginning of a SHA-256 over the canonical address", () => {
    const whole = createHash("sha256").update("https://hooks.example/T0").digest("hex");
    expect(destinationKeyOf("https://hooks.example/T0")).toBe(whole.slice(0, 32));
  });

  it("is one for the spellings of one address, and another for another", () => {
    const key = destinationKeyOf("https://hooks.example/T0?a=1");
    expect(destinationKeyOf(new URL("HTTPS://Hooks.Example:443/T0?a=1#part"))).toBe(key);
    expect(destinationKeyOf("https://hooks.example/T0?a=2")).not.toBe(key);
  });

  it("tells two channels at one address apart, and two tokens", () => {
    const keys = ["#ops", "#dev", "t#1", "t#2"].map((own) =>
      destinationKeyOf(`https://chat.example/post ${own}`),
    );
    expect(new Set(keys).size).toBe(4);
  });

  it("holds for any text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(destinationKeyOf(text)).toMatch(/^[0-9a-f]{32}$/);
      }),
    );
  });
});
