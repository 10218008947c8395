import { hourMs } from "../clock.ts";
import { EventType, type MonitorEvent } from "../event.ts";
import { measureOf, measures } from "../measures.ts";
import { Sketch } from "./sketch.ts";
import type { Aggregate, AggregateQuery, Summary } from "./store.ts";

/** Before the current one. */
const hoursKept = 31 * 24;
const maxTypes = 200;
const otherType = "other";

/** Rough costs in units of 16 bytes of heap: an hour of a type, a sketch, and one of its buckets. */
const hourCost = 8;
const sketchCost = 16;
const bucketCost = 2;
const defaultMaxCost = 2 ** 20;

/** One type's events of one hour. */
interface Hour {
  count: number;
  /** In the order of `measures`. */
  readonly sketches: (Sketch | undefined)[];
}

interface Kind {
  /** By their number since the epoch. */
  readonly hours: Map<number, Hour>;
  last: MonitorEvent | undefined;
  lastAt: number;
}

const costOf = ({ sketches }: Hour): number =>
  sketches.reduce(
    (cost, sketch) => cost + (sketch ? sketchCost + bucketCost * sketch.size : 0),
    hourCost,
  );

/**
 * Counts and sums by event type and hour of the last 31 days, kept apart from the events themselves.
 *
 * An event is filed under its own timestamp, or under the moment it is filed when it claims to come
 * from the future: one wrong date must not pass for the latest event for years. Bounded: the guide's
 * types and others up to 200 in all, further ones count as `other`; about 16 MiB, beyond which the
 * oldest hours are forgotten and `complete_since` says so.
 */
export class Aggregates {
  readonly #kinds = new Map<string, Kind>();
  readonly #began: number;
  readonly #maxCost: number;
  /** The timestamp read last: events of one burst share it, and parsing a date costs more than all the rest. */
  #stamp = "";
  #stampAt = Number.NaN;
  /** Earlier hours are forgotten. */
  #firstHour = 0;
  #cost = 0;

  constructor(began: number, maxCost = defaultMaxCost) {
    this.#began = began;
    this.#maxCost = maxCost;
    for (const type of Object.values(EventType)) this.#addKind(type);
  }

  file(event: MonitorEvent, now: number): void {
    const claimed = this.#read(event.timestamp);
    const at = claimed <= now ? claimed : now;
    const hour = Math.floor(at / hourMs);
    const currentHour = Math.floor(now / hourMs);
    const horizon = this.#horizon(currentHour);
    if (hour < horizon) return;
    const kind = this.#kindOf(event.event_type);
    const cell = kind.hours.get(hour) ?? this.#begin(kind, hour, horizon);
    cell.count += 1;
    // Far ahead of the clock is what was filed before somebody set it right.
    if (at >= kind.lastAt || kind.lastAt > now + hourMs) {
      kind.last = event;
      kind.lastAt = at;
    }
    this.#measure(event, cell);
    if (this.#cost > this.#maxCost) this.#forgetOldest(currentHour);
  }

  query({ types, since, until, metrics }: AggregateQuery, now: number): Aggregate {
    const horizon = this.#horizon(Math.floor(now / hourMs));
    const first = Math.max(horizon, Math.floor(since / hourMs));
    const end = Math.floor(until / hourMs);
    const found: Record<string, { count: number; last: MonitorEvent }> = Object.create(null);
    const totals = measures.map((name) => (metrics.includes(name) ? new Sketch() : undefined));
    for (const type of new Set(types)) {
      const kind = this.#kinds.get(type);
      if (!kind?.last) continue;
      let count = 0;
      for (const [hour, cell] of kind.hours) {
        if (hour < first || hour > end) continue;
        count += cell.count;
        cell.sketches.forEach((sketch, index) => {
          if (sketch) totals[index]?.merge(sketch);
        });
      }
      if (count > 0) found[type] = { count, last: kind.last };
    }
    return {
      complete_since: Math.max(this.#began, horizon * hourMs),
      types: found,
      metrics: summaries(totals),
    };
  }

  #read(timestamp: string): number {
    if (timestamp !== this.#stamp) {
      this.#stamp = timestamp;
      this.#stampAt = Date.parse(timestamp);
    }
    return this.#stampAt;
  }

  #horizon(currentHour: number): number {
    return Math.max(this.#firstHour, currentHour - hoursKept);
  }

  #kindOf(type: string): Kind {
    const known = this.#kinds.get(type);
    if (known) return known;
    if (this.#kinds.size < maxTypes) return this.#addKind(type);
    return this.#kinds.get(otherType) ?? this.#addKind(otherType);
  }

  #addKind(type: string): Kind {
    const kind: Kind = { hours: new Map(), last: undefined, lastAt: Number.NEGATIVE_INFINITY };
    this.#kinds.set(type, kind);
    return kind;
  }

  #begin(kind: Kind, hour: number, horizon: number): Hour {
    // As of the last event, too: a clock that is far ahead for a moment must not cost a month.
    this.#forget(kind, Math.min(horizon, Math.floor(kind.lastAt / hourMs) - hoursKept));
    const fresh: Hour = { count: 0, sketches: [] };
    this.#cost += hourCost;
    kind.hours.set(hour, fresh);
    return fresh;
  }

  #measure(event: MonitorEvent, { sketches }: Hour): void {
    for (let index = 0; index < measures.length; index += 1) {
      const value = measureOf(event, measures[index] ?? "");
      if (value === undefined) continue;
      let sketch = sketches[index];
      if (!sketch) {
        sketch = new Sketch();
        sketches[index] = sketch;
        this.#cost += sketchCost;
      }
      const { size } = sketch;
      sketch.add(value);
      this.#cost += bucketCost * (sketch.size - size);
    }
  }

  /** The current hour stays whatever it costs. */
  #forgetOldest(currentHour: number): void {
    let first = this.#horizon(currentHour);
    while (first < currentHour && this.#cost > this.#maxCost) {
      first += 1;
      for (const kind of this.#kinds.values()) this.#forget(kind, first);
    }
    this.#firstHour = first;
  }

  /** All of a kind before that hour. */
  #forget({ hours }: Kind, first: number): void {
    for (const [hour, cell] of hours) {
      if (hour >= first) continue;
      this.#cost -= costOf(cell);
      hours.delete(hour);
    }
  }
}

const summaries = (totals: readonly (Sketch | undefined)[]): Aggregate["metrics"] => {
  const found: Record<string, Summary> = Object.create(null);
  measures.forEach((name, index) => {
    const summary = totals[index]?.summary();
    if (summary) found[name] = summary;
  });
  return found;
};
