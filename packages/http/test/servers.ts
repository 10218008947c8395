import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer, type ServerOptions } from "node:https";
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net";
import { onTestFinished } from "vitest";
import { key } from "../../../test-support/certificates.ts";

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

const listen = async (server: Server): Promise<{ port: number; sockets: Set<Socket> }> => {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return { port: (server.address() as AddressInfo).port, sockets };
};

type Answer = (seen: Seen, response: ServerResponse) => void;

/** Hands each request over once its body is read, and keeps it. */
const listener =
  (seen: Seen[], answer: Answer) =>
  async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk);
    const request = {
      method: message.method ?? "",
      path: message.url ?? "",
      headers: message.headers,
      body: Buffer.concat(chunks),
    };
    seen.push(request);
    answer(request, response);
  };

/** A real HTTP server for one test. */
export const serve = async (answer: Answer) => {
  const seen: Seen[] = [];
  let connections = 0;
  const server = createServer(listener(seen, answer));
  server.on("connection", () => {
    connections += 1;
  });
  const { port, sockets } = await listen(server);
  return {
    url: new URL(`http://127.0.0.1:${port}/hook`),
    seen,
    sockets,
    connections: () => connections,
  };
};

/** A real HTTPS server for one test. */
export const secure = async (options: ServerOptions) => {
  const seen: Seen[] = [];
  const ok = listener(seen, (_, response) => response.end("ok"));
  const { port, sockets } = await listen(createSecureServer({ key, ...options }, ok));
  return { url: new URL(`https://127.0.0.1:${port}/hook`), seen, sockets };
};

/** A real TCP server for one test, for what node:http is too polite to say. */
export const tcp = async (greet: (socket: Socket) => void) => {
  const { port, sockets } = await listen(createTcpServer(greet));
  return { port, url: new URL(`http://127.0.0.1:${port}/hook`), sockets };
};

/** A port that nothing listens on. */
export const deadPort = async (): Promise<URL> => {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return new URL(`http://127.0.0.1:${port}/hook`);
};

export { listen };
