import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

export interface Listener {
  /** The same for as long as the listener lives, through every `refuse()` and `open()`. */
  readonly port: number;
  /** Connections taken so far. */
  connections(): number;
  /** Listens again after `refuse()`. */
  open(): Promise<void>;
  /** Stops listening and ends every connection: the next caller is refused. */
  refuse(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A TCP port on 127.0.0.1 that can be shut and opened again, and knows every socket it took.
 *
 * @param allowHalfOpen - true: `take` ends its side itself once the caller has ended theirs.
 */
export const listen = async (
  take: (socket: Socket) => void,
  { allowHalfOpen }: { readonly allowHalfOpen: boolean },
): Promise<Listener> => {
  const sockets = new Set<Socket>();
  let taken = 0;
  let closed = false;
  const server = createServer({ allowHalfOpen, noDelay: true }, (socket) => {
    taken += 1;
    sockets.add(socket);
    socket.on("error", () => {}); // a caller that gives up resets the connection; that is its right
    socket.once("close", () => sockets.delete(socket));
    take(socket);
  });

  const start = async (port: number): Promise<void> => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    const stopped = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await stopped;
  };

  await start(0);
  const { port } = server.address() as AddressInfo; // a string only for pipes, null only while it does not listen
  return {
    port,
    connections: () => taken,
    async open() {
      if (closed) throw new Error("This stand-in is closed; make a new one.");
      if (!server.listening) await start(port);
    },
    refuse: stop,
    async close() {
      closed = true;
      await stop();
    },
  };
};
