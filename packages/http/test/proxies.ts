import { createServer, type IncomingMessage, request, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { connect } from "node:net";
import { TLSSocket } from "node:tls";
import { good, key } from "../../../test-support/certificates.ts";
import { listen } from "./servers.ts";

export interface Asked {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingMessage["headers"];
  /** Whether the client showed a certificate, which every proxy here asks for. */
  readonly certified: boolean;
}

export interface ProxyOptions {
  /** What it says to CONNECT, or to a request for plain HTTP, instead of doing it. */
  readonly refuse?: number;
  /** Takes CONNECT and says nothing. */
  readonly silent?: boolean;
  /** Speaks TLS itself, as `localhost`. */
  readonly secure?: boolean;
}

/**
 * A real proxy for one test. Whatever host it is asked for, it connects to 127.0.0.1 at that port, so that
 * a destination may have any name.
 */
export const proxyServer = async ({ refuse, silent, secure }: ProxyOptions = {}) => {
  const asked: Asked[] = [];
  const note = ({ method = "", url: target = "", headers, socket }: IncomingMessage) => {
    const certified =
      socket instanceof TLSSocket && Object.keys(socket.getPeerCertificate()).length > 0;
    asked.push({ method, target, headers, certified });
  };
  const tls = { key, cert: good, requestCert: true, rejectUnauthorized: false };
  const server: Server = secure ? createSecureServer(tls) : createServer();

  server.on("connect", (message: IncomingMessage, socket, head) => {
    note(message);
    socket.on("error", () => {});
    if (silent) {
      socket.on("end", () => socket.end()).resume();
      return;
    }
    if (refuse !== undefined) {
      socket.end(`HTTP/1.1 ${refuse} No\r\ncontent-length: 6\r\n\r\nSECRET`);
      return;
    }
    const port = Number(new URL(`http://${message.url}`).port || 443);
    const upstream = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("close", () => upstream.destroy());
  });

  server.on("request", (message: IncomingMessage, response) => {
    note(message);
    if (refuse !== undefined) {
      response.writeHead(refuse).end();
      return;
    }
    const { port, pathname, search } = new URL(message.url ?? "");
    const { method, headers } = message;
    const onward = { host: "127.0.0.1", port, path: pathname + search, method, headers };
    message.pipe(
      request(onward, (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      }),
    );
  });

  const { port, sockets } = await listen(server);
  return {
    asked,
    sockets,
    url: `${secure ? "https" : "http"}://127.0.0.1:${port}`,
    with: (credentials: string) =>
      `${secure ? "https" : "http"}://${credentials}@127.0.0.1:${port}`,
  };
};
