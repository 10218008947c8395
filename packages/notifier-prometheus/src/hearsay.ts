import type { Fate, MonitorSignal } from "@datasync-monitor/core";

/** Made once: a new text for each event of each receiver would cost more than counting it. */
const fateKeys: Readonly<Record<Fate, string>> = {
  delivered: "fate delivered",
  filtered: "fate filtered",
  folded: "fate folded",
  moved: "fate moved",
  dropped: "fate dropped",
  dead: "fate dead",
};

/** Receivers may come and go by the thousand while nobody scrapes; of more than these nothing is kept. */
const mostReceivers = 1_000;

/**
 * What signals told of one monitor's receivers, against what its books say. Books begin and end with a
 * registration: what a receiver did between their last reading and its leaving stands in none, and was told.
 */
export class Hearsay {
  /** By receiver, and by what its books are read by: how often it was told since then. Below 0: they knew before. */
  readonly #receivers = new Map<string, Map<string, number>>();
  #compared = false;

  hear(signal: MonitorSignal): void {
    if (signal.kind === "attempt") {
      this.#count(signal.receiver, `attempt ${signal.outcome}`);
    } else if (signal.kind === "settled") {
      const { receiver, fate, reason } = signal;
      this.#count(receiver, fateKeys[fate]);
      if (reason !== null) this.#count(receiver, `${fate} ${reason}`);
    }
  }

  /** How much more was told of a receiver than its books grew by, since they were last read. */
  missing(receiver: string, key: string, grown: number): number {
    const left = this.#add(receiver, key, -grown);
    if (left <= 0) return 0;
    this.#receivers.get(receiver)?.set(key, 0);
    return left;
  }

  /** Whom the books do not name any more. */
  gone(present: ReadonlySet<string>): readonly string[] {
    return [...this.#receivers.keys()].filter((name) => !present.has(name));
  }

  /** The books were read. What they knew before anything could be heard hides nothing from then on. */
  compared(gone: readonly string[]): void {
    if (!this.#compared) this.#receivers.clear();
    this.#compared = true;
    for (const name of gone) this.#receivers.delete(name);
  }

  #count(receiver: string, key: string): void {
    if (this.#receivers.size < mostReceivers || this.#receivers.has(receiver))
      this.#add(receiver, key, 1);
  }

  #add(receiver: string, key: string, count: number): number {
    let told = this.#receivers.get(receiver);
    if (told === undefined) {
      told = new Map();
      this.#receivers.set(receiver, told);
    }
    const sum = (told.get(key) ?? 0) + count;
    told.set(key, sum);
    return sum;
  }
}
