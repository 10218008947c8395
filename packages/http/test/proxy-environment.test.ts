import { inspect } from "node:util";
import { ConfigError } from "@datasync-monitor/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { proxyOption } from "../src/proxy.ts";

beforeEach(() => {
  for (const name of ["http_proxy", "https_proxy", "no_proxy"]) {
    vi.stubEnv(name, undefined);
    vi.stubEnv(name.toUpperCase(), undefined);
  }
});
afterEach(() => vi.unstubAllEnvs());

const goesBy = (url: string): string | undefined =>
  proxyOption("test", "environment")(new URL(url))?.host;

describe("the environment", () => {
  it("that names no proxy means none", () => {
    expect(goesBy("https://hooks.test/")).toBeUndefined();
  });

  it("names the proxy of its own scheme alone", () => {
    vi.stubEnv("HTTP_PROXY", "http://proxy.test:3128");
    expect(goesBy("http://hooks.test/")).toBe("proxy.test:3128");
    expect(goesBy("https://hooks.test/")).toBeUndefined();
  });

  it("may leave the scheme away, as curl's does", () => {
    vi.stubEnv("HTTPS_PROXY", " proxy.test:3128\n");
    expect(goesBy("https://hooks.test/")).toBe("proxy.test:3128");
  });

  it.each(["http://localhost:1/", "http://a.localhost/", "http://127.0.0.1/", "http://[::1]/"])(
    "never sends %s to a proxy, whose localhost is another",
    (url) => {
      vi.stubEnv("HTTP_PROXY", "http://proxy.test:3128");
      expect(goesBy(url)).toBeUndefined();
    },
  );

  it.each([
    ["*", "https://hooks.test/", false],
    ["hooks.test", "https://hooks.test/", false],
    ["hooks.test", "https://hooks.test./", false],
    ["HOOKS.Test", "https://hooks.test/", false],
    ["hooks.test", "https://a.b.hooks.test/", false],
    [".hooks.test", "https://hooks.test/", false],
    ["*.hooks.test", "https://a.hooks.test/", false],
    ["hooks.test", "https://nothooks.test/", true],
    ["a.hooks.test", "https://hooks.test/", true],
    ["other.test, hooks.test", "https://hooks.test/", false],
    ["other.test hooks.test", "https://hooks.test/", false],
    ["hooks.test:443", "https://hooks.test/", false],
    ["hooks.test:80", "http://hooks.test/", false],
    ["hooks.test:8443", "https://hooks.test/", true],
    ["hooks.test:8443", "https://hooks.test:8443/", false],
    ["10.1.2.3", "https://10.1.2.3/", false],
    ["10.1.2.3:8443", "https://10.1.2.3:8443/", false],
    ["10.0.0.0/8", "https://10.1.2.3/", false],
    ["10.0.0.0/8", "https://11.1.2.3/", true],
    ["fd00::/8", "https://[fd12::1]/", false],
    ["fd12::1", "https://[fd12::1]/", false],
    ["[fd12::1]:8443", "https://[fd12::1]:8443/", false],
    ["[fd12::1]", "https://[fd12::2]/", true],
    ["", "https://hooks.test/", true],
    [",. ,:", "https://hooks.test/", true],
  ])("with NO_PROXY=%s sends %s by the proxy: %s", (list, url, proxied) => {
    vi.stubEnv("HTTP_PROXY", "http://proxy.test:3128");
    vi.stubEnv("HTTPS_PROXY", "http://proxy.test:3128");
    vi.stubEnv("NO_PROXY", list);
    expect(goesBy(url)).toBe(proxied ? "proxy.test:3128" : undefined);
  });

  it("that names something else than a proxy is told by the name of the variable", () => {
    vi.stubEnv("HTTPS_PROXY", "socks5://user:SECRET@proxy.test");
    expect(() => goesBy("https://hooks.test/")).toThrow("the environment's HTTPS_PROXY must be");
    expect(() => goesBy("https://hooks.test/")).not.toThrow(/SECRET/);
  });
});

describe("the option", () => {
  it("sends everything by the proxy it names, this machine too", () => {
    vi.stubEnv("NO_PROXY", "*");
    const proxyFor = proxyOption("test", "http://proxy.test");
    expect(proxyFor(new URL("http://localhost/"))?.host).toBe("proxy.test");
  });

  it.each([
    "socks5://SECRET.test",
    "proxy.test:3128",
    "enviroment",
    "http://",
    "http://user:%ZZSECRET@proxy.test",
    "",
    7,
  ])("refuses %j and never repeats it", (value) => {
    try {
      proxyOption("webhook()", value);
      expect.fail("taken");
    } catch (error) {
      if (!ConfigError.is(error)) throw error;
      expect(error.option).toBe("proxy");
      expect(error.message).toMatch(/^webhook\(\): `proxy`/);
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain("SECRET");
    }
  });
});
