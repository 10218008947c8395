import type { ReceiverStats } from "@datasync-monitor/core";

/**
 * Turns totals that are read from time to time into what was added since the last reading, so that
 * a counter fed with it never goes down. A total may: a replayed delivery is no longer dead.
 */
export class Growth {
  readonly #last = new Map<string, number>();

  /** How much `total` grew, 0 where it fell; undefined where it is not a finite number from 0 up. */
  of(key: string, total: number): number | undefined {
    if (!Number.isFinite(total) || total < 0) return undefined;
    const last = this.#last.get(key) ?? 0;
    this.#last.set(key, total);
    return Math.max(0, total - last);
  }
}

interface ReceiverReading {
  readonly taken: number;
  readonly growth: Growth;
}

/** What was read of one monitor's books so far. */
export class Readings {
  readonly monitor = new Growth();
  /** Of one name in order of their registration. */
  #receivers = new Map<string, readonly ReceiverReading[]>();

  /**
   * The receivers' readings, in their order. Books begin at registration, so one that was gone, or has
   * taken fewer events than before, is another receiver of that name: all in its books is growth. One
   * whose events a store has not got yet still stands before the one that came in its place.
   */
  of(receivers: readonly ReceiverStats[]): readonly (readonly [ReceiverStats, Growth])[] {
    const before = this.#receivers;
    const counts = new Map<string, number>();
    for (const { name } of receivers) counts.set(name, (counts.get(name) ?? 0) + 1);
    this.#receivers = new Map();
    return receivers.map((receiver) => {
      const { name, taken } = receiver;
      const known = before.get(name) ?? [];
      const read = this.#receivers.get(name) ?? [];
      const gone = Math.max(0, known.length - (counts.get(name) ?? 0));
      const last = known[gone + read.length];
      const anew = last === undefined || taken < last.taken;
      const growth = anew ? new Growth() : last.growth;
      this.#receivers.set(name, [...read, { taken, growth }]);
      return [receiver, growth];
    });
  }
}
