import { createServer, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { inspect } from "node:util";
import { ConfigError, DeliveryError, type Notifier } from "@datasync-monitor/core";
import { sampleEvent, sendContext } from "@datasync-monitor/testkit";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { good, key } from "./certificates.ts";

interface WebhookOptions {
  readonly webhookUrl: string;
  readonly ca?: string;
  readonly proxy?: string;
}

interface Subject {
  /** As a ConfigError names it: `"slack()"`. */
  readonly owner: string;
  readonly notifier: (options: WebhookOptions) => Notifier;
  /** Of the address; holds `SECRET-TOKEN`. */
  readonly path: string;
  /** What the vendor says to a message that it takes. */
  readonly yes: string;
}

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
};

/** A vendor behind a certificate of a private authority. */
const privateServer = async ({ path, yes }: Subject) => {
  const bodies: string[] = [];
  const server = createSecureServer({ key, cert: good }, async (request, response) => {
    bodies.push(Buffer.concat(await request.toArray()).toString());
    response.end(yes);
  });
  return { bodies, url: `https://localhost:${await listen(server)}${path}` };
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
const failureOf = async (notifier: Notifier): Promise<DeliveryError | undefined> => {
  onTestFinished(() => notifier.close?.());
  try {
    await notifier.send([sampleEvent()], sendContext());
    return undefined;
  } catch (error) {
    if (DeliveryError.is(error)) return error;
    throw error;
  }
};

const refusalOf = (make: () => Notifier): ConfigError => {
  try {
    make();
  } catch (error) {
    if (ConfigError.is(error)) return error;
    throw error;
  }
  return expect.fail("the options were taken");
};

/** Holds a notifier to what `ca` and `proxy` mean, where they are the HTTP client's own. */
export const testConnection = (subject: Subject): void => {
  const { owner, notifier, path } = subject;
  const send = (options: WebhookOptions) => failureOf(notifier(options));
  const refusal = (options: WebhookOptions) => refusalOf(() => notifier(options));

  afterEach(() => vi.unstubAllEnvs());

  describe("the connection", () => {
    it("trusts the authorities of `ca`, and no others", async () => {
      const { url, bodies } = await privateServer(subject);
      expect((await send({ webhookUrl: url }))?.code).toBe("config");
      expect(bodies).toEqual([]);
      expect(await send({ webhookUrl: url, ca: good })).toBeUndefined();
      expect(bodies).toEqual([expect.stringContaining("数据同步完成")]);
    });

    it("goes by the proxy of the option, whose credentials stay with it", async () => {
      const { url, bodies } = await privateServer(subject);
      const { asked, port } = await proxyServer();
      const proxy = `http://user:PROXY-SECRET@127.0.0.1:${port}`;
      expect(await send({ webhookUrl: url, ca: good, proxy })).toBeUndefined();
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
      const webhookUrl = `https://gateway.invalid:1${path}`;
      expect((await send({ webhookUrl }))?.code).toBe("unavailable");
      expect(asked).toEqual([]);
      expect((await send({ webhookUrl, proxy: "environment" }))?.code).toBe("unavailable");
      expect(asked).toMatchObject([{ host: "gateway.invalid:1" }]);
    });

    it.each([
      [{ ca: "/etc/ssl/company-ca.pem" }, "ca"],
      [{ proxy: "socks5://user:SECRET-TOKEN@127.0.0.1:1080" }, "proxy"],
      [{ proxy: "" }, "proxy"],
    ])("names the option that is wrong, and itself: %j", (wrong, option) => {
      const error = refusal({ webhookUrl: `https://gateway.example${path}`, ...wrong });
      expect(error.option).toBe(option);
      expect(error.message.startsWith(`${owner}: `)).toBe(true);
      expect(inspect(error)).not.toContain("SECRET-TOKEN");
    });

    it("takes http on this machine for another where a proxy stands between", () => {
      const webhookUrl = `http://localhost:1${path}`;
      expect(refusal({ webhookUrl, proxy: "http://proxy.test" }).option).toBe("webhookUrl");
      expect(() => notifier({ webhookUrl, proxy: "environment" })).not.toThrow();
    });
  });
};
