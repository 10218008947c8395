import { callbackNotifier, type EventCallback } from "./callbacks.ts";
import { type VerifyReport, verifyReceiver } from "./checks.ts";
import { type EventContext, eventFactory } from "./create-event.ts";
import { Dispatcher } from "./delivery/dispatcher.ts";
import { drain } from "./delivery/drain.ts";
import { Journal } from "./delivery/journal.ts";
import { within } from "./delivery/wait.ts";
import type { ChildBindings, EmitResult, Emitter, Run, TrackOptions } from "./emitter.ts";
import { ConfigError, type JsonObject } from "./errors.ts";
import type { EventOf, MonitorEvent } from "./event.ts";
import type { EventInput } from "./event-input.ts";
import { explainFor, type ReceiverDecision } from "./explain.ts";
import { idSource } from "./id.ts";
import { type Address, everybody, Intake } from "./intake.ts";
import { toJson } from "./json.ts";
import type { DeadlineOptions, Monitor, PersistReport } from "./monitor-api.ts";
import type { Notifier, NotifierHost } from "./notifier.ts";
import { Observers, type SignalListener } from "./observers.ts";
import { track } from "./operation.ts";
import { Reporter } from "./problems.ts";
import { closeOnSignals, drainAtExit, hold } from "./process-life.ts";
import { receiverStats } from "./receiver-report.ts";
import type { ReceiverOptions } from "./receiver-settings.ts";
import { defaultDrainMs, graceMs, Receivers } from "./receivers.ts";
import type { FlushReport, Registration } from "./registration.ts";
import { selfReport } from "./self-report.ts";
import { type MonitorOptions, monitorSettings, type Settings } from "./settings.ts";
import type { MonitorStats } from "./stats.ts";
import { StatusDesk } from "./status-desk.ts";
import { sendTestMessage } from "./test-message.ts";
import { History, remembered } from "./history.ts";
import { type MemoryStore, memoryStore } from "./store/memory.ts";
import type { Delivery, DeliveryQuery, EventQuery, Page } from "./store/store.ts";

const leaseMs = 60_000;

/** Composes the rooms; the only one that knows the others. */
export class MonitorCore implements Monitor {
  #settings: Settings;
  readonly #journal: Journal;
  readonly #reporter: Reporter;
  readonly #observers: Observers;
  readonly #dispatcher: Dispatcher;
  readonly #receivers: Receivers;
  readonly #intake: Intake;
  readonly #history: History;
  readonly #status: StatusDesk;
  /** The store it made for itself; undefined when it was given one. */
  #ownStore: MemoryStore | undefined;
  readonly #nextId: () => string;
  readonly #startedAt: number;
  readonly #undo: (() => void)[] = [];
  #closing: Promise<FlushReport> | undefined;

  constructor(options: MonitorOptions) {
    const settings = monitorSettings(options);
    const { clock, random } = settings;
    this.#settings = settings;
    this.#startedAt = clock.monotonic();
    this.#nextId = idSource(clock, random);
    this.#observers = new Observers((problem) => this.#reporter.report(problem));
    const signal = this.#observers.tell.bind(this.#observers);
    this.#reporter = new Reporter({
      clock,
      onProblem: () => this.#settings.onProblem,
      onReported: (problem) => signal({ kind: "problem", problem }),
    });
    const report = this.#reporter.report.bind(this.#reporter);
    const observed = () => this.#observers.any;
    const ownStore = options.store === undefined ? memoryStore({ clock }) : undefined;
    this.#ownStore = ownStore;
    this.#journal = new Journal(options.store ?? ownStore ?? memoryStore({ clock }), { clock, leaseMs, report });
    const shared = { clock, random, journal: this.#journal, nextId: this.#nextId, observed, signal, report };
    const host = { ...shared, ready: (pipeline: Parameters<Dispatcher["ready"]>[0]) => this.#dispatcher.ready(pipeline) };
    this.#receivers = new Receivers(
      host,
      this.#notifierHost(),
      () => this.#dispatcher,
      () => this.#intake.lastSeq,
    );
    this.#dispatcher = new Dispatcher({
      ...shared,
      receivers: this.#receivers.all,
      maxEvents: settings.turnEvents,
      maxBytes: settings.turnBytes,
    });
    this.#intake = new Intake({
      createEvent: eventFactory(clock, random),
      dispatcher: this.#dispatcher,
      onRefused: (reason, message) => report({ code: `event-${reason}`, receiver: null, message }),
    });
    this.#history = new History({ clock, journal: this.#journal, receivers: this.#receivers });
    this.#status = new StatusDesk({ clock, journal: this.#journal, receivers: this.#receivers, reporter: this.#reporter });
    this.#journal.open(this.#nextId());
    this.#undo.push(drainAtExit(this.#drainable()));
    this.#apply();
  }

  emitEvent<Metrics extends object>(input: EventInput<Metrics>): EmitResult {
    return this.#intake.emit(input, this.#settings.context, everybody);
  }

  track<T>(operation: string, work: (run: Run) => T | Promise<T>, options: TrackOptions = {}): Promise<T> {
    return this.#trackAs(() => this.#settings.context, operation, work, options);
  }

  child(bindings: ChildBindings): Emitter {
    return this.#childOf(() => this.#settings.context, bindings);
  }

  registerCallback<const T extends string = string>(
    callback: EventCallback<EventOf<T>>,
    options: ReceiverOptions<T> = {},
  ): Registration {
    if (typeof callback !== "function") {
      throw new ConfigError("callback", "registerCallback() takes a function that is called with each event.");
    }
    const name = callback.name === "" ? this.#receivers.freeName("callback") : callback.name;
    // The filter's `types` are what narrows the event, and the same filter decides what is delivered.
    const notifier = callbackNotifier(callback as EventCallback);
    return this.#receivers.add(notifier, { name, ...options }, true);
  }

  registerNotifier(notifier: Notifier, options: ReceiverOptions = {}): Registration {
    return this.#receivers.add(notifier, options, false);
  }

  getComprehensiveStatus() {
    return this.#status.comprehensive(this.stats());
  }

  getSyncMetrics(window: { readonly hours?: number | undefined } = {}) {
    return this.#status.sync(window);
  }

  getCleanupMetrics(window: { readonly days?: number | undefined } = {}) {
    return this.#status.cleanup(window);
  }

  getMigrationMetrics(window: { readonly days?: number | undefined } = {}) {
    return this.#status.migration(window);
  }

  getEvents(query: EventQuery = {}): Promise<Page<MonitorEvent>> {
    return this.#history.events(query);
  }

  getDeliveries(query: DeliveryQuery = {}): Promise<Page<Delivery>> {
    return this.#history.deliveries(query);
  }

  replay(query: DeliveryQuery): Promise<number> {
    return this.#history.replay(query);
  }

  explain<Metrics extends object>(event: MonitorEvent | EventInput<Metrics>): readonly ReceiverDecision[] {
    const { clock, random, context } = this.#settings;
    const made = "id" in event ? { event } : eventFactory(clock, random)(event, context);
    if (typeof made === "string") throw new ConfigError("event", made);
    return this.#receivers.all.map((receiver) => explainFor(receiver, made.event, clock));
  }

  verify(receiver?: string): Promise<readonly VerifyReport[]> {
    const asked = receiver === undefined ? [...this.#receivers.all] : [this.#receivers.find(receiver)];
    const report = this.#reporter.report.bind(this.#reporter);
    return held(() => Promise.all(asked.map((one) => verifyReceiver(one, this.#settings.clock, report))));
  }

  async sendTest(receiver: string): Promise<Delivery> {
    const eventId = await held(() =>
      sendTestMessage(receiver, {
        clock: this.#settings.clock,
        receivers: this.#receivers,
        emit: (input, address) => this.#emitTo(input, address),
        observe: (listener) => this.#observers.add(listener),
      }),
    );
    const [row] = (await this.getDeliveries({ eventId, receiver, limit: 1 })).rows;
    if (row !== undefined) return row;
    throw new ConfigError("receiver", `The store keeps no deliveries of the callback \`${receiver}\`.`);
  }

  stats(): MonitorStats {
    const { clock, context } = this.#settings;
    const { books } = this.#intake;
    return {
      service: context.service,
      uptime_seconds: Math.max(0, clock.monotonic() - this.#startedAt) / 1_000,
      emitted: books.emitted,
      refused: { ...books.refused },
      taken: books.taken,
      events: books.byType(),
      receivers: this.#receivers.all.map((one) => receiverStats(one, this.#dispatcher.undecided(one), clock)),
      store: {
        durable: this.#journal.store.durable,
        failing: this.#journal.failing,
        uncommitted: this.#journal.uncommitted,
      },
    };
  }

  observe(listener: SignalListener): Registration {
    const stop = this.#observers.add(listener);
    const unregister = async () => {
      stop();
      return { delivered: 0, dropped: 0, dead: 0, pending: 0, timed_out: false };
    };
    return { name: "observer", unregister, [Symbol.asyncDispose]: async () => stop() };
  }

  async ready(): Promise<void> {
    await this.#journal.open(this.#nextId());
  }

  async persisted({ deadlineMs = defaultDrainMs }: DeadlineOptions = {}): Promise<PersistReport> {
    return held(async () => {
      await within(Promise.resolve(this.#journal.write([])), deadlineMs, this.#settings.clock);
      const { committed, memoryOnly } = this.#journal.counts;
      return { committed, memory_only: memoryOnly, timed_out: this.#journal.uncommitted > 0 };
    });
  }

  flush({ deadlineMs = defaultDrainMs }: DeadlineOptions = {}): Promise<FlushReport> {
    return held(() => this.#drain(deadlineMs, false));
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
    const known = this.#ownStore === undefined ? { accepted: [], outcomes: [] } : remembered(this.#ownStore);
    this.#journal.adopt(options.store, this.#nextId(), known);
    this.#ownStore = undefined;
  }

  /** Whether it takes no more events. */
  get closed(): boolean {
    return this.#intake.closed;
  }

  #drain(deadlineMs: number, impatient: boolean): Promise<FlushReport> {
    const { pipelines } = this.#receivers;
    const upTo = this.#intake.lastSeq;
    return drain({ clock: this.#settings.clock, dispatcher: this.#dispatcher, pipelines, upTo, deadlineMs, impatient });
  }

  async #shutDown(deadlineMs: number): Promise<FlushReport> {
    this.#intake.close();
    const { clock } = this.#settings;
    const report = await this.#drain(deadlineMs, true);
    const receivers = [...this.#receivers.all];
    await this.#receivers.release(receivers, "closed");
    await within(Promise.resolve(this.#journal.write([])), graceMs, clock);
    await within(Promise.resolve(this.#journal.close()), graceMs, clock);
    for (const undo of this.#undo.splice(0)) undo();
    const left = receivers.reduce((total, { pipeline }) => total + pipeline.pending, 0);
    return { ...report, dropped: report.dropped + report.pending - left, pending: left };
  }

  #apply(): void {
    const { handleSignals, selfReport: reports } = this.#settings;
    if (handleSignals) this.#undo.push(closeOnSignals(() => this.close()));
    if (reports) this.#undo.push(this.#observers.add(selfReport((input, address) => this.#emitTo(input, address))));
  }

  #emitTo(input: EventInput, address: Address): EmitResult {
    return this.#intake.emit(input, this.#settings.context, address);
  }

  #trackAs<T>(context: () => EventContext, operation: string, work: (run: Run) => T | Promise<T>, options: TrackOptions) {
    const { clock } = this.#settings;
    return track(operation, work, options, {
      clock,
      nextId: this.#nextId,
      emitEvent: (input) => this.#intake.emit(input, context(), everybody),
      snapshot: (details) => this.#snapshot(details),
    });
  }

  #childOf(parent: () => EventContext, { service, details }: ChildBindings): Emitter {
    const bound = this.#snapshot(details);
    const context = () => {
      const above = parent();
      return { ...above, service: service ?? above.service, details: { ...above.details, ...bound } };
    };
    return {
      emitEvent: (input) => this.#intake.emit(input, context(), everybody),
      track: (operation, work, options = {}) => this.#trackAs(context, operation, work, options),
      child: (bindings) => this.#childOf(context, bindings),
    };
  }

  #snapshot(details: object | undefined): JsonObject {
    const { limits, redaction } = this.#settings.context;
    const { value } = toJson(details ?? {}, limits, redaction);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : { value };
  }

  #notifierHost(): NotifierHost {
    const settings = () => this.#settings;
    return {
      get service() {
        return settings().context.service;
      },
      get locale() {
        return settings().locale;
      },
      get timeZone() {
        return settings().timeZone;
      },
      clock: this.#settings.clock,
      observe: (listener) => this.observe(listener),
      stats: () => this.stats(),
    };
  }

  #drainable() {
    const core = this;
    return {
      get drainOnExitMs() {
        return core.#settings.drainOnExitMs;
      },
      get dueInMs() {
        if (core.#journal.store.durable) return Number.POSITIVE_INFINITY;
        if (core.#dispatcher.busy) return 0;
        const now = core.#settings.clock.monotonic();
        return core.#receivers.pipelines.reduce(
          (least, { pending, dueAt }) => (pending === 0 ? least : Math.min(least, dueAt - now)),
          Number.POSITIVE_INFINITY,
        );
      },
    };
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
