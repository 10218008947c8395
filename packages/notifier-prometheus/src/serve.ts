import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigError, checkOptions, numberOption, textOption } from "@datasync-monitor/core";
import { type RequestHandler, refuse } from "./handler.ts";

export interface ServeOptions {
  /** Default 9464; 0 takes a free one. */
  readonly port?: number | undefined;
  /** The address to listen on. Default `"127.0.0.1"`. There is no authentication: open it to trusted networks only. */
  readonly host?: string | undefined;
  /** Default `"/metrics"`; any other path is answered 404. */
  readonly path?: string | undefined;
}

/** A metrics endpoint that listens. It does not hold the process open. */
export interface MetricsServer {
  readonly port: number;
  /** What to give Prometheus: `"http://127.0.0.1:9464/metrics"`. */
  readonly url: string;
  /** Stops listening and ends every connection. Calling it twice does nothing more. */
  close(): Promise<void>;
}

const owner = "prometheus().serve()";
const pathPattern = /^\/[\w\-./~]*$/;

const pathOption = (value: unknown): string => {
  if (value === undefined) return "/metrics";
  if (typeof value === "string" && pathPattern.test(value)) return value;
  throw new ConfigError("path", `${owner}: \`path\` must begin with \`/\`, such as "/metrics".`);
};

/** A scrape is small, and its client is known: these only keep a stranger from holding on. */
const boundedServer = (handler: RequestHandler): Server => {
  const server = createServer(
    {
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: 8_192,
    },
    handler,
  );
  server.maxConnections = 64;
  server.timeout = 30_000; // an answer that nobody reads
  server.on("connection", (socket) => socket.unref());
  return server.unref();
};

const listen = (server: Server, port: number, host: string): Promise<AddressInfo> =>
  new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const option = error.code === "EADDRINUSE" || error.code === "EACCES" ? "port" : "host";
      const code = error.code ?? error.name;
      reject(
        new ConfigError(
          option,
          `${owner} cannot listen on ${host}, port ${port} (${code}). Choose another \`${option}\`.`,
        ),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      if (address === null || typeof address === "string") return; // only for pipes
      server.removeAllListeners("error");
      server.on("error", () => {}); // a connection that could not be accepted; the next one may
      resolve(address);
    });
  });

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve()); // an error says that it was closed already
    server.closeAllConnections();
  });

/**
 * Serves `handler` at one path.
 *
 * @throws ConfigError when an option is wrong, or the address cannot be listened on.
 */
export const serve = async (
  handler: RequestHandler,
  options: ServeOptions = {},
): Promise<MetricsServer> => {
  checkOptions(owner, options, ["port", "host", "path"]);
  const port = numberOption(owner, "port", options.port, 9464, {
    min: 0,
    max: 65_535,
    integer: true,
  });
  const host = options.host === undefined ? "127.0.0.1" : textOption(owner, "host", options.host);
  const path = pathOption(options.path);

  const server = boundedServer((request, response) => {
    if (request.url?.split("?", 1)[0] === path) handler(request, response);
    else refuse(request, response, 404, `not found: the metrics are at ${path}`);
  });
  const address = await listen(server, port, host);
  const authority = host.includes(":") ? `[${host}]` : host;
  return {
    port: address.port,
    url: `http://${authority}:${address.port}${path}`,
    close: () => closeServer(server),
  };
};
