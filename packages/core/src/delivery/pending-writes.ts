import type { MonitorEvent } from "../event.ts";
import type { Accepted, Outcome } from "../store/store.ts";
import { weigh } from "../store/weight.ts";

/** A group is small enough not to block the loop when a store writes it. */
export const groupEvents = 256;
export const groupBytes = 2 ** 20;
const groupOutcomes = 1_024;
/** How many rows are kept for a store that fails; beyond that the oldest are remembered by nobody. */
const maxKept = 10_000;

export interface WriteGroup {
  readonly accepted: Accepted[];
  readonly outcomes: Outcome[];
  bytes: number;
  /** Part of an adopted history: never forgotten. */
  readonly lasting: boolean;
}

const rowsIn = ({ accepted, outcomes }: WriteGroup): number => accepted.length + outcomes.length;

/**
 * What a store has not got yet, in order, in groups that are written whole. What comes later joins
 * the last group while there is room, so an outcome is never before the event it is about.
 */
export class PendingWrites {
  readonly #groups: WriteGroup[] = [];
  /** What is accepted in the groups; made when first asked for. */
  #events: Set<MonitorEvent> | undefined;
  #rows = 0;
  /** The first is under way to the store. */
  #out = false;

  get rows(): number {
    return this.#rows;
  }

  get accepted(): readonly Accepted[] {
    return this.#groups.flatMap(({ accepted }) => accepted);
  }

  /** How many fates at these receivers, of events that are not in here. `others`: outcomes that are to be added. */
  unsettled(receivers: ReadonlySet<string>, others: readonly Outcome[]): number {
    const unheld = new Set(this.accepted.map(({ event }) => event.id));
    const outcomes = this.#groups.flatMap((group) => group.outcomes).concat(others);
    return outcomes.filter(
      ({ event_id, receiver, state }) =>
        state !== "pending" && receivers.has(receiver) && !unheld.has(event_id),
    ).length;
  }

  /** Whether the store is still to get this event. Cheap, however many wait. */
  has(event: MonitorEvent): boolean {
    this.#events ??= new Set(this.accepted.map((one) => one.event));
    return this.#events.has(event);
  }

  /** Takes the lists over. `accepted` fits into one group; outcomes may be any number. */
  add(accepted: Accepted[], bytes: number, outcomes: Outcome[], lasting = false): void {
    this.#rows += accepted.length + outcomes.length;
    for (const { event } of this.#events ? accepted : []) this.#events?.add(event);
    const last = this.#last();
    if (last !== undefined && last.lasting === lasting && fits(last, accepted, bytes, outcomes)) {
      for (const one of accepted) last.accepted.push(one);
      for (const one of outcomes) last.outcomes.push(one);
      last.bytes += bytes;
      return;
    }
    if (outcomes.length <= groupOutcomes) {
      this.#groups.push({ accepted, outcomes, bytes, lasting });
      return;
    }
    const first = outcomes.slice(0, groupOutcomes);
    this.#groups.push({ accepted, outcomes: first, bytes, lasting });
    for (let from = groupOutcomes; from < outcomes.length; from += groupOutcomes) {
      const more = outcomes.slice(from, from + groupOutcomes);
      this.#groups.push({ accepted: [], outcomes: more, bytes: 0, lasting });
    }
  }

  /** The group to write; nothing joins it until `back`. */
  take(): WriteGroup | undefined {
    this.#out = this.#groups.length > 0;
    return this.#groups[0];
  }

  /** The group that was taken is written. */
  done(): WriteGroup | undefined {
    this.#out = false;
    const group = this.#groups.shift();
    if (group !== undefined) this.#remove(group);
    return group;
  }

  /** The group that was taken is to be written later, before any other. */
  back(): void {
    this.#out = false;
  }

  /** Lets go of the oldest beyond the bound, and answers them. */
  forget(): readonly WriteGroup[] {
    const forgotten: WriteGroup[] = [];
    if (this.#rows <= maxKept) return forgotten;
    let lasting = 0;
    for (const group of this.#groups) if (group.lasting) lasting += rowsIn(group);
    while (this.#rows - lasting > maxKept) {
      const oldest = this.#groups.findIndex((one, i) => !one.lasting && !(this.#out && i === 0));
      const [group] = oldest < 0 ? [] : this.#groups.splice(oldest, 1);
      if (group === undefined) break;
      this.#remove(group);
      forgotten.push(group);
    }
    return forgotten;
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
