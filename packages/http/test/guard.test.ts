import type { LookupAddress } from "node:dns";
import { getDefaultAutoSelectFamily, setDefaultAutoSelectFamily } from "node:net";
import { inspect } from "node:util";
import { ConfigError } from "@datasync-monitor/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { guardOption } from "../src/guard.ts";
import { type HttpClientOptions, httpClient } from "../src/index.ts";
import { client, failure, patient } from "./client.ts";
import { serve } from "./servers.ts";

/** As dns.lookup, which gives one address unless it is asked for all; the last answer is given for ever. */
const resolver = (...answers: readonly string[][]) => {
  const asked: string[] = [];
  const lookup: HttpClientOptions["lookup"] = (hostname, { all }, callback) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)] ?? [];
    asked.push(hostname);
    const found: LookupAddress[] = answer.map((address) => ({
      address,
      family: address.includes(":") ? 6 : 4,
    }));
    const [first] = found;
    setImmediate(() => callback(null, all ? found : (first?.address ?? ""), first?.family));
  };
  return { lookup, asked };
};

/** Posts to a server on this machine by another name of it, and tells what came of it. */
const attempt = async (host: string, options: HttpClientOptions) => {
  const server = await serve((_, response) => response.setHeader("connection", "close").end("ok"));
  const url = new URL(`http://${host}:${server.url.port}/hook/PATH-SECRET`);
  const one = client(options);
  const post = () => one.post({ url, body: "{}", signal: patient() });
  return { server, post };
};

const refusal = {
  code: "config",
  message: expect.stringMatching(/^not connected: .*`guard: "\w+"` blocks.*`allow`$/),
};

describe("a guarded client reaches nothing", () => {
  it.each([
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f.1",
    "0x7f000001",
    "0177.0.0.1",
    "017700000001",
    "0",
    "0.0.0.0",
    "127.0.0.1.",
    "１２７.０.０.１",
    "127。0。0。1",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::fFFf:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
  ])("at this machine, spelt http://%s, where it is strict", async (host) => {
    const { server, post } = await attempt(host, { guard: "strict" });
    expect(await failure(post())).toMatchObject(refusal);
    expect(server.connections()).toBe(0);
  });

  it.each([
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "[::ffff:169.254.169.254]",
    "[fe80::1]",
    "[fd00:ec2::254]",
  ])("at the metadata of a cloud, spelt http://%s, unless it is off", async (host) => {
    const { post } = await attempt(host, {});
    expect(await failure(post())).toMatchObject(refusal);
  });

  it("by a name that means this machine, at any attempt", async () => {
    const { server, post } = await attempt("localhost", { guard: "strict" });
    expect(await failure(post())).toMatchObject(refusal);
    expect(await failure(post())).toMatchObject(refusal);
    expect(server.connections()).toBe(0);
  });

  it.each([
    [["93.184.216.34", "127.0.0.1"]],
    [["127.0.0.1", "2606:4700::1111"]],
    [["2606:4700::1111", "::1"]],
    [["93.184.216.34", "::ffff:127.0.0.1"]],
    [["93.184.216.34", "fe80::1%lo"]],
    [["93.184.216.34", "not an address"]],
  ])("when one address of a name is bad: %j", async (addresses) => {
    const { lookup } = resolver(addresses);
    const { server, post } = await attempt("hooks.test", { guard: "strict", lookup });
    expect(await failure(post())).toMatchObject(refusal);
    expect(server.connections()).toBe(0);
  });

  it("and says so without the host, its addresses or the URL", async () => {
    const { lookup } = resolver(["10.11.12.13"]);
    const { post } = await attempt("HOST-SECRET.test", { guard: "strict", lookup });
    const error = await failure(post());
    expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(
      /HOST-SECRET|PATH-SECRET|10\.11\.12\.13/i,
    );
  });
});

describe("a name that changes its mind", () => {
  it("is looked up once for each connection, and that answer is the one connected to", async () => {
    const { lookup, asked } = resolver(["127.0.0.1"], ["127.0.0.2"]);
    const options: HttpClientOptions = { guard: "strict", allow: ["127.0.0.1"], lookup };
    const { server, post } = await attempt("rebind.test", options);
    expect((await post()).body).toBe("ok");
    expect(asked).toEqual(["rebind.test"]);
    expect(await failure(post())).toMatchObject(refusal);
    expect(asked).toHaveLength(2);
    expect(server.connections()).toBe(1);
  });

  it("first public, then this machine, is given to the socket as it was judged", async () => {
    const { lookup } = resolver(["93.184.216.34"], ["127.0.0.1"]);
    const guard = guardOption("test", { guard: "strict", lookup });
    const answer = () =>
      new Promise((resolve) => {
        guard.lookup("rebind.test", { all: true }, (error, found) => resolve(error ?? found));
      });
    expect(await answer()).toEqual([{ address: "93.184.216.34", family: 4 }]);
    expect(await answer()).toMatchObject(refusal);
  });
});

describe("a guard lets pass", () => {
  it("this machine and private networks by default", async () => {
    const { post } = await attempt("localhost", {});
    expect((await post()).body).toBe("ok");
    const { lookup } = resolver(["127.0.0.1"]);
    expect((await (await attempt("hooks.test", { lookup })).post()).body).toBe("ok");
  });

  it("everything when it is off", async () => {
    const { lookup } = resolver(["127.0.0.1"]);
    const { post } = await attempt("hooks.test", { guard: "off", lookup });
    expect((await post()).body).toBe("ok");
  });

  it.each([
    ["a host", "hooks.test", ["hooks.test"]],
    ["a host in any spelling", "HOOKS.test.", [" Hooks.TEST. "]],
    ["a host with letters of its own", "b\u00fccher.test", ["B\u00dcCHER.test"]],
    ["an address", "hooks.test", ["10.0.0.1", "127.0.0.1"]],
    ["an address in another spelling", "hooks.test", ["0x7f.1"]],
    ["a range", "hooks.test", ["127.0.0.0/8"]],
    ["a range, for a literal", "127.0.0.1", ["127.0.0.1/32"]],
  ])("%s that is allowed", async (_, host, allow) => {
    const { lookup } = resolver(["127.0.0.1"]);
    const { post } = await attempt(host, { guard: "strict", allow, lookup });
    expect((await post()).body).toBe("ok");
  });

  it.each([
    ["another host", ["other.test"]],
    ["a sub-domain", ["a.hooks.test"]],
    ["the domain above", ["test"]],
    ["another range", ["10.0.0.0/8", "::/0"]],
    ["an IPv6 form of the address", ["::ffff:127.0.0.1"]],
  ])("nothing because %s is allowed", async (_, allow) => {
    const { lookup } = resolver(["127.0.0.1"]);
    const { post } = await attempt("hooks.test", { guard: "strict", allow, lookup });
    expect(await failure(post())).toMatchObject(refusal);
  });
});

describe("a resolver", () => {
  it("that gives one address instead of a list is judged by it", async () => {
    const one: HttpClientOptions["lookup"] = (_, __, callback) => callback(null, "127.0.0.1", 4);
    const refused = await attempt("hooks.test", { guard: "strict", lookup: one });
    expect(await failure(refused.post())).toMatchObject(refusal);
    const taken = await attempt("hooks.test", { lookup: one });
    expect((await taken.post()).body).toBe("ok");
  });

  it("is asked for every address even where Node connects to one alone", async () => {
    const usual = getDefaultAutoSelectFamily();
    onTestFinished(() => setDefaultAutoSelectFamily(usual));
    setDefaultAutoSelectFamily(false);
    const bad = resolver(["93.184.216.34", "127.0.0.1"]);
    const refused = await attempt("hooks.test", { guard: "strict", lookup: bad.lookup });
    expect(await failure(refused.post())).toMatchObject(refusal);
    const good = resolver(["127.0.0.1", "127.0.0.2"]);
    const taken = await attempt("hooks.test", { lookup: good.lookup });
    expect((await taken.post()).body).toBe("ok");
  });

  it.each([
    ["finds nothing", (callback: (error: null, found: []) => void) => callback(null, [])],
    [
      "fails",
      (callback: (error: Error, found: []) => void) =>
        callback(Object.assign(new Error("HOST-SECRET"), { code: "ENOTFOUND" }), []),
    ],
  ])("that %s leaves the host unavailable", async (_, say) => {
    const { post } = await attempt("hooks.test", { lookup: (__, ___, callback) => say(callback) });
    expect(await failure(post())).toMatchObject({
      code: "unavailable",
      message: "could not connect (ENOTFOUND)",
    });
  });

  it("that throws leaves the host unavailable", async () => {
    const lookup = () => {
      throw new RangeError("HOST-SECRET");
    };
    const { post } = await attempt("hooks.test", { lookup });
    expect(await failure(post())).toMatchObject({
      code: "unavailable",
      message: "could not connect (RangeError)",
    });
  });

  it("that is async and rejects leaves the host unavailable, and the process alive", async () => {
    const rejected: unknown[] = [];
    const onRejection = (reason: unknown) => rejected.push(reason);
    process.on("unhandledRejection", onRejection);
    const reject = async () => {
      throw Object.assign(new Error("HOST-SECRET"), { code: "ESERVFAIL" });
    };
    const { post } = await attempt("hooks.test", { lookup: reject });
    expect(await failure(post())).toMatchObject({
      code: "unavailable",
      message: "could not connect (ESERVFAIL)",
    });
    const late = await attempt("hooks.test", {
      lookup: async (_hostname, _options, callback) => {
        callback(null, [{ address: "127.0.0.1", family: 4 }]);
        callback(null, [{ address: "127.0.0.1", family: 4 }]);
        throw new Error("too late");
      },
    });
    expect((await late.post()).status).toBe(200);
    process.off("unhandledRejection", onRejection);
    expect(rejected).toEqual([]);
  });

  it("that never answers is given up after `connectTimeoutMs`", async () => {
    const { post } = await attempt("hooks.test", { lookup: () => {}, connectTimeoutMs: 20 });
    expect((await failure(post())).message).toBe("could not connect (CONNECT_TIMEOUT)");
  });
});

it.each([
  [{ guard: "on" }, "guard"],
  [{ allow: "10.0.0.0/8" }, "allow"],
  [{ allow: ["10.0.0.0/8", "10.0.0.0/33"] }, "allow[1]"],
  [{ allow: ["10.0.0.0/"] }, "allow[0]"],
  [{ allow: ["10.0.0.0/8/16"] }, "allow[0]"],
  [{ allow: ["fe80::1%eth0"] }, "allow[0]"],
  [{ allow: ["*.hooks.test"] }, "allow[0]"],
  [{ allow: ["hooks.test:8080"] }, "allow[0]"],
  [{ allow: ["https://hooks.test"] }, "allow[0]"],
  [{ allow: [undefined] }, "allow[0]"],
  [{ allow: [""] }, "allow[0]"],
  [{ lookup: "dns" }, "lookup"],
])("refuses the options %j", (options, option) => {
  try {
    httpClient(options as HttpClientOptions);
    expect.fail("taken");
  } catch (error) {
    if (!ConfigError.is(error)) throw error;
    expect(error.option).toBe(option);
  }
});
