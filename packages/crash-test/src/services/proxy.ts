import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
}

/** Stands between a process and its database, and can do what networks do. */
export class TcpProxy {
  readonly #target: { readonly host: string; readonly port: number };
  readonly #pairs = new Set<Pair>();
  readonly #server: Server;
  #isBlack = false;

  constructor(url: string, defaultPort: number) {
    const { hostname, port } = new URL(url);
    this.#target = { host: hostname, port: Number(port || defaultPort) };
    this.#server = createServer((near) => this.#join(near));
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** By these ports the database knows the connections that came this way. */
  get farPorts(): readonly number[] {
    return [...this.#pairs].flatMap(({ far }) => far.localPort ?? []);
  }

  /** Swallows what is sent, either way, and says nothing. */
  blackhole(isBlack: boolean): void {
    this.#isBlack = isBlack;
    for (const { near, far } of this.#pairs)
      for (const socket of [near, far]) isBlack ? socket.pause() : socket.resume();
  }

  /** Resets every connection. */
  cut(): void {
    for (const { near, far } of this.#pairs) for (const one of [near, far]) one.resetAndDestroy();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
  }

  #join(near: Socket): void {
    const far = connect(this.#target);
    const pair: Pair = { near, far };
    this.#pairs.add(pair);
    const over = (): void => {
      this.#pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) socket.on("error", over).on("close", over);
    near.on("data", (chunk) => far.write(chunk));
    far.on("data", (chunk) => near.write(chunk));
    if (this.#isBlack) for (const socket of [near, far]) socket.pause();
  }
}
