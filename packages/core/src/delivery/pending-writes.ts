import type { MonitorEvent } from "../event.ts";
import type { Accepted, Outcome } from "../store/store.ts";
import { weigh } from "../store/weight.ts";

/** A group is small enough not to block the loop when a store writes it. */
export const groupEvents = 256;
export const groupBytes = 2 ** 20;
const groupOutcomes = 1_024;
/** What is kept for a store that fails; beyond that it never gets the oldest events. */
const maxKeptRows = 10_000;
const maxKeptBytes = 2 ** 25;

export interface WriteGroup {
  readonly accepted: Accepted[];
  outcomes: Outcome[];
  bytes: number;
  /** Never forgotten: part of an adopted history, or what came of events that the store holds. */
  lasting: boolean;
  /** How many rows were added before it. */
  readonly from: number;
}

const rowsIn = ({ accepted, outcomes }: WriteGroup): number => accepted.length + outcomes.length;

/**
 * What a store has not got yet, in order, in groups that are written whole. What comes later joins
 * the last group while there is room, so an outcome is never before the event it is about.
 */
export class PendingWrites {
  readonly #groups: WriteGroup[] = [];
  /** The latest that is known of events that the store holds, from forgotten groups. Comes behind all that is lasting. */
  readonly #fates = new Map<string, Outcome>();
  #fatesFrom = 0;
  /** What is accepted in the groups; made when first asked for. */
  #events: Set<MonitorEvent> | undefined;
  #rows = 0;
  #added = 0;
  /** The first is under way to the store. */
  #out = false;
  /** What the store failed over. */
  readonly #asked = new WeakSet<MonitorEvent>();
  /** It is lasting for as long as that. */
  #spared: WriteGroup | undefined;

  get rows(): number {
    return this.#rows;
  }

  /** Of all that were ever added. */
  get added(): number {
    return this.#added;
  }

  /** How many of the first that were added wait no longer, without a gap. */
  get reached(): number {
    const { from } = this.#groups[0] ?? { from: this.#added };
    return this.#fates.size > 0 ? Math.min(from, this.#fatesFrom) : from;
  }

  get accepted(): readonly Accepted[] {
    return this.#groups.flatMap(({ accepted }) => accepted);
  }

  /** How many fates at these receivers, of events that are not in here. `others`: outcomes that are to be added. */
  unsettled(receivers: ReadonlySet<string>, others: readonly Outcome[]): number {
    const unheld = new Set(this.accepted.map(({ event }) => event.id));
    const outcomes = this.#groups.flatMap((group) => group.outcomes);
    return [...outcomes, ...this.#fates.values(), ...others].filter(
      ({ event_id, receiver, state }) =>
        state !== "pending" && receivers.has(receiver) && !unheld.has(event_id),
    ).length;
  }

  /** Whether the store is still to get this event. Cheap, however many wait. */
  has(event: MonitorEvent): boolean | "asked" {
    this.#events ??= new Set(this.accepted.map((one) => one.event));
    return this.#events.has(event) && (this.#asked.has(event) ? "asked" : true);
  }

  /** Takes the lists over. `accepted` fits into one group; outcomes may be any number. */
  add(accepted: Accepted[], bytes: number, outcomes: Outcome[], lasting = false): void {
    let from = this.#added;
    this.#rows += accepted.length + outcomes.length;
    this.#added += accepted.length + outcomes.length;
    for (const { event } of this.#events ? accepted : []) this.#events?.add(event);
    const last = this.#last();
    if (last !== undefined && last.lasting === lasting && fits(last, accepted, bytes, outcomes)) {
      for (const one of accepted) last.accepted.push(one);
      for (const one of outcomes) last.outcomes.push(one);
      last.bytes += bytes;
      return;
    }
    const first = outcomes.length > groupOutcomes ? outcomes.slice(0, groupOutcomes) : outcomes;
    this.#groups.push({ accepted, outcomes: first, bytes, lasting, from });
    from += accepted.length;
    for (let at = groupOutcomes; at < outcomes.length; at += groupOutcomes) {
      const more = outcomes.slice(at, at + groupOutcomes);
      this.#groups.push({ accepted: [], outcomes: more, bytes: 0, lasting, from: from + at });
    }
  }

  /** The group to write; nothing joins it until `back`. */
  take(): WriteGroup | undefined {
    if (this.#fates.size > 0 && !this.#groups[0]?.lasting) this.#regroup();
    this.#out = this.#groups.length > 0;
    return this.#groups[0];
  }

  /** The group that was taken is written. */
  done(): WriteGroup | undefined {
    this.#out = false;
    this.#spared = undefined;
    const group = this.#groups.shift();
    if (group !== undefined) this.#remove(group);
    return group;
  }

  /** The group that was taken is to be written later, before any other. What came of its events goes with it. */
  back(): void {
    this.#out = false;
    for (const { event } of this.#groups[0]?.accepted ?? []) this.#asked.add(event);
    const group = this.#spared;
    this.#spared = undefined;
    if (group === undefined) return;
    // One that is refused for ever must not last for ever.
    group.lasting = false;
    const ids = new Set(group.accepted.map(({ event }) => event.id));
    for (const [key, outcome] of this.#fates) {
      if (!ids.has(outcome.event_id)) continue;
      group.outcomes.push(outcome);
      this.#fates.delete(key);
    }
  }

  /**
   * Lets go of the oldest events beyond the bounds, and of what came of them, and answers them. What came
   * of events that the store holds stays: it would have them delivered again.
   */
  forget(): readonly Accepted[] {
    const forgotten: Accepted[] = [];
    while (this.#exceeds()) {
      const oldest = this.#groups.findIndex((one, i) => !one.lasting && !(this.#out && i === 0));
      const [group] = oldest < 0 ? [] : this.#groups.splice(oldest, 1);
      if (group === undefined) break;
      this.#remove(group);
      for (const one of group.accepted) forgotten.push(one);
      const ids = new Set(group.accepted.map(({ event }) => event.id));
      const isHeld = ({ event_id }: Outcome): boolean => !ids.has(event_id);
      for (const later of ids.size > 0 ? this.#groups.slice(oldest) : []) {
        this.#rows -= later.outcomes.length;
        later.outcomes = later.outcomes.filter(isHeld);
        this.#rows += later.outcomes.length;
      }
      this.#keep(group.outcomes.filter(isHeld), group.from);
    }
    return forgotten;
  }

  #exceeds(): boolean {
    let rows = 0;
    let bytes = 0;
    for (const group of this.#groups) {
      rows += group.lasting ? 0 : rowsIn(group);
      bytes += group.lasting ? 0 : group.bytes;
    }
    return rows > maxKeptRows || bytes > maxKeptBytes;
  }

  /** There are no more of them than deliveries in hand when the store began to fail: of each the latest is kept. */
  #keep(outcomes: readonly Outcome[], from: number): void {
    const [first] = this.#groups;
    // Some may be about what is under way.
    if (first !== undefined && this.#out && outcomes.length > 0 && !first.lasting) {
      first.lasting = true;
      this.#spared = first;
    }
    if (this.#fates.size === 0) this.#fatesFrom = from;
    this.#rows -= this.#fates.size;
    for (const outcome of outcomes)
      this.#fates.set(`${outcome.event_id} ${outcome.receiver}`, outcome);
    this.#rows += this.#fates.size;
  }

  /** Puts fates where they are written next. */
  #regroup(): void {
    const some = [...this.#fates].slice(0, groupOutcomes);
    for (const [key] of some) this.#fates.delete(key);
    const outcomes = some.map(([, outcome]) => outcome);
    const from = this.#fatesFrom;
    this.#groups.unshift({ accepted: [], outcomes, bytes: 0, lasting: true, from });
  }

  #remove(group: WriteGroup): void {
    this.#rows -= rowsIn(group);
    if (this.#rows === 0) this.#events = undefined;
    for (const { event } of this.#events ? group.accepted : []) this.#events?.delete(event);
  }

  #last(): WriteGroup | undefined {
    return this.#out && this.#groups.length === 1 ? undefined : this.#groups.at(-1);
  }
}

const fits = (
  group: WriteGroup,
  accepted: readonly Accepted[],
  bytes: number,
  outcomes: readonly Outcome[],
): boolean =>
  group.outcomes.length + outcomes.length <= groupOutcomes &&
  (accepted.length === 0 ||
    (group.accepted.length + accepted.length <= groupEvents && group.bytes + bytes <= groupBytes));

/** Cuts what was accepted long ago into groups that may be added. */
export const inGroups = function* (accepted: readonly Accepted[]) {
  let rows: Accepted[] = [];
  let bytes = 0;
  for (const one of accepted) {
    rows.push(one);
    bytes += weigh(one.event);
    if (rows.length < groupEvents && bytes < groupBytes) continue;
    yield { rows, bytes };
    rows = [];
    bytes = 0;
  }
  if (rows.length > 0) yield { rows, bytes };
};
