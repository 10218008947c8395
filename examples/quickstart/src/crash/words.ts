import { writeFileSync } from "node:fs";
import type { Readable } from "node:stream";
import type { Delivery, Key, MonitorEvent, MonitorSignal } from "@datasync-monitor/core";

/** What the service tells the process that watches it. */
export type Word =
  | { readonly kind: "signal"; readonly signal: MonitorSignal }
  /** From here on the monitor has promised these. */
  | { readonly kind: "committed"; readonly ids: readonly string[] }
  /** What it found open in its store when it began. */
  | { readonly kind: "found"; readonly open: readonly Key[] }
  /** What is open in its store now. */
  | { readonly kind: "open"; readonly open: readonly Key[] }
  | { readonly kind: "problem"; readonly receiver: string | null; readonly message: string }
  | { readonly kind: "account"; readonly account: StoreAccount };

/** All that the service reads from its store at its end, and what is wrong with its books. */
export interface StoreAccount {
  readonly events: readonly MonitorEvent[];
  readonly deliveries: readonly Delivery[];
  readonly booksFaults: readonly string[];
}

/** The pipe that the watching process opens beside stdout and stderr. */
export const wordsDescriptor = 3;

/** Says it before it returns, so that no kill can take it back. */
export const tell = (word: Word): void => {
  writeFileSync(wordsDescriptor, `${JSON.stringify(word)}\n`);
};

/** Hears every word of a process. One that the kill cut off has no end of line, and is not one. */
export const listen = (pipe: Readable, hear: (word: Word) => void): void => {
  let rest = "";
  pipe.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) hear(JSON.parse(line));
  });
};
