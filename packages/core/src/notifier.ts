import type { Clock } from "./clock.ts";
import type { JsonValue } from "./errors.ts";
import type { MonitorEvent } from "./event.ts";
import type { Registration } from "./registration.ts";
import type { MonitorSignal } from "./signals.ts";
import type { MonitorStats } from "./stats.ts";

/** At least one event, in the order they were emitted. Frozen. */
export type Batch = readonly [MonitorEvent, ...MonitorEvent[]];

/** At most `max` requests in any window of `perMs`. */
export interface RateLimit {
  readonly max: number;
  readonly perMs: number;
}

export type Locale = "en" | "zh-CN";

export interface SendContext {
  /** Aborts at the attempt's deadline and on shutdown. Pass it to every request. Made when it is first read. */
  readonly signal: AbortSignal;
  /**
   * Calls back once when `signal` aborts, or at once when it has; answers how to be told no longer.
   * For transports that need no `AbortSignal`, which costs Node more than the rest of an attempt.
   */
  onAbort?(listener: () => void): () => void;
  /** The same on every attempt at this batch, so that a destination can drop a duplicate. A batch of one: the event's id. */
  readonly idempotencyKey: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** What the last `DeliveryError` of this batch left in its `resume`, else null. */
  readonly resume: JsonValue;
}

export interface VerifyContext {
  /** Aborts when the check has taken as long as one attempt may. */
  readonly signal: AbortSignal;
}

/** What a destination said when it accepted a batch. */
export interface Receipt {
  /** The destination's own name for the message, shown by `getDeliveries`. At most 200 characters are kept, in one line. */
  readonly reference?: string | undefined;
  /**
   * The destination took it for later (a 202): accepted, not yet shown. That is as far as a delivery goes: it
   * is `delivered`, nobody asks again, and no answer of the monitor repeats this. It is for a notifier around
   * this one, which may look the message up by its `reference`.
   */
  readonly asynchronous?: true | undefined;
}

/** What a monitor shows a notifier, or an attachment, that asked by `attach`. */
export interface NotifierHost {
  readonly service: string;
  readonly locale: Locale;
  /** An IANA name: `"Asia/Shanghai"`. */
  readonly timeZone: string;
  readonly clock: Clock;
  observe(listener: (signal: MonitorSignal) => void): Registration;
  stats(): MonitorStats;
}

/**
 * Carries events to one destination: a translation and one request. Queueing, batching, rate limits,
 * deadlines and retries belong to the pipeline that holds it.
 *
 * Six promises, checked by `@datasync-monitor/testkit`:
 *
 * 1. `send()` resolves only when the destination accepted the whole batch.
 * 2. Otherwise it rejects, with a `DeliveryError` where it knows why.
 * 3. It makes **one** attempt.
 * 4. It stops soon after `context.signal` aborts, and rejects.
 * 5. It changes neither the batch nor anything global.
 * 6. No secret is in any error, line or property it exposes.
 */
export interface Notifier {
  /** Which version of this contract the notifier was written to. */
  readonly contract: 1;
  /** Stable and lower-case, such as `"feishu"`: `/^[a-z][a-z0-9-]{0,63}$/`. Labels logs, metrics and status. */
  readonly id: string;
  /** The most events one `send()` may carry, a whole number. Default 1. */
  readonly maxBatchSize?: number | undefined;
  /** What the destination allows, retries included. A receiver's own `rateLimits` replace them. */
  readonly rateLimits?: readonly RateLimit[] | undefined;
  /** Receivers with one key share limits, pause and breaker. A hash (`destinationKeyOf`), never the URL. */
  readonly destinationKey?: string | undefined;
  /** One attempt. Called again meanwhile where the receiver's `concurrency` is above 1. */
  send(batch: Batch, context: SendContext): void | Receipt | Promise<void | Receipt>;
  /** Checks address and credentials without sending a visible message. Rejects with a `DeliveryError`. */
  verify?(context: VerifyContext): Promise<void>;
  /** Called when the notifier is registered, before its first `send()`, and again for each further name. A test may call `send()` without it. */
  attach?(host: NotifierHost): void;
  /** Releases sockets and timers. Called once, after the last `send()` settles or the wait for it is over. */
  close?(): Promise<void>;
}

/** Lives as long as the monitor does, or until unregistered: a probe, an exporter. It gets no events. */
export interface Attachment {
  /** Lower-case kebab, such as `"health-checks"`. Names it in problems. */
  readonly id: string;
  /** Called once, when it is attached. */
  attach(host: NotifierHost): void;
  /** Called once: by `unregister()`, or first of all by the monitor's `close()`, while events are still taken. */
  close?(): void | Promise<void>;
}
