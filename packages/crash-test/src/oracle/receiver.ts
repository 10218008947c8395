import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { hashOf } from "../canonical.ts";
import type { ReceiverSettings } from "../settings.ts";
import { type Answer, answersOf, give } from "./answers.ts";
import type { Ledger } from "./ledger.ts";

interface Received {
  readonly id: string;
  readonly details: { readonly poison?: boolean };
}

/** A destination that outlives every process of a cycle, and notes all that reaches it. */
export class Receiver {
  readonly name: string;
  readonly body: "object" | "array";
  readonly #ledger: Ledger;
  readonly #answer: () => Answer;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;
  /** In the end it takes whatever comes, but poison. */
  #kind = false;

  constructor(name: string, body: "object" | "array", ledger: Ledger, seed: string) {
    this.name = name;
    this.body = body;
    this.#ledger = ledger;
    this.#answer = answersOf(seed, name);
  }

  get settings(): ReceiverSettings {
    return { name: this.name, body: this.body, url: `http://127.0.0.1:${this.#port}/hook` };
  }

  /** Listens, at the port it had before. */
  async listen(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer((request, response) => {
      void read(request).then((events) => {
        if (events !== undefined) give(this.#meet(request, events), response);
      });
    });
    server.keepAliveTimeout = 0;
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", () => {});
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, "127.0.0.1", resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Refuses connections and breaks those it has. */
  async goDown(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
  }

  /** Down and up again until told to stop. Answers how to stop, which waits until it is up. */
  flap(nextMs: () => number): () => Promise<void> {
    let stopped = false;
    const flapping = (async () => {
      while (!stopped) {
        await sleep(nextMs());
        if (stopped) break;
        await this.goDown();
        await sleep(nextMs());
        await this.listen();
      }
    })();
    return () => {
      stopped = true;
      return flapping;
    };
  }

  async beKind(): Promise<void> {
    this.#kind = true;
    await this.listen();
  }

  #meet({ headers }: IncomingMessage, events: readonly Received[]): Answer {
    const poisoned = events.some(({ details }) => details.poison === true);
    const answer = poisoned ? "poison" : this.#kind ? "accept" : this.#answer();
    this.#ledger.arrived({
      receiver: this.name,
      life: String(headers["x-life"]),
      requestId: String(headers["webhook-id"]),
      events: events.map((event) => ({ id: event.id, hash: hashOf(event) })),
      answer,
    });
    return answer;
  }
}

/** Undefined when the sender was gone before the end. */
const read = async (request: IncomingMessage): Promise<readonly Received[] | undefined> => {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return undefined;
  }
  const body = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  return Array.isArray(body) ? body : [body];
};
