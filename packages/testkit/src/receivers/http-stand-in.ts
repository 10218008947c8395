import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import type { Behaviour, ReceivedRequest } from "./behaviour.ts";
import { answer, drip, halfHeaders, hangBody, hangHeaders, reset, silence } from "./behaviours.ts";
import { listen } from "./listener.ts";
import { oneOf } from "./one-of.ts";
import { type Routes, replyOf, routeOf } from "./routes.ts";
import type { MeetOptions, StandIn } from "./stand-in.ts";

/** What each vendor says in its own words. The rest happens below the words, and is the same for all. */
export type VendorCondition =
  | "accept"
  | "garble"
  | "rate-limited"
  | "unavailable"
  | "payload"
  | "endpoint"
  | "config";

/** What a test is shown of every destination that speaks HTTP. */
export interface HttpReceiver extends StandIn {
  /** Every request that arrived whole, oldest first. */
  requests(): readonly ReceivedRequest[];
  /** Those that were accepted: answered with a success and all of it, oldest first. */
  accepted(): readonly ReceivedRequest[];
  /** Requests to routes beside the messages, such as a login, oldest first. None of them is among `requests()`. */
  routed?(): readonly ReceivedRequest[];
  /** Whom the accepted messages alert, where the destination reads mentions. */
  alerted?(): readonly string[];
  /** Where "redirect" points: another origin, for a `Location` of your own. */
  readonly elsewhere: string;
  /** Requests that reached the other origin: each is a message carried to a stranger. */
  strays(): readonly ReceivedRequest[];
}

export interface HttpStandIn {
  readonly receiver: HttpReceiver & Required<Pick<HttpReceiver, "routed">>;
  /** Sets what the next `times` requests meet; then it is "accept" again. */
  behave(behaviour: Behaviour, times: number): void;
}

export interface HttpStandInOptions {
  /** Path and query of the URL. */
  readonly path: string;
  readonly conditions: (options: MeetOptions) => Readonly<Record<VendorCondition, Behaviour>>;
  /** Between two bytes of a drip, in milliseconds. Default 20. */
  readonly dripIntervalMs?: number | undefined;
  readonly routes?: Routes | undefined;
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

/** Answers requests, and keeps them. Without limits of its own the server never answers or hangs up by itself. */
const serve = (handle: (message: IncomingMessage, response: ServerResponse) => Promise<void>) =>
  Object.assign(
    createServer((message, response) => void handle(message, response)),
    { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 },
  );

/** What a gateway says before any vendor, whose own words need not name a time. */
const busy = (seconds: number): Behaviour =>
  answer(503, "not now", { "retry-after": String(seconds) });

const halfOpen = { allowHalfOpen: true }; // as node:http asks of the sockets it is given

/** Another origin, which takes whatever comes. */
const openStranger = async () => {
  const strays: ReceivedRequest[] = [];
  const server = serve(async (message, response) => {
    const request = await read(message).catch(() => undefined);
    if (request === undefined) return;
    strays.push(request);
    response.end("ok");
  });
  const listener = await listen((socket) => server.emit("connection", socket), halfOpen);
  return { url: `http://127.0.0.1:${listener.port}/elsewhere`, strays, close: listener.close };
};

/** The part that every HTTP stand-in shares: a server, what it meets next, and what it saw. */
export const httpStandIn = async (options: HttpStandInOptions): Promise<HttpStandIn> => {
  const { path, conditions, routes = {} } = options;
  const requests: ReceivedRequest[] = [];
  const routed: ReceivedRequest[] = [];
  const accepted: ReceivedRequest[] = [];
  const { accept } = conditions({});
  const stranger = await openStranger();
  const belowWords = {
    reset,
    silent: silence,
    hang: hangHeaders,
    "half-headers": halfHeaders,
    "half-body": hangBody,
    drip: drip(options.dripIntervalMs ?? 20),
    redirect: answer(307, "", { location: stranger.url }),
  };
  const vendorSays = (asked: MeetOptions) => ({
    ...conditions(asked),
    ...(asked.retryAfterSeconds !== undefined && { unavailable: busy(asked.retryAfterSeconds) }),
  });
  let attempts = 0;
  let next = { behaviour: accept, left: Number.POSITIVE_INFINITY };

  const takeAttempt = (): Behaviour => {
    attempts += 1;
    if (next.left <= 0) return accept;
    next.left -= 1;
    return next.behaviour;
  };

  const server = serve(async (message, response) => {
    const route = routeOf(routes, message.url);
    const behaviour = route === undefined ? takeAttempt() : undefined;
    const request = await read(message).catch(() => undefined);
    if (request === undefined) return; // the caller left halfway
    (route === undefined ? requests : routed).push(request);
    if (route !== undefined) replyOf(route(request))(request, response);
    else if (behaviour?.(request, response)) accepted.push(request);
  });
  const take = (socket: Socket): void => {
    if (next.behaviour !== silence || next.left <= 0) server.emit("connection", socket);
    else {
      attempts += 1;
      next.left -= 1;
    }
  };
  const listener = await listen(take, halfOpen);

  return {
    receiver: {
      url: `http://127.0.0.1:${listener.port}${path}`,
      async meet(condition, { times = Number.POSITIVE_INFINITY, ...told } = {}) {
        if (condition === "refuse") return listener.refuse();
        const ways = { ...vendorSays(told), ...belowWords };
        const behaviour = ways[oneOf("meet()", "condition", condition, ways)];
        next = { behaviour, left: times };
        await listener.open();
      },
      attempts: () => attempts,
      refusals: () => attempts - accepted.length,
      requests: () => [...requests],
      routed: () => [...routed],
      accepted: () => [...accepted],
      elsewhere: stranger.url,
      strays: () => [...stranger.strays],
      async close() {
        await Promise.all([listener.close(), stranger.close()]);
      },
    },
    behave(behaviour, times) {
      next = { behaviour, left: times };
    },
  };
};
