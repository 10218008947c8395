import { ConfigError, checkOptions, type Notifier } from "@datasync-monitor/core";
import type { Canary, Harness } from "../harness.ts";
import type { ReceivedRequest } from "../receivers/behaviour.ts";
import { checkAnswers, type HttpAnswers, hostileHttp } from "../receivers/hostile-http.ts";
import type { HttpReceiver } from "../receivers/http-stand-in.ts";
import type { Routes } from "../receivers/routes.ts";
import { madeAt } from "./made-at.ts";

export interface HttpDestination {
  /** Where to post. It is a secret: it holds canaries. */
  readonly url: string;
  readonly canary: Canary;
}

export interface HttpHarnessOptions extends Pick<Harness, "codes" | "cannotVerify" | "trace"> {
  /** Makes the notifier under test. Give every option that is a secret a `canary(name)` of its own. */
  readonly notifier: (given: HttpDestination) => Notifier;
  /**
   * What stands for the destination, given what `routes` are. Default: `hostileHttp()`, at a path and query
   * of canaries.
   */
  readonly destination?:
    | ((canary: Canary, routes: Routes | undefined) => Promise<HttpReceiver>)
    | undefined;
  /**
   * Requests beside the message, such as a login, by path: what `hostileHttp()` answers there, whatever
   * the message meets. Give what it hands out, a session for example, a `canary(name)` too.
   */
  readonly routes?: ((canary: Canary) => Routes) | undefined;
  /** What that `hostileHttp()` says in a vendor's own words, for one that tells of a failure with status 200. */
  readonly answers?: HttpAnswers | undefined;
  /** The header that carries the idempotency key, or how to find the key. Left out where there is no place for one. */
  readonly key?: string | ((request: ReceivedRequest) => string | undefined) | undefined;
  /** What a reader sees of a message. Default: the request's body. */
  readonly read?: ((request: ReceivedRequest) => string) | undefined;
  /** Whom a message would alert, by name or all at once. Default: what the destination itself tells, if anything. */
  readonly alerts?: ((request: ReceivedRequest) => readonly string[]) | undefined;
  /** Secrets that are made of canaries, for an option that wants a form of its own. */
  readonly secrets?: ((canary: Canary) => readonly string[]) | undefined;
}

/** A slip in a name would leave out what it checks, and nobody would miss it. */
const known = [
  "notifier",
  "destination",
  "routes",
  "answers",
  "key",
  "read",
  "alerts",
  "secrets",
  "codes",
  "cannotVerify",
  "trace",
] as const satisfies readonly (keyof HttpHarnessOptions)[];

/** What `verify()` asks with, and no message is sent by. */
const probes = ["GET", "HEAD", "OPTIONS"];

const isMessage = ({ method }: ReceivedRequest): boolean => !probes.includes(method);

const asItCame = ({ method, path, headers, body }: ReceivedRequest): string =>
  [`${method} ${path}`, ...Object.entries(headers).map((entry) => entry.join(": ")), body].join(
    "\n",
  );

const hostile =
  (answers: HttpAnswers | undefined) =>
  (canary: Canary, routes: Routes | undefined): Promise<HttpReceiver> =>
    hostileHttp({ path: `/hook/${canary("path")}?key=${canary("query")}`, routes, answers });

/** A notifier that posts over HTTP, at a receiver that can do everything a receiver should not. It is held to every case. */
export const httpHarness = (options: HttpHarnessOptions): Harness => {
  checkOptions("httpHarness()", options, known);
  checkAnswers("httpHarness()", options.answers);
  if (options.destination !== undefined && options.answers !== undefined) {
    throw new ConfigError(
      "answers",
      "httpHarness(): `answers` are what its own destination says. Give them to the one that `destination` makes: `hostileHttp({ path, routes, answers })`.",
    );
  }
  const { notifier, key, alerts, codes, cannotVerify, trace } = options;
  const destination = options.destination ?? hostile(options.answers);
  const read = options.read ?? (({ body }) => body);
  const keyOf =
    typeof key === "string" ? ({ headers }: ReceivedRequest) => headers[key.toLowerCase()] : key;
  return {
    protocol: "http",
    ...(codes && { codes }),
    ...(cannotVerify && { cannotVerify }),
    ...(trace && { trace }),
    async rig(canary) {
      const receiver = await destination(canary, options.routes?.(canary));
      const taken = () => receiver.accepted().filter(isMessage);
      return {
        ...(await madeAt(receiver, () => notifier({ url: receiver.url, canary }))),
        meet: (condition, asked) => receiver.meet(condition, asked),
        received: () => taken().map(read),
        attempts: receiver.attempts,
        said: () => [...receiver.requests(), ...(receiver.routed?.() ?? [])].map(asItCame),
        strays: receiver.strays,
        secrets: options.secrets?.(canary),
        ...(keyOf && {
          keys: () =>
            receiver
              .requests()
              .filter(isMessage)
              .map((request) => keyOf(request) ?? ""),
        }),
        ...(receiver.alerted && { alerted: receiver.alerted }),
        ...(alerts && { alerted: () => taken().flatMap(alerts) }),
        close: receiver.close,
      };
    },
  };
};
