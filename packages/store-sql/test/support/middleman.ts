import { connect, createServer, type Socket } from "node:net";

export interface Middleman {
  readonly url: string;
  /** Breaks every connection. */
  cut(): void;
  /** From now on nothing gets through, and nobody is told. */
  swallow(): void;
  pass(): void;
  /** From now on nothing gets through, not even that a connection has ended. */
  vanish(): void;
  /** Stops listening, and breaks every connection. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Stands between a store and its database, and fails as networks do. */
export const middlemanTo = async (url: string, defaultPort: number): Promise<Middleman> => {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let swallows = false;
  let hides = false;
  let port = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port) || defaultPort, target.hostname);
    const link = (from: Socket, to: Socket): void => {
      sockets.add(from);
      from.on("data", (chunk) => {
        if (!swallows) to.write(chunk);
      });
      from.on("close", () => {
        sockets.delete(from);
        if (!hides) to.destroy();
      });
      from.on("error", () => {});
    };
    link(client, upstream);
    link(upstream, client);
  });
  const start = () =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => {
        const address = server.address();
        if (typeof address === "object" && address !== null) port = address.port;
        resolve();
      });
    });
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  await start();
  const through = new URL(url);
  through.hostname = "127.0.0.1";
  through.port = String(port);
  return {
    url: through.href,
    start,
    cut,
    swallow: () => {
      swallows = true;
    },
    pass: () => {
      swallows = false;
    },
    vanish: () => {
      swallows = true;
      hides = true;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
};
