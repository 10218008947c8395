import type { SignalListener } from "./announcer.ts";
import { callbackNotifier, type EventCallback } from "./callbacks.ts";
import { type VerifyReport, verifyReceiver } from "./checks.ts";
import { closeDown } from "./closing.ts";
import { buildComponents, type Components } from "./components.ts";
import { eventFactory } from "./create-event.ts";
import { flush, persist } from "./delivery/drain.ts";
import type { ChildBindings, EmitResult, Emitter, Run, TrackOptions } from "./emitter.ts";
import { ConfigError } from "./errors.ts";
import type { EventOf, EventTypeName, MonitorEvent } from "./event.ts";
import type { EventInput } from "./event-input.ts";
import { exitDueInMs } from "./exit-due.ts";
import { explainFor, type ReceiverDecision } from "./explain.ts";
import { remembered } from "./history.ts";
import type { Address } from "./intake.ts";
import type { DeadlineOptions, Monitor, PersistReport } from "./monitor-api.ts";
import type { Attachment, Notifier } from "./notifier.ts";
import { closeOnSignals, drainAtExit, hold } from "./process-life.ts";
import type { ReceiverOptions } from "./receiver-settings.ts";
import { defaultDrainMs } from "./receivers.ts";
import type { FlushReport, Registration } from "./registration.ts";
import { keepRetention } from "./retention.ts";
import { selfReport } from "./self-report.ts";
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

/** Composes the rooms; with `house.ts` the only one that knows the others. */
export class MonitorCore implements Monitor {
  #settings: Settings;
  readonly #parts: Components;
  /** The store it made for itself; undefined when it was given one. */
  #ownStore: MemoryStore | undefined;
  readonly #undo: (() => void)[] = [];
  #closing: Promise<FlushReport> | undefined;

  constructor(options: MonitorOptions) {
    const settings = monitorSettings(options);
    const { clock } = settings;
    this.#settings = settings;
    const ownStore = memoryStore({ clock });
    if (options.store === undefined) this.#ownStore = ownStore;
    this.#parts = buildComponents(() => this.#settings, options.store ?? ownStore);
    const { journal, dispatcher, receivers, nextId, waits } = this.#parts;
    journal.open(nextId());
    this.#undo.push(
      drainAtExit({
        drainOnExitMs: () => this.#settings.drainOnExitMs,
        dueInMs: () => exitDueInMs(clock, journal, dispatcher, receivers),
      }),
    );
    this.#undo.push(keepRetention({ clock, waits, journal, limits: () => this.#settings.history }));
    this.#apply();
  }

  emitEvent<Metrics extends object>(input: EventInput<Metrics>): EmitResult {
    return this.#parts.emitter.emitEvent(input);
  }

  track<T>(
    operation: string,
    work: (run: Run) => T | Promise<T>,
    options: TrackOptions = {},
  ): Promise<T> {
    return this.#parts.emitter.track(operation, work, options);
  }

  child(bindings: ChildBindings): Emitter {
    return this.#parts.emitter.child(bindings);
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
    const name = callback.name === "" ? this.#parts.receivers.freeName("callback") : callback.name;
    // The filter's `types` are what narrows the event, and the same filter decides what is delivered.
    const notifier = callbackNotifier(callback as EventCallback);
    return this.#register(notifier, { name, ...options }, true);
  }

  registerNotifier(notifier: Notifier, options: ReceiverOptions = {}): Registration {
    return this.#register(notifier, options, false);
  }

  attach(attachment: Attachment): Registration {
    return this.#parts.attachments.add(attachment);
  }

  getComprehensiveStatus(): Promise<ComprehensiveStatus> {
    return this.#parts.history.status(this.stats());
  }

  async getSyncMetrics(window?: { readonly hours?: number | undefined }): Promise<SyncMetrics> {
    return syncMetrics(await this.#parts.history.written(), this.#settings.clock.now(), window);
  }

  async getCleanupMetrics(window?: {
    readonly days?: number | undefined;
  }): Promise<CleanupMetrics> {
    return cleanupMetrics(await this.#parts.history.written(), this.#settings.clock.now(), window);
  }

  async getMigrationMetrics(window?: {
    readonly days?: number | undefined;
  }): Promise<MigrationMetrics> {
    return migrationMetrics(
      await this.#parts.history.written(),
      this.#settings.clock.now(),
      window,
    );
  }

  getEvents(query: EventQuery = {}): Promise<Page<MonitorEvent>> {
    return this.#parts.history.events(query);
  }

  getDeliveries(query: DeliveryQuery = {}): Promise<Page<Delivery>> {
    return this.#parts.history.deliveries(query);
  }

  replay(query: DeliveryQuery): Promise<number> {
    return this.#parts.history.replay(query);
  }

  explain<Metrics extends object>(
    event: MonitorEvent | EventInput<Metrics>,
  ): readonly ReceiverDecision[] {
    const { clock, random, context } = this.#settings;
    const made = "id" in event ? { event } : eventFactory(clock, random)(event, context);
    if (typeof made === "string") throw new ConfigError("event", made);
    return this.#parts.receivers.all.map((receiver) => explainFor(receiver, made.event, clock));
  }

  verify(receiver?: string): Promise<readonly VerifyReport[]> {
    const asked =
      receiver === undefined
        ? [...this.#parts.receivers.all]
        : [this.#parts.receivers.find(receiver)];
    const { announcer } = this.#parts;
    const report = announcer.report.bind(announcer);
    return held(() =>
      Promise.all(asked.map((one) => verifyReceiver(one, this.#settings.clock, report))),
    );
  }

  async sendTest(receiver: string): Promise<Delivery> {
    const eventId = await held(() =>
      sendTestMessage(receiver, {
        clock: this.#settings.clock,
        receivers: this.#parts.receivers,
        emit: (input, address) => this.#emitTo(input, address),
        observe: (listener) => this.#parts.announcer.add(listener),
      }),
    );
    const [row] = (await this.getDeliveries({ eventId, receiver, limit: 1 })).rows;
    if (row !== undefined) return row;
    throw new ConfigError(
      "receiver",
      `The store keeps no deliveries of the callback \`${receiver}\`.`,
    );
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

  persisted({ deadlineMs = defaultDrainMs }: DeadlineOptions = {}): Promise<PersistReport> {
    const { journal, dispatcher, intake } = this.#parts;
    const { clock } = this.#settings;
    return held(async () => {
      const written = await persist({
        clock,
        dispatcher,
        journal,
        upTo: intake.lastSeq,
        deadlineMs,
      });
      const { committed, memoryOnly } = journal.counts;
      return { committed, memory_only: memoryOnly, timed_out: !written };
    });
  }

  flush({ deadlineMs = defaultDrainMs }: DeadlineOptions = {}): Promise<FlushReport> {
    const { receivers, intake, dispatcher, journal } = this.#parts;
    const { clock } = this.#settings;
    const what = { pipelines: receivers.pipelines, upTo: intake.last };
    return held(() => flush({ clock, dispatcher, journal, ...what, deadlineMs, impatient: false }));
  }

  close({ deadlineMs = defaultDrainMs }: DeadlineOptions = {}): Promise<FlushReport> {
    this.#closing ??= held(() => this.#shutDown(deadlineMs));
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
    const known =
      this.#ownStore === undefined
        ? { accepted: [], outcomes: [] }
        : remembered(this.#ownStore, keeps);
    journal.adopt(options.store, nextId(), known);
    for (const receiver of receivers.all) {
      receiver.pipeline.storeLink.resetFences();
      void leaseKeeper.takeOver(receiver);
    }
    this.#ownStore = undefined;
  }

  /** Whether it takes no more events. */
  get closed(): boolean {
    return this.#parts.intake.closed;
  }

  #register(notifier: Notifier, options: ReceiverOptions, once: boolean): Registration {
    const { receivers, leaseKeeper } = this.#parts;
    const registration = receivers.add(notifier, options, once);
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
    const { handleSignals, selfReport: reports } = this.#settings;
    if (handleSignals) this.#undo.push(closeOnSignals(() => this.close()));
    if (!reports) return;
    const listener = selfReport((input, address) => this.#emitTo(input, address));
    this.#undo.push(this.#parts.announcer.add(listener));
  }

  #emitTo(input: EventInput, address: Address): EmitResult {
    return this.#parts.intake.emit(input, this.#settings.context, address);
  }
}

/** Keeps the process while it works: all timers are unref'd, and somebody waits for this. */
const held = async <T>(work: () => Promise<T>): Promise<T> => {
  const release = hold();
  try {
    return await work();
  } finally {
    release();
  }
};

/** A monitor of its own. @throws ConfigError when an option is wrong. */
export const createMonitor = (options: MonitorOptions = {}): Monitor => new MonitorCore(options);
