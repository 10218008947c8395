import { hourMs } from "./clock.ts";
import type { BatchOptions } from "./delivery/batch.ts";
import type { BreakerOptions } from "./delivery/breaker.ts";
import type { Overflow, QueueLimits } from "./delivery/queue.ts";
import type { RetryOptions } from "./delivery/reaction.ts";
import type { EventTypeName } from "./event.ts";
import type { EventFilter } from "./filter.ts";
import type { Notifier, RateLimit } from "./notifier.ts";
import {
  checkOptions,
  choiceOption,
  type NumberRange,
  numberOption,
  numberOptions,
  textOption,
  wrongOption,
} from "./options.ts";

/** How one receiver is treated. Every duration is in milliseconds. */
export interface ReceiverOptions<T extends string = EventTypeName> extends EventFilter<T> {
  /** Default: the notifier's id, or the callback's name. Two receivers of one name are refused. */
  readonly name?: string | undefined;
  /**
   * How many events are sent together: by default as many as the notifier takes, and without waiting
   * (`maxWaitMs` 0): the first is sent at once, those that arrive during a send or an outage as one batch.
   * A callback gets one event at a time.
   */
  readonly batch?:
    | { readonly maxSize?: number | undefined; readonly maxWaitMs?: number | undefined }
    | undefined;
  /** Of requests, retries included, per process. Default: the notifier's own. */
  readonly rateLimits?: readonly RateLimit[] | undefined;
  /** Default: full jitter from 500 ms to 60 s; 1 h of age (24 h with a durable store); 10 `unknown` attempts; at most 1 h of `Retry-After`. */
  readonly retry?:
    | {
        readonly baseMs?: number | undefined;
        readonly capMs?: number | undefined;
        readonly maxAgeMs?: number | undefined;
        readonly maxAttempts?: number | undefined;
        readonly maxRetryAfterMs?: number | undefined;
      }
    | undefined;
  /** Opens after 5 failed attempts in a row, for 1 s doubling to 30 s, each less up to a quarter by chance. `false`: never. */
  readonly breaker?:
    | { readonly failures?: number | undefined; readonly cooldownMs?: number | undefined }
    | false
    | undefined;
  /** Default: 2,000 events or 4 MiB of heap, `drop-lowest-level` (the oldest of the lowest level). */
  readonly queue?:
    | {
        readonly maxEvents?: number | undefined;
        readonly maxBytes?: number | undefined;
        readonly overflow?: Overflow | undefined;
      }
    | undefined;
  /** For one attempt, from connect to the last byte. Default 10 s. */
  readonly timeoutMs?: number | undefined;
  /** Attempts under way at once. Default 1: first attempts are in order; later events overtake what waits for its retry. */
  readonly concurrency?: number | undefined;
}

/** Receiver options with every default filled in. */
export interface ReceiverSettings {
  readonly name: string;
  readonly batch: BatchOptions;
  readonly rateLimits: readonly RateLimit[];
  readonly retry: RetryOptions;
  readonly breaker: BreakerOptions | null;
  readonly queue: QueueLimits;
  readonly timeoutMs: number;
  readonly concurrency: number;
  /** A callback: one attempt, whose slot is taken until it settles. */
  readonly once: boolean;
}

const known = [
  "name",
  "types",
  "levels",
  "minLevel",
  "where",
  "batch",
  "rateLimits",
  "retry",
  "breaker",
  "queue",
  "timeoutMs",
  "concurrency",
];
const longest = 2 ** 40;
const positive: NumberRange = { min: 1, max: longest };
const whole: NumberRange = { min: 1, max: 1_000_000, integer: true };

const checkRateLimits = (owner: string, limits: readonly RateLimit[]): readonly RateLimit[] => {
  if (!Array.isArray(limits))
    throw wrongOption(owner, "rateLimits", "is a list of { max, perMs }.");
  return limits.map((limit: RateLimit) =>
    numberOptions(owner, "rateLimits", limit, {
      max: [Number.NaN, whole],
      perMs: [Number.NaN, positive],
    }),
  );
};

const breakerSettings = (
  owner: string,
  breaker: ReceiverOptions["breaker"],
): BreakerOptions | null => {
  if (breaker === false) return null;
  const read = numberOptions(owner, "breaker", breaker, {
    failures: [5, whole],
    cooldownMs: [1_000, positive],
  });
  return { ...read, maxCooldownMs: Math.max(30_000, read.cooldownMs) };
};

const retrySettings = (owner: string, retry: ReceiverOptions["retry"]): RetryOptions => ({
  ...numberOptions(owner, "retry", retry, {
    baseMs: [500, positive],
    capMs: [60_000, positive],
    maxAgeMs: [hourMs, positive],
    maxAttempts: [10, whole],
    maxRetryAfterMs: [hourMs, { min: 0, max: longest }],
  }),
  maxAgeMs: retry?.maxAgeMs ?? null,
});

const queueSettings = (owner: string, queue: ReceiverOptions["queue"]): QueueLimits => ({
  ...numberOptions(
    owner,
    "queue",
    queue,
    { maxEvents: [2_000, { ...whole, max: 10_000_000 }], maxBytes: [4 * 2 ** 20, positive] },
    ["overflow"],
  ),
  overflow: choiceOption(owner, "queue.overflow", queue?.overflow, "drop-lowest-level", [
    "drop-lowest-level",
    "drop-oldest",
    "drop-newest",
  ]),
});

const ownerOf = (name: string): string => `The receiver \`${name}\``;

/** Checks a receiver's options and fills in what they leave out. @throws ConfigError */
export const receiverSettings = (
  notifier: Notifier,
  options: ReceiverOptions,
  callbackName?: string,
): ReceiverSettings => {
  const usual = callbackName ?? notifier.id;
  checkOptions(ownerOf(usual), options, known);
  const name = textOption(
    ownerOf(usual),
    "name",
    options.name === undefined ? usual : options.name,
  );
  const once = callbackName !== undefined;
  const owner = ownerOf(name);
  const breaker = breakerSettings(owner, options.breaker);
  const most = numberOption(owner, "maxBatchSize", notifier.maxBatchSize, 1, whole);
  return {
    name,
    batch: numberOptions(owner, "batch", options.batch, {
      maxSize: [most, { ...whole, max: most }],
      maxWaitMs: [0, { min: 0, max: hourMs }],
    }),
    rateLimits: checkRateLimits(owner, options.rateLimits ?? notifier.rateLimits ?? []),
    retry: retrySettings(owner, options.retry),
    breaker: once ? null : breaker,
    queue: queueSettings(owner, options.queue),
    timeoutMs: numberOption(owner, "timeoutMs", options.timeoutMs, 10_000, positive),
    concurrency: numberOption(owner, "concurrency", options.concurrency, 1, {
      ...whole,
      max: 1_000,
    }),
    once,
  };
};
