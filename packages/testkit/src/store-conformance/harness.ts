import type { Clock, EventStore, MaybePromise } from "@datasync-monitor/core";

/** What some cases need of a rig beyond its store. */
export type StoreNeed =
  | "restart" // the data outlives the store that wrote it
  | "share" // several stores use the same data at the same time
  | "damage"; // what is stored can be spoiled

/** A store to be tested, on data of its own. Made fresh for every case. */
export interface StoreRig {
  /** Not opened yet, with the clock that `rig()` was given. */
  readonly store: EventStore;
  /** Another store on the same data, not opened yet, as another process has it. */
  another?(): MaybePromise<EventStore>;
  /** Spoils what is stored of an event, as a failing disk does, so that it cannot be read any more. */
  damage?(eventId: string): MaybePromise<void>;
  /** Removes the data. The suite closes the stores itself. */
  close(): MaybePromise<void>;
}

export interface StoreHarness {
  /** @param clock - Moved by the suite; the store reads the time from it. */
  rig(clock: Clock): MaybePromise<StoreRig>;
  /** What this store cannot do, each with the reason. Printed with the results. */
  readonly cannot?: { readonly [N in StoreNeed]?: string };
}

/** What a case works with. Everything is open, and began at `startedAt`. */
export interface StoreBench {
  readonly store: EventStore;
  /** What the store's clock told when it was opened, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** Moves the store's clock. */
  advance(ms: number): void;
  /** Closes every store and opens another on what they left. */
  restart(): Promise<EventStore>;
  /** Opens another store beside those that are open. */
  share(): Promise<EventStore>;
  damage(eventId: string): Promise<void>;
}

/** One promise of the store contract, checked. Knows no test runner: `run` throws when it is broken. */
export interface StoreCase {
  /** Stable: named in bug reports, never reused. */
  readonly id: string;
  readonly title: string;
  readonly needs?: readonly StoreNeed[];
  run(bench: StoreBench): Promise<void>;
}
