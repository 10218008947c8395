import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { ConfigError } from "@datasync-monitor/core";
import { sampleEvent, sendContext } from "@datasync-monitor/testkit";
import { Registry } from "prom-client";
import { afterEach, describe, expect, it } from "vitest";
import { type MetricsServer, prometheus, type ServeOptions } from "../src/index.ts";
import { parseExposition } from "./support/exposition.ts";
import { ask } from "./support/scrape.ts";

const opened: (MetricsServer | { close(): Promise<void> })[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close()));
});

const served = async (options: ServeOptions = {}, notifier = prometheus()) => {
  const server = await notifier.serve({ port: 0, ...options });
  opened.push(server);
  return { ...server, notifier };
};

describe("serve()", () => {
  it("answers a scrape on 127.0.0.1 with what happened", async () => {
    const { url, port, notifier } = await served();
    expect(url).toBe(`http://127.0.0.1:${port}/metrics`);
    await notifier.send([sampleEvent()], sendContext());
    const { status, headers, body } = await ask(url);
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(Number(headers["content-length"])).toBe(Buffer.byteLength(body));
    expect(
      parseExposition(body).value("datasync_monitor_records_total", { operation: "sync" }),
    ).toBe(1_000);
  });

  it("answers HEAD without a body, as long as GET would be", async () => {
    const { url } = await served();
    const { status, headers, body } = await ask(url, "HEAD");
    expect([status, body]).toEqual([200, ""]);
    expect(headers["content-length"]).toBe((await ask(url)).headers["content-length"]);
  });

  it.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])("answers %s with 405", async (method) => {
    const { url } = await served();
    const { status, headers, body } = await ask(url, method, {}, "evil=1");
    expect(status).toBe(405);
    expect(headers.allow).toBe("GET, HEAD");
    expect(body).not.toContain("datasync");
  });

  it.each(["/", "/metric", "/metrics/", "/metrics/x", "//metrics", "/METRICS"])(
    "answers %s with 404",
    async (path) => {
      const { port } = await served();
      expect((await ask(`http://127.0.0.1:${port}${path}`)).status).toBe(404);
    },
  );

  it("takes a query for what it is: none of the path", async () => {
    const { url } = await served();
    expect((await ask(`${url}?name[]=x`)).status).toBe(200);
  });

  it("serves at the path it is given", async () => {
    const { url, port } = await served({ path: "/internal/prom" });
    expect(url).toBe(`http://127.0.0.1:${port}/internal/prom`);
    expect((await ask(url)).status).toBe(200);
    expect((await ask(`http://127.0.0.1:${port}/metrics`)).status).toBe(404);
  });

  it("answers 500 without details when nothing can be collected", async () => {
    const registry = new Registry();
    const notifier = prometheus({ registry });
    const { url } = await served({}, notifier);
    registry.metrics = () => Promise.reject(new Error("token=SECRET"));
    registry.getMetricsAsArray = () => {
      throw new Error("token=SECRET");
    };
    const { status, body } = await ask(url);
    expect(status).toBe(500);
    expect(body).toBe("the metrics could not be collected\n");
  });

  it.each([
    ["port", { port: -1 }],
    ["port", { port: 65_536 }],
    ["port", { port: "9464" }],
    ["host", { host: "" }],
    ["path", { path: "metrics" }],
    ["path", { path: "/metrics?x" }],
    ["paht", { paht: "/metrics" }],
  ])("rejects a wrong `%s`", async (option, options) => {
    await expect(prometheus().serve(options as ServeOptions)).rejects.toMatchObject({ option });
  });

  it("rejects when the port is taken, and says what to do", async () => {
    const { port } = await served();
    const second = prometheus().serve({ port });
    await expect(second).rejects.toSatisfy(ConfigError.is);
    await expect(second).rejects.toThrow(
      `cannot listen on 127.0.0.1, port ${port} (EADDRINUSE). Choose another \`port\`.`,
    );
  });

  it("rejects an address that is not of this machine", async () => {
    await expect(prometheus().serve({ port: 0, host: "192.0.2.1" })).rejects.toMatchObject({
      option: "host",
    });
  });

  it("survives clients that send garbage, or leave in the middle", async () => {
    const { url, port } = await served();
    for (const bytes of [
      "\u0000\u0001garbage\r\n\r\n",
      "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
    ]) {
      const socket = connect(port, "127.0.0.1");
      await new Promise((resolve) => socket.once("connect", resolve));
      socket.write(bytes);
      socket.destroy();
    }
    expect((await ask(url)).status).toBe(200);
  });

  it("refuses headers beyond 8 KiB", async () => {
    const { url } = await served();
    expect((await ask(url, "GET", { "x-long": "x".repeat(9_000) })).status).toBe(431);
  });

  it("does not hold the process open", async () => {
    const held = () => process.getActiveResourcesInfo().filter((what) => what === "TCPServerWrap");
    const before = held().length;
    await served();
    expect(held()).toHaveLength(before);
  });

  it("close() frees the port, and ends connections that never said a word", async () => {
    const { close, port } = await served();
    const silent = connect(port, "127.0.0.1");
    await new Promise((resolve) => silent.once("connect", resolve));
    const ended = new Promise((resolve) => silent.once("close", resolve));
    silent.on("error", () => {});
    await close();
    await ended;
    await close();
    await served({ port });
  });

  it("ends with the notifier, also when it was still starting", async () => {
    const notifier = prometheus();
    const first = await notifier.serve({ port: 0 });
    const second = notifier.serve({ port: 0 });
    const failing = notifier.serve({ port: 0, host: "192.0.2.1" });
    failing.catch(() => {});
    await notifier.close?.();
    await expect(ask(first.url)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await expect(ask((await second).url)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});

describe("metricsHandler()", () => {
  const listen = async (server: Server): Promise<string> => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    opened.push({
      close: () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  it("serves from a server of the user's, on the path they chose", async () => {
    const url = await listen(createServer(prometheus().metricsHandler()));
    const { status, body } = await ask(`${url}/anything`);
    expect(status).toBe(200);
    expect(parseExposition(body).value("datasync_monitor_build_info")).toBe(1);
    expect((await ask(url, "POST")).status).toBe(405);
  });

  it("leaves an answer alone that somebody gave while the metrics were collected", async () => {
    const rejected: unknown[] = [];
    const onRejection = (reason: unknown) => rejected.push(reason);
    process.on("unhandledRejection", onRejection);
    const handler = prometheus().metricsHandler();
    const url = await listen(
      createServer((request, response) => {
        handler(request, response);
        response.writeHead(503).end("too slow");
      }),
    );
    expect(await ask(url)).toMatchObject({ status: 503, body: "too slow" });
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("unhandledRejection", onRejection);
    expect(rejected).toEqual([]);
  });
});
