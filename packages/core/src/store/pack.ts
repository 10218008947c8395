import type { JsonValue } from "../errors.ts";
import type { MonitorEvent } from "../event.ts";
import { Entry, type JointTaking } from "./entry.ts";
import type { EventHead } from "./query.ts";

/** How a JSON value is built: a number, another leaf, or a list or object of such. */
type Shape = "number" | "other" | Container;
interface Container {
  readonly isList: boolean;
  readonly keys: readonly string[];
  readonly parts: readonly Shape[];
}

/** What events that are alike have in common: all but their leaves. */
interface Form extends Pick<MonitorEvent, "event_type" | "level" | "service"> {
  readonly details: Shape;
  readonly metrics: Shape;
}

const packSize = 64;
/** What is bigger stays whole: its form would be as big. */
const maxBytes = 4_096;
const maxForms = 200;
/** Of so many events that are like none before one gives its form: that takes longer than to be like one. */
const learnEvery = 8;

const shapeOf = (value: JsonValue): Shape => {
  if (typeof value === "number") return "number";
  if (typeof value !== "object" || value === null) return "other";
  const parts = Object.values(value).map(shapeOf);
  return { isList: Array.isArray(value), keys: Object.keys(value), parts };
};

/**
 * Settled events, taken apart: what those that are alike have in common is there once, and their
 * numbers are outside the heap. As objects they hold over twice as much, and the collector lets
 * garbage grow to four times what is held before it looks for it.
 */
export class Pack {
  readonly #seqs: number[] = [];
  readonly #takings: JointTaking[] = [];
  readonly #forms: Form[] = [];
  /** By event, where its numbers begin: where its other leaves begin, what it weighs, then its own. */
  readonly #starts: number[] = [];
  readonly #numbers: number[] = [];
  /** The same; at last outside the heap. */
  #figures: ArrayLike<number> = this.#numbers;
  #others: JsonValue[] = [];

  get isFull(): boolean {
    return this.#seqs.length === packSize;
  }

  /** false: it is of another form, and not in here. */
  add({ event, bytes, seq, taking }: Entry, form: Form): boolean {
    const [start, first] = [this.#numbers.length, this.#others.length];
    this.#numbers.push(first, bytes);
    this.#others.push(event.id, event.timestamp, event.message);
    if (!this.#take(event.details, form.details) || !this.#take(event.metrics, form.metrics)) {
      this.#numbers.length = start;
      this.#others.length = first;
      return false;
    }
    this.#seqs.push(seq);
    this.#takings.push(taking);
    this.#forms.push(form);
    this.#starts.push(start);
    if (this.isFull) {
      this.#figures = Float64Array.from(this.#numbers);
      this.#numbers.length = 0;
      this.#others = this.#others.slice(); // push leaves room for more, which never comes
    }
    return true;
  }

  idOf(seq: number): string {
    return String(this.#others[this.#figure(seq, 0)]);
  }

  bytesOf(seq: number): number {
    return this.#figure(seq, 1);
  }

  headOf(seq: number): EventHead | undefined {
    const form = this.#forms[this.#placeOf(seq)];
    if (form === undefined) return undefined;
    const { event_type, level } = form; // a spread costs ten times as much
    return { event_type, level, timestamp: String(this.#others[this.#figure(seq, 0) + 1]) };
  }

  /** The entry put together again. */
  entryOf(seq: number): Entry | undefined {
    const place = this.#placeOf(seq);
    const [form, taking] = [this.#forms[place], this.#takings[place]];
    if (form === undefined || taking === undefined) return undefined;
    return new Entry(this.#event(place, form), this.bytesOf(seq), seq, taking, false);
  }

  #event(place: number, form: Form): MonitorEvent {
    let number = (this.#starts[place] ?? 0) + 2;
    let other = this.#figures[number - 2] ?? 0;
    const put = (shape: Shape): JsonValue => {
      if (shape === "number") return this.#figures[number++] ?? 0;
      if (shape === "other") return this.#others[other++] ?? null;
      const members = shape.parts.map(put);
      if (shape.isList) return Object.freeze(members);
      const named = shape.keys.map((key, index) => [key, members[index] ?? null] as const);
      return Object.freeze(Object.fromEntries(named));
    };
    return Object.freeze({
      id: put("other"),
      timestamp: put("other"),
      event_type: form.event_type,
      level: form.level,
      service: form.service,
      message: put("other"),
      details: put(form.details),
      metrics: put(form.metrics),
    }) as MonitorEvent;
  }

  /** The last counts: an event that was taken for one more receiver, and has settled again, is in here twice. */
  #placeOf(seq: number): number {
    return this.#seqs.lastIndexOf(seq);
  }

  #figure(seq: number, index: number): number {
    return this.#figures[(this.#starts[this.#placeOf(seq)] ?? 0) + index] ?? 0;
  }

  /** Takes the leaves of a value that is built so; false when it is not. */
  #take(value: JsonValue | undefined, shape: Shape | undefined): boolean {
    if (typeof value === "number") return this.#numbers.push(value) > 0 && shape === "number";
    if (typeof value !== "object" || value === null)
      return value !== undefined && this.#others.push(value) > 0 && shape === "other";
    if (typeof shape !== "object") return false;
    const { isList, keys, parts } = shape;
    if (isArray(value)) {
      if (!isList || value.length !== parts.length) return false;
      for (let i = 0; i < parts.length; i += 1) if (!this.#take(value[i], parts[i])) return false;
      return true;
    }
    let index = 0;
    for (const key in value) {
      if (key !== keys[index] || !this.#take(value[key], parts[index])) return false;
      index += 1;
    }
    return !isList && index === keys.length;
  }
}

const isArray: (value: JsonValue) => value is readonly JsonValue[] = Array.isArray;

/** Puts entries into packs, one after the other. */
export class Packer {
  readonly #forms = new Map<string, Form>();
  #strange = 0;
  #pack = new Pack();

  /** The pack it is in; undefined when its event is like none before, or big. */
  pack(entry: Entry): Pack | undefined {
    const { event_type, level, service } = entry.event;
    const form = this.#forms.get(event_type);
    if (this.#pack.isFull) this.#pack = new Pack();
    const isLike = form?.level === level && form.service === service;
    if (entry.bytes > maxBytes) return undefined;
    if (isLike && this.#pack.add(entry, form)) return this.#pack;
    if (this.#strange % learnEvery === 0) this.#learn(entry.event);
    this.#strange += 1;
    return undefined;
  }

  #learn({ event_type, level, service, details, metrics }: MonitorEvent): void {
    if (this.#forms.size >= maxForms) this.#forms.clear();
    const shapes = { details: shapeOf(details), metrics: shapeOf(metrics) };
    this.#forms.set(event_type, { event_type, level, service, ...shapes });
  }
}
