import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { Condition } from "../harness.ts";
import { listen } from "./listener.ts";
import type { MeetOptions, StandIn } from "./stand-in.ts";

/** A request whose body has been read to its end. */
export interface ReceivedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Lower-case names; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers one request, or does not. True when the message was accepted. */
export type Behaviour = (request: ReceivedRequest, response: ServerResponse) => boolean;

export type HttpCondition = Exclude<Condition, "refuse">;

export interface HttpStandIn {
  /** What a test is shown of every stand-in. */
  readonly standIn: StandIn;
  /** Every request that arrived whole, oldest first. */
  requests(): readonly ReceivedRequest[];
  /** Those that were accepted, oldest first. */
  accepted(): readonly ReceivedRequest[];
  /** Sets what the next `times` requests meet; then it is "accept" again. */
  behave(behaviour: Behaviour, times: number): void;
}

const flat = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );

const read = async (message: IncomingMessage): Promise<ReceivedRequest> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return {
    method: message.method ?? "",
    path: message.url ?? "",
    headers: flat(message.headers),
    body: Buffer.concat(chunks).toString("utf8"),
  };
};

/** The part that every HTTP stand-in shares: a server, what it meets next, and what it saw. */
export const httpStandIn = async (
  path: string,
  conditions: (options: MeetOptions) => Readonly<Record<HttpCondition, Behaviour>>,
): Promise<HttpStandIn> => {
  const requests: ReceivedRequest[] = [];
  const accepted: ReceivedRequest[] = [];
  const accept = conditions({}).accept;
  let attempts = 0;
  let next = { behaviour: accept, left: Number.POSITIVE_INFINITY };

  const takeBehaviour = (): Behaviour => {
    if (next.left <= 0) return accept;
    next.left -= 1;
    return next.behaviour;
  };

  const handle = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    attempts += 1;
    const behaviour = takeBehaviour();
    const request = await read(message).catch(() => undefined);
    if (request === undefined) return; // the caller left halfway
    requests.push(request);
    if (behaviour(request, response)) accepted.push(request);
  };

  const server = createServer((message, response) => void handle(message, response));
  // Without limits of its own the server never answers or hangs up by itself.
  Object.assign(server, { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
  const listener = await listen((socket) => server.emit("connection", socket), {
    allowHalfOpen: true, // as node:http asks of the sockets it is given
  });

  const standIn: StandIn = {
    url: `http://127.0.0.1:${listener.port}${path}`,
    async meet(condition, options = {}) {
      if (condition === "refuse") return listener.refuse();
      const behaviour = conditions(options)[condition];
      next = { behaviour, left: options.times ?? Number.POSITIVE_INFINITY };
      await listener.open();
    },
    attempts: () => attempts,
    refusals: () => attempts - accepted.length,
    close: listener.close,
  };
  return {
    standIn,
    behave(behaviour, times) {
      next = { behaviour, left: times };
    },
    requests: () => [...requests],
    accepted: () => [...accepted],
  };
};
