import { createServer, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { inspect } from "node:util";
import { ConfigError, DeliveryError } from "@datasync-monitor/core";
import { sampleEvent, sendContext } from "@datasync-monitor/testkit";
import { afterEach, expect, it, onTestFinished, vi } from "vitest";
import { type SlackOptions, slack } from "../src/index.ts";
import { cert, key } from "./certificates.ts";

afterEach(() => vi.unstubAllEnvs());

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
};

/** A webhook behind a certificate of a private authority. */
const privateServer = async () => {
  const bodies: string[] = [];
  const server = createSecureServer({ key, cert }, async (request, response) => {
    bodies.push(Buffer.concat(await request.toArray()).toString());
    response.end("ok");
  });
  return { bodies, url: `https://localhost:${await listen(server)}/services/T0/B0/SECRET-TOKEN` };
};

/** A proxy that opens every tunnel it is asked for, to this machine. */
const proxyServer = async () => {
  const asked: { host: string | undefined; authorization: string | undefined }[] = [];
  const server = createServer();
  server.on("connect", ({ url, headers }, client) => {
    asked.push({ host: url, authorization: headers["proxy-authorization"] });
    const target = connect(Number(url?.split(":").at(-1)), "127.0.0.1", () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      target.pipe(client).pipe(target);
    });
    target.on("error", () => client.destroy());
    client.on("error", () => target.destroy());
    onTestFinished(() => {
      client.destroy();
      target.destroy();
    });
  });
  return { asked, port: await listen(server) };
};

/** What `send()` rejects with; undefined when it resolves. */
const send = async (options: SlackOptions): Promise<DeliveryError | undefined> => {
  const notifier = slack(options);
  onTestFinished(() => notifier.close?.());
  try {
    await notifier.send([sampleEvent()], sendContext());
    return undefined;
  } catch (error) {
    if (DeliveryError.is(error)) return error;
    throw error;
  }
};

it("trusts the authorities of `ca`, and no others", async () => {
  const { url, bodies } = await privateServer();
  expect((await send({ webhookUrl: url }))?.code).toBe("config");
  expect(bodies).toEqual([]);
  expect(await send({ webhookUrl: url, ca: cert })).toBeUndefined();
  expect(bodies).toEqual([expect.stringContaining("数据同步完成")]);
});

it("goes by the proxy of the option, whose credentials stay with it", async () => {
  const { url, bodies } = await privateServer();
  const { asked, port } = await proxyServer();
  const proxy = `http://user:PROXY-SECRET@127.0.0.1:${port}`;
  expect(await send({ webhookUrl: url, ca: cert, proxy })).toBeUndefined();
  const authorization = `Basic ${Buffer.from("user:PROXY-SECRET").toString("base64")}`;
  expect(asked).toEqual([{ host: new URL(url).host, authorization }]);
  expect(bodies).toHaveLength(1);

  const failure = await send({ webhookUrl: url, proxy });
  expect(failure?.code).toBe("config");
  expect(inspect(failure, { depth: null, showHidden: true })).not.toMatch(
    /PROXY-SECRET|SECRET-TOKEN/,
  );
});

it("goes by the proxy of the environment where it is told to, and not else", async () => {
  const { asked, port } = await proxyServer();
  vi.stubEnv("https_proxy", `http://127.0.0.1:${port}`);
  vi.stubEnv("no_proxy", "");
  vi.stubEnv("NO_PROXY", "");
  const webhookUrl = "https://gateway.invalid:1/services/T0/B0/SECRET-TOKEN";
  expect((await send({ webhookUrl }))?.code).toBe("unavailable");
  expect(asked).toEqual([]);
  expect((await send({ webhookUrl, proxy: "environment" }))?.code).toBe("unavailable");
  expect(asked).toMatchObject([{ host: "gateway.invalid:1" }]);
});

const refusal = (options: SlackOptions): ConfigError => {
  try {
    slack(options);
  } catch (error) {
    if (ConfigError.is(error)) return error;
    throw error;
  }
  return expect.fail("the options were taken");
};

it.each([
  [{ ca: "/etc/ssl/company-ca.pem" }, "ca"],
  [{ proxy: "socks5://user:SECRET-TOKEN@127.0.0.1:1080" }, "proxy"],
  [{ proxy: "" }, "proxy"],
])("names the option that is wrong, and itself: %j", (wrong, option) => {
  const error = refusal({
    webhookUrl: "https://gateway.example/services/T0/B0/SECRET-TOKEN",
    ...wrong,
  });
  expect(error.option).toBe(option);
  expect(error.message).toMatch(/^slack\(\): /);
  expect(inspect(error)).not.toContain("SECRET-TOKEN");
});

it("takes http on this machine for another where a proxy stands between", () => {
  const webhookUrl = "http://localhost:1/services/T0/B0/SECRET-TOKEN";
  expect(refusal({ webhookUrl, proxy: "http://proxy.test" }).option).toBe("webhookUrl");
  expect(slack({ webhookUrl, proxy: "environment" }).id).toBe("slack");
});
