import type { SignalListener } from "./announcer.ts";
import { callbackNotifier, type EventCallback } from "./callbacks.ts";
import { type VerifyReport, verifyReceiver } from "./checks.ts";
import { closeDown } from "./closing.ts";
import { buildComponents, type Components } from "./components.ts";
import { eventFactory } from "./create-event.ts";
import { type DeadlineOptions, deadlineOf, defaultDrainMs } from "./deadline.ts";
import { flush, persist } from "./delivery/drain.ts";
import type { EmitResult, Emitter } from "./emitter.ts";
import { ConfigError } from "./errors.ts";
import type { EventOf, EventTypeName, MonitorEvent } from "./event.ts";
import type { EventInput } from "./event-input.ts";
import { exitDueInMs } from "./exit-due.ts";
import { explainFor, type ReceiverDecision } from "./explain.ts";
import { remembered } from "./history.ts";
import type { Address } from "./intake.ts";
import { lenient } from "./lenient.ts";
import type { Monitor, PersistReport } from "./monitor-api.ts";
import type { Attachment, Notifier } from "./notifier.ts";
import { closeOnSignals, drainAtExit, held } from "./process-life.ts";
import type { ReceiverOptions } from "./receiver-settings.ts";
import type { FlushReport, Registration } from "./registration.ts";
import { keepRetention } from "./retention.ts";
import { selfReport } from "./self-report.ts";
import { sentencesOf } from "./sentences.ts";
import { type MonitorOptions, monitorSettings, type Settings } from "./settings.ts";
import type { MonitorStats } from "./stats.ts";
import {
  type CleanupMetrics,
  type ComprehensiveStatus,
  cleanupMetrics,
  type MigrationMetrics,
  migrationMetrics,
  type SyncMetrics,
  syncMetrics,
} from "./status.ts";
import { type MemoryStore, memoryStore } from "./store/memory.ts";
import type { Delivery, DeliveryQuery, EventQuery, Page } from "./store/store.ts";
import { sendTestMessage } from "./test-message.ts";

/** Composes the rooms; with `components.ts` the only one that knows the others. */
export class MonitorCore implements Monitor {
  readonly emitEvent: Emitter["emitEvent"];
  readonly track: Emitter["track"];
  readonly child: Emitter["child"];
  #settings: Settings;
  readonly #parts: Components;
  readonly #undo: (() => void)[] = [];
  #closing: Promise<FlushReport> | undefined;

  constructor(options: MonitorOptions) {
    const settings = monitorSettings(options);
    const { clock } = settings;
    this.#settings = settings;
    this.#parts = buildComponents(() => this.#settings, options.store ?? memoryStore({ clock }));
    const { emitter, journal, nextId, waits } = this.#parts;
    this.emitEvent = emitter.emitEvent;
    this.track = emitter.track;
    this.child = emitter.child;
    journal.open(nextId());
    this.#undo.push(
      drainAtExit({
        drainOnExitMs: () => this.#settings.drainOnExitMs,
        dueInMs: () => exitDueInMs(clock, this.#parts),
      }),
    );
    this.#undo.push(keepRetention({ clock, waits, journal, limits: () => this.#settings.history }));
    this.#apply();
  }

  registerCallback<const T extends EventTypeName = string>(
    callback: EventCallback<EventOf<T>>,
    options: ReceiverOptions<T> = {},
  ): Registration {
    if (typeof callback !== "function") {
      throw new ConfigError(
        "callback",
        "registerCallback() takes a function that is called with each event.",
      );
    }
    const name = callback.name || this.#parts.receivers.freeName();
    // The filter's `types` are what narrows the event, and the same filter decides what is delivered.
    const notifier = callbackNotifier(callback as EventCallback);
    return this.#register(notifier, options, name);
  }

  registerNotifier(notifier: Notifier, options: ReceiverOptions = {}): Registration {
    return this.#register(notifier, options);
  }

  attach(attachment: Attachment): Registration {
    return this.#parts.attachments.add(attachment);
  }

  getComprehensiveStatus(): Promise<ComprehensiveStatus> {
    return this.#parts.history.status(this.#parts.stats);
  }

  getSyncMetrics(window?: { readonly hours?: number | undefined }): Promise<SyncMetrics> {
    return this.#parts.history.metrics(syncMetrics, window);
  }

  getCleanupMetrics(window?: { readonly days?: number | undefined }): Promise<CleanupMetrics> {
    return this.#parts.history.metrics(cleanupMetrics, window);
  }

  getMigrationMetrics(window?: { readonly days?: number | undefined }): Promise<MigrationMetrics> {
    return this.#parts.history.metrics(migrationMetrics, window);
  }

  getEvents(query: EventQuery = {}): Promise<Page<MonitorEvent>> {
    return this.#parts.history.events(query);
  }

  getDeliveries(query: DeliveryQuery = {}): Promise<Page<Delivery>> {
    return this.#parts.history.deliveries(query);
  }

  replay(query: DeliveryQuery = {}): Promise<number> {
    return this.#parts.history.replay(query);
  }

  explain<Metrics extends object>(
    event: MonitorEvent | EventInput<Metrics>,
  ): readonly ReceiverDecision[] {
    const { clock, random, context } = this.#settings;
    const made = eventFactory(clock, random)(event, context);
    if (typeof made === "string") throw new ConfigError("event", made);
    const asked = "id" in event ? { ...made.event, ...event } : made.event;
    return this.#parts.receivers.current.map((receiver) => explainFor(receiver, asked, clock));
  }

  verify(receiver?: string): Promise<readonly VerifyReport[]> {
    const asked =
      receiver === undefined
        ? this.#parts.receivers.current
        : [this.#parts.receivers.find(receiver)];
    const { report } = this.#parts.announcer;
    return held(() =>
      Promise.all(asked.map((one) => verifyReceiver(one, this.#settings.clock, report))),
    );
  }

  async sendTest(receiver: string): Promise<Delivery> {
    const seen = await held(() =>
      sendTestMessage(receiver, {
        clock: this.#settings.clock,
        receivers: this.#parts.receivers,
        say: sentencesOf(this.#settings.locale),
        emit: (input, address) => this.#emitTo(input, address),
        last: () => this.#parts.intake.last,
        observe: (listener) => this.#parts.announcer.add(listener),
      }),
    );
    const query = { eventId: seen.event_id, receiver, limit: 1 };
    // A store that fails says less than what was seen.
    const page = await this.getDeliveries(query).catch(() => undefined);
    return page?.rows[0] ?? seen;
  }

  stats(): MonitorStats {
    return this.#parts.stats();
  }

  observe(listener: SignalListener): Registration {
    return this.#parts.announcer.register(listener);
  }

  ready(): Promise<void> {
    return held(async () => {
      if (await this.#parts.journal.ready()) return;
      throw new ConfigError("store", "The monitor was closed before its store could be opened.");
    });
  }

  persisted(options: DeadlineOptions = {}): Promise<PersistReport> {
    const { journal, dispatcher, intake } = this.#parts;
    const { clock } = this.#settings;
    return held(async () => {
      const deadlineMs = deadlineOf("persisted()", options);
      const written = await persist({
        clock,
        dispatcher,
        journal,
        upTo: intake.last.seq,
        deadlineMs,
      });
      const { committed, memoryOnly } = journal.counts;
      return { committed, memory_only: memoryOnly, timed_out: !written };
    });
  }

  flush(options: DeadlineOptions = {}): Promise<FlushReport> {
    const { receivers, intake, dispatcher, journal } = this.#parts;
    const { clock } = this.#settings;
    const what = { pipelines: receivers.pipelines, upTo: intake.last };
    return held(async () => {
      const deadlineMs = deadlineOf("flush()", options);
      return flush({ clock, dispatcher, journal, ...what, deadlineMs, impatient: false });
    });
  }

  close(options: DeadlineOptions = {}): Promise<FlushReport> {
    const { report } = this.#parts.announcer;
    const deadlineMs = () => lenient(() => deadlineOf("close()", options), defaultDrainMs, report);
    this.#closing ??= held(() => this.#shutDown(deadlineMs()));
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Takes other options while events flow; the clock and the randomness stay. For the global monitor alone. */
  reconfigure(options: MonitorOptions): void {
    const { clock, random } = this.#settings;
    this.#settings = { ...monitorSettings(options), clock, random };
    this.#apply();
    if (options.store === undefined) return;
    const { journal, receivers, leaseKeeper, nextId } = this.#parts;
    const { durable } = options.store;
    const once = new Set(
      receivers.pipelines.filter((one) => one.settings.once).map(({ name }) => name),
    );
    journal.write([]);
    const keeps = (receiver: string): boolean => !(durable && once.has(receiver));
    // Until it is set up, the global monitor has the store that it made for itself.
    const known = remembered(journal.store as MemoryStore, keeps);
    journal.adopt(options.store, nextId(), known);
    for (const receiver of receivers.all) {
      receiver.pipeline.storeLink.resetFences();
      void leaseKeeper.takeOver(receiver);
    }
  }

  /** Whether it takes no more events. */
  get closed(): boolean {
    return this.#parts.intake.closed;
  }

  #register(notifier: Notifier, options: ReceiverOptions, callbackName?: string): Registration {
    const { receivers, leaseKeeper } = this.#parts;
    const registration = receivers.add(notifier, options, callbackName);
    void leaseKeeper.takeOver(receivers.find(registration.name));
    return registration;
  }

  async #shutDown(deadlineMs: number): Promise<FlushReport> {
    const detached = this.#parts.attachments.closeAll();
    const report = await closeDown(this.#parts, deadlineMs, this.#settings.clock);
    await detached;
    for (const undo of this.#undo.splice(0)) undo();
    return report;
  }

  #apply(): void {
    const { handleSignals, locale, selfReport: reports } = this.#settings;
    if (handleSignals) this.#undo.push(closeOnSignals(() => this.close()));
    if (!reports) return;
    const listener = selfReport(
      (input, address) => this.#emitTo(input, address),
      sentencesOf(locale),
    );
    this.#undo.push(this.#parts.announcer.add(listener));
  }

  #emitTo(input: EventInput, address: Address): EmitResult {
    return this.#parts.intake.emit(input, this.#settings.context, address);
  }
}

/** A monitor of its own. @throws ConfigError when an option is wrong. */
export const createMonitor = (options: MonitorOptions = {}): Monitor => new MonitorCore(options);
