import type { Key, MonitorEvent, MonitorSignal } from "@datasync-monitor/core";
import type { Say } from "../progress.ts";
import type { StoreAccount, Word } from "./words.ts";

export interface Hearer {
  readonly say: Say;
  readonly signal: (signal: MonitorSignal) => void;
  readonly open: (open: readonly Key[]) => void;
}

/** Remembers, in a process that nobody kills, what the service said over all its lives. */
export class Witness {
  readonly taken = new Map<string, MonitorEvent>();
  readonly committed = new Set<string>();
  /** What the latest process found open when it began: left there by those before it. */
  left: readonly Key[] = [];
  account: StoreAccount | undefined;

  /** How to hear one process. */
  hear({ say, signal, open }: Hearer): (word: Word) => void {
    return (word) => {
      switch (word.kind) {
        case "signal":
          if (word.signal.kind === "taken") this.taken.set(word.signal.event.id, word.signal.event);
          signal(word.signal);
          return;
        case "committed":
          for (const id of word.ids) this.committed.add(id);
          return;
        case "found":
          this.left = word.open;
          return;
        case "open":
          open(word.open);
          return;
        case "problem":
          say(word.receiver ?? "monitor", word.message);
          return;
        case "account":
          this.account = word.account;
      }
    };
  }
}
