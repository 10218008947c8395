import type { Fate, MonitorStats, ReceiverStats } from "@datasync-monitor/core";
import type { Counter, Gauge } from "prom-client";
import type { Hearsay } from "./hearsay.ts";
import type { Highest } from "./highest.ts";
import {
  attemptOutcomes,
  breakerStates,
  deadReasons,
  dropReasons,
  fates,
  levels,
  oneOf,
  other,
  type ReceiverLabels,
  refusalReasons,
} from "./labels.ts";
import type { Meters } from "./meters.ts";
import type { Settings } from "./options.ts";
import { Growth, type Readings } from "./readings.ts";

/** What reading a monitor's books needs at hand. */
export interface Reading {
  readonly meters: Meters;
  readonly labels: ReceiverLabels;
  readonly settings: Settings;
  readonly readings: Readings;
  readonly hearsay: Hearsay;
}

type Totals = Readonly<Record<string, number>>;

/** Clears what is told anew at each scrape, so that a receiver that has gone leaves no stale gauge. */
export const clearGauges = (meters: Meters): void => {
  meters.lastDelivery.reset();
  meters.queueLength.reset();
  meters.queueCapacity.reset();
  meters.pending.reset();
  meters.inFlight.reset();
  meters.overdue.reset();
  meters.pausedUntil.reset();
  meters.storeFailing.reset();
  meters.uncommitted.reset();
  meters.breakerOpen.reset();
  meters.breakerState.reset();
};

/** Adds what one of the books' totals grew by, and what is missing in them. */
class Tally {
  readonly #meters: Meters;
  readonly #growth: Growth;
  readonly #missing: (key: string, grown: number) => number;

  constructor(
    meters: Meters,
    growth: Growth,
    missing: (key: string, grown: number) => number = () => 0,
  ) {
    this.#meters = meters;
    this.#growth = growth;
    this.#missing = missing;
  }

  /** `key` names the total: several may share the labels. */
  add<L extends string>(
    counter: Counter<L>,
    labels: Readonly<Record<L, string>>,
    key: string,
    total: number,
  ): void {
    const grown = this.#growth.of(key, total);
    if (grown === undefined) this.#meters.invalid.inc();
    else counter.inc(labels, grown + this.#missing(key, grown));
  }
}

/** The types without a label of their own, added up by level: there may be many of them. */
const unlisted = (stats: MonitorStats, { settings, meters }: Reading): Totals => {
  const totals: Record<string, number> = {};
  for (const [type, byLevel] of Object.entries(stats.events)) {
    if (settings.types.includes(type)) continue;
    for (const [level, total] of Object.entries(byLevel)) {
      if (Number.isFinite(total)) totals[level] = (totals[level] ?? 0) + total;
      else meters.invalid.inc();
    }
  }
  return totals;
};

const readIntake = (stats: MonitorStats, reading: Reading): void => {
  const { meters, settings, readings } = reading;
  const tally = new Tally(meters, readings.monitor);
  const addType = (type: string, byLevel: Totals): void => {
    for (const [level, total] of Object.entries(byLevel)) {
      const labels = { type, level: oneOf(level, levels) };
      tally.add(meters.events, labels, `event ${type} ${level}`, total);
    }
  };
  for (const type of settings.types) addType(type, stats.events[type] ?? {});
  addType(other, unlisted(stats, reading));
  for (const [reason, total] of Object.entries(stats.refused)) {
    const labels = { reason: oneOf(reason, refusalReasons) };
    tally.add(meters.refused, labels, `refused ${reason}`, total);
  }
};

const sum = (totals: Totals): number =>
  Object.values(totals).reduce((all, total) => all + total, 0);

/** The known keys, at 0 where nothing happened, then whatever else there is. */
const entries = (
  known: readonly string[],
  totals: Totals,
): readonly (readonly [string, number])[] =>
  [...new Set([...known, ...Object.keys(totals)])].map((key) => [key, totals[key] ?? 0]);

/** What is counted of a receiver. */
type Counts = Pick<ReceiverStats, Exclude<Fate, "dropped" | "dead">> &
  Readonly<Record<"dropped" | "dead" | "attempts", Totals>>;

/** Of one that has left. */
const noCounts: Counts = {
  delivered: 0,
  filtered: 0,
  folded: 0,
  moved: 0,
  dropped: {},
  dead: {},
  attempts: {},
};

const readCounters = (stats: Counts, receiver: string, meters: Meters, tally: Tally): void => {
  const totals = { ...stats, dropped: sum(stats.dropped), dead: sum(stats.dead) };
  for (const outcome of fates)
    tally.add(meters.deliveries, { receiver, outcome }, `fate ${outcome}`, totals[outcome]);
  for (const [reason, total] of entries(dropReasons, stats.dropped)) {
    const labels = { receiver, reason: oneOf(reason, dropReasons) };
    tally.add(meters.dropped, labels, `dropped ${reason}`, total);
  }
  for (const [reason, total] of entries(deadReasons, stats.dead)) {
    const labels = { receiver, reason: oneOf(reason, deadReasons) };
    tally.add(meters.dead, labels, `dead ${reason}`, total);
  }
  for (const [outcome, total] of entries(attemptOutcomes, stats.attempts)) {
    const labels = { receiver, outcome: oneOf(outcome, attemptOutcomes) };
    tally.add(meters.attempts, labels, `attempt ${outcome}`, total);
  }
};

const readGauges = (stats: ReceiverStats, receiver: string, meters: Meters): void => {
  // Added up, for receivers of two monitors, or those that share `other`, may meet in one label.
  const add = (gauge: Gauge<"receiver">, value: number): void => {
    if (Number.isFinite(value)) gauge.inc({ receiver }, value);
    else meters.invalid.inc();
  };
  add(meters.queueLength, stats.queue.events);
  add(meters.queueCapacity, stats.queue.max_events);
  add(meters.pending, stats.pending);
  add(meters.inFlight, stats.in_flight);
  add(meters.overdue, stats.overdue);
  if (stats.breaker !== null) {
    meters.breakerOpen.raise({ receiver }, stats.breaker === "closed" ? 0 : 1);
    for (const state of breakerStates)
      meters.breakerState.raise({ receiver, state }, stats.breaker === state ? 1 : 0);
  }
  const tell = (gauge: Highest<"receiver">, time: string | null): void => {
    if (time === null) return;
    const at = Date.parse(time) / 1_000;
    if (Number.isFinite(at)) gauge.raise({ receiver }, at);
    else meters.invalid.inc();
  };
  tell(meters.lastDelivery, stats.last_success_at);
  tell(meters.pausedUntil, stats.paused_until);
};

const readStore = ({ store }: MonitorStats, meters: Meters): void => {
  meters.storeFailing.raise({}, store.failing ? 1 : 0);
  if (Number.isFinite(store.uncommitted)) meters.uncommitted.inc(store.uncommitted);
  else meters.invalid.inc();
};

/** Brings counters and gauges up to a monitor's books. */
export const absorb = (stats: MonitorStats, reading: Reading): void => {
  const { meters, labels, settings, readings, hearsay } = reading;
  readIntake(stats, reading);
  readStore(stats, meters);
  const count = (name: string, counts: Counts, growth: Growth): string => {
    const label = labels.of(name, settings.maxReceivers);
    const missing = (key: string, grown: number) => hearsay.missing(name, key, grown);
    readCounters(counts, label, meters, new Tally(meters, growth, missing));
    return label;
  };
  for (const [receiver, growth] of readings.of(stats.receivers))
    readGauges(receiver, count(receiver.name, receiver, growth), meters);
  const gone = hearsay.gone(new Set(stats.receivers.map(({ name }) => name)));
  for (const name of gone) count(name, noCounts, new Growth());
  hearsay.compared(gone);
};
