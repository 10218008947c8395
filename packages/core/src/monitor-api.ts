import type { EventCallback } from "./callbacks.ts";
import type { VerifyReport } from "./checks.ts";
import type { DeadlineOptions } from "./deadline.ts";
import type { Emitter } from "./emitter.ts";
import type { EventOf, EventTypeName, MonitorEvent } from "./event.ts";
import type { EventInput } from "./event-input.ts";
import type { ReceiverDecision } from "./explain.ts";
import type { Attachment, Notifier } from "./notifier.ts";
import type { ReceiverOptions } from "./receiver-settings.ts";
import type { FlushReport, Registration } from "./registration.ts";
import type { MonitorSignal } from "./signals.ts";
import type { MonitorStats } from "./stats.ts";
import type {
  CleanupMetrics,
  ComprehensiveStatus,
  MigrationMetrics,
  SyncMetrics,
} from "./status.ts";
import type { Delivery, DeliveryQuery, EventQuery, Page } from "./store/store.ts";

/** How far the events taken so far have come. */
export interface PersistReport {
  readonly committed: number;
  /** Remembered by this process alone: there is no durable store, or it fails, or has failed for so long that it will never have them. */
  readonly memory_only: number;
  readonly timed_out: boolean;
}

/** Takes a service's events, delivers them to its receivers, and reports what happened to each. */
export interface Monitor extends Emitter {
  /**
   * Calls back with each event that passes the filter, one at a time, after `emitEvent` has returned. One attempt:
   * what the callback throws is reported to `onProblem`. A `types` of known names narrows the event. @throws ConfigError
   */
  registerCallback<const T extends EventTypeName = string>(
    callback: EventCallback<EventOf<NoInfer<T>>>,
    options?: ReceiverOptions<T>,
  ): Registration;
  /**
   * Delivers each event that passes the filter through the notifier, with queue, batches, rate limits and retries.
   *
   * @throws ConfigError when an option is wrong, the name is taken, or this core does not support the notifier's contract.
   */
  registerNotifier(notifier: Notifier, options?: ReceiverOptions): Registration;
  /** Ties a probe or an exporter to the monitor's life. @throws ConfigError when its id is malformed or the monitor is closed. */
  attach(attachment: Attachment): Registration;

  getComprehensiveStatus(): Promise<ComprehensiveStatus>;
  /** Default: the last 24 hours. */
  getSyncMetrics(window?: { readonly hours?: number | undefined }): Promise<SyncMetrics>;
  /** Default: the last 7 days. */
  getCleanupMetrics(window?: { readonly days?: number | undefined }): Promise<CleanupMetrics>;
  /** Default: the last 30 days. */
  getMigrationMetrics(window?: { readonly days?: number | undefined }): Promise<MigrationMetrics>;
  /** Newest first. `types` are exact, without `*`. @throws ConfigError */
  getEvents(query?: EventQuery): Promise<Page<MonitorEvent>>;
  /** What happened to events at receivers, newest first. What a filter did not want has no row: see `explain`. */
  getDeliveries(query?: DeliveryQuery): Promise<Page<Delivery>>;
  /** Makes dead deliveries pending again, under the same event ids, and returns how many; without a query all, at most 1,000 a call. @throws ConfigError */
  replay(query?: DeliveryQuery): Promise<number>;
  /** Who would get an event, who not, and why. Asks every filter, `where` included. @throws ConfigError when it is not a valid event. */
  explain<Metrics extends object>(
    event: MonitorEvent | EventInput<Metrics>,
  ): readonly ReceiverDecision[];
  /** Checks address and credentials, of all receivers or one, without sending a visible message. Callbacks are `unsupported`: see `sendTest`. */
  verify(receiver?: string): Promise<readonly VerifyReport[]>;
  /** Sends one marked `service_status` event to that receiver alone, past its filter, and waits for its fate as long as an attempt may take. */
  sendTest(receiver: string): Promise<Delivery>;

  /** All counters and the state of every pipeline, now. */
  stats(): MonitorStats;
  /** Calls back with what happens, after it has happened and never inside `emitEvent`. */
  observe(listener: (signal: MonitorSignal) => void): Registration;
  /**
   * Resolves when the store is open, however long that takes; emitting before is allowed.
   *
   * @throws ConfigError when an option of the store is wrong or its driver is missing, or the monitor closes before.
   */
  ready(): Promise<void>;
  /** Resolves when all taken so far is committed, and what came of any so far; not when what will come of these is. @throws ConfigError */
  persisted(options?: DeadlineOptions): Promise<PersistReport>;
  /**
   * Resolves when all that this process took so far has its fate and a durable store knows it, unless that fails;
   * or at the deadline. What waits for others to share its batch (`maxWaitMs`) is sent at once. Does not wait for
   * what other processes left in the store. Callers join. @throws ConfigError
   */
  flush(options?: DeadlineOptions): Promise<FlushReport>;
  /**
   * Stops intake, drains until the deadline or until nothing can happen before it, aborts what flies, counts what is left as
   * `dropped("closed")` unless a durable store remembers it, and releases everything. Bounded by the
   * deadline and half a second; idempotent. `pending` counts what a durable store holds open at the end, fates that it
   * did not learn among them: with 0 nothing that this process took is delivered again. Wrong options are reported, and it closes.
   */
  close(options?: DeadlineOptions): Promise<FlushReport>;
  [Symbol.asyncDispose](): Promise<void>;
}
