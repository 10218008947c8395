/** Where the child keeps its events. */
export type StoreSettings =
  | { readonly file: string }
  | { readonly url: string; readonly tablePrefix: string; readonly connections: number };

export interface ReceiverSettings {
  readonly name: string;
  readonly url: string;
  readonly body: "object" | "array";
}

/** A lie that a child can be told to tell, so that it can be shown that the oracle sees it. */
export type Lie =
  | "forgets-events" // says that events are committed, and writes none
  | "forgets-fates" // says that fates are written, and writes none
  | "alters" // sends another message than was emitted
  | "invents" // sends an event that nobody emitted
  | "reorders" // sends the later of two first
  | "sends-twice"; // sends an event again that was accepted

/** What a child is started with, as JSON in its only argument. */
export interface ChildSettings {
  /** Tells it from the other processes of its cycle. */
  readonly life: string;
  readonly seed: string;
  readonly store: StoreSettings;
  readonly receivers: readonly ReceiverSettings[];
  /** Its time runs so much faster from that moment on, so that a lease of 15 s ends while one looks. */
  readonly clock: { readonly epochMs: number; readonly speed: number };
  /** How many events it emits before it only delivers. */
  readonly events: number;
  /** Emits nothing, waits until nothing is left to deliver, emits one event, closes and exits. */
  readonly drains?: boolean;
  readonly historyEvents?: number;
  /** Tries dead letters again, once. */
  readonly replays?: boolean;
  /** Says how long the write-ahead log is after each commit. */
  readonly watchesLog?: boolean;
  readonly lie?: Lie;
}
