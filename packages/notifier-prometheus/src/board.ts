import type { MonitorSignal, NotifierHost, Registration } from "@datasync-monitor/core";
import type { Registry } from "prom-client";
import { absorb, clearGauges } from "./health.ts";
import { Hearsay } from "./hearsay.ts";
import { levels, other, outcomes, ReceiverLabels, refusalReasons } from "./labels.ts";
import { createMeters, type Meters } from "./meters.ts";
import type { Settings } from "./options.ts";
import { Readings } from "./readings.ts";

interface Watch {
  readonly settings: Settings;
  readonly observation: Registration;
  readonly hearsay: Hearsay;
  /** How many notifiers asked for this monitor; at 0 it is read once more, then forgotten. */
  holders: number;
}

/**
 * The metrics under one prefix of one registry, shared by every notifier that names the two: a
 * second monitor, a hot reload, the ESM and the CJS copy of this package. What they count adds up.
 */
export class Board {
  readonly meters: Meters;
  readonly #labels = new ReceiverLabels((receiver) =>
    this.meters.deliveryDuration.zero({ receiver }),
  );
  readonly #operations = new Set<string>();
  readonly #watches = new Map<NotifierHost, Watch>();
  /** Outlives the watch: a monitor that is watched again must not be counted again. */
  readonly #readings = new WeakMap<NotifierHost, Readings>();
  #fresh = false;

  constructor(settings: Settings) {
    this.meters = createMeters(settings, () => this.#collect());
  }

  /** Shows the label sets that are known beforehand, at 0: `rate()` does not see a series' first value. */
  declare({ types, operations }: Settings, version: string): void {
    const { meters } = this;
    for (const type of [...types, other])
      for (const level of levels) meters.events.inc({ type, level }, 0);
    for (const reason of refusalReasons) meters.refused.inc({ reason }, 0);
    for (const operation of [...operations, other]) this.#declareOperation(operation);
    meters.buildInfo.raise({ version }, 1);
  }

  #declareOperation(operation: string): void {
    if (this.#operations.has(operation)) return; // zero() would wipe what was observed
    this.#operations.add(operation);
    this.meters.records.inc({ operation }, 0);
    for (const outcome of outcomes) {
      this.meters.operationDuration.zero({ operation, outcome });
      this.meters.operationRecords.zero({ operation, outcome });
    }
  }

  /** Reads a monitor's books at each scrape and listens to its attempts, until `detach`. */
  attach(host: NotifierHost, settings: Settings): void {
    const watch = this.#watches.get(host);
    if (watch !== undefined && watch.holders > 0) {
      watch.holders += 1;
      return;
    }
    const hearsay = new Hearsay();
    const observation = host.observe((signal) => {
      hearsay.hear(signal);
      this.#observe(signal, settings);
    });
    this.#watches.set(host, { settings, observation, hearsay, holders: 1 });
  }

  /**
   * Reads the books now, and once more at the next scrape, for other receivers may still be
   * draining; then forgets the monitor. What it counted stays.
   */
  async detach(host: NotifierHost): Promise<void> {
    const watch = this.#watches.get(host);
    if (watch === undefined || watch.holders === 0) return;
    watch.holders -= 1;
    if (watch.holders > 0) return;
    this.#refresh();
    await watch.observation.unregister();
  }

  #observe(signal: MonitorSignal, { maxReceivers }: Settings): void {
    if (signal.kind !== "attempt") return;
    const seconds = signal.duration_seconds;
    if (!Number.isFinite(seconds) || seconds < 0) {
      this.meters.invalid.inc();
      return;
    }
    const receiver = this.#labels.of(signal.receiver, maxReceivers);
    this.meters.deliveryDuration.observe({ receiver }, seconds);
  }

  /** prom-client reads all metrics of a scrape in one turn, so one refresh serves them all. */
  #collect(): void {
    if (this.#fresh) return;
    this.#fresh = true;
    queueMicrotask(() => {
      this.#fresh = false;
    });
    this.#refresh();
    for (const [host, watch] of this.#watches) if (watch.holders === 0) this.#watches.delete(host);
  }

  #refresh(): void {
    const { meters } = this;
    const labels = this.#labels;
    clearGauges(meters);
    for (const [host, { settings, hearsay }] of this.#watches) {
      const readings = this.#readings.get(host) ?? new Readings();
      this.#readings.set(host, readings);
      try {
        absorb(host.stats(), { meters, labels, settings, readings, hearsay });
      } catch {
        meters.collectFailures.inc(); // the other monitors, and the user's own metrics, still show
      }
    }
  }
}

// The number is the shape of `Board`: copies of this package that differ in it do not share one.
const brand = Symbol.for("@datasync-monitor/notifier-prometheus/boards@1");

/** The board of a registry and prefix: the one that stands there, else a new one. */
export const boardOf = (settings: Settings): Board => {
  const slot: Registry & { [brand]?: Map<string, Board> } = settings.registry;
  const boards = slot[brand] ?? new Map<string, Board>();
  Object.defineProperty(slot, brand, { value: boards, configurable: true });
  const standing = boards.get(settings.prefix);
  if (standing?.meters.registered()) return standing; // else the registry was cleared
  const board = new Board(settings);
  boards.set(settings.prefix, board);
  return board;
};
