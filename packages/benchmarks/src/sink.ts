import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Sink {
  readonly url: string;
  readonly origin: string;
  close(): Promise<void>;
}

/** A server that reads each request to its end and answers as told: a status, or headers with it. */
export const sink = async (
  answer: (body: string) => { status: number; headers?: Record<string, string> },
  port = 0,
): Promise<Sink> => {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { status, headers = {} } = answer(Buffer.concat(chunks).toString());
      response.writeHead(status, headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `${origin}/hook`, origin, close };
};
