import type { MonitorStats } from "@datasync-monitor/core";

/**
 * What a child tells its parent on file descriptor 3, a line each. A line is written before anything
 * that follows from it can be seen elsewhere, and one that a kill cuts short is not counted: it can
 * make a check weaker, and never raise a false alarm.
 */
export type Line =
  /** Its receivers are registered. */
  | { readonly kind: "up"; readonly pid: number }
  | { readonly kind: "open" }
  /** Taken; nobody has been handed it yet. */
  | {
      readonly kind: "emitted";
      readonly id: string;
      readonly n: number;
      readonly hash: string;
      readonly level: string;
      readonly poison: boolean;
    }
  /** The first so many events of this process are committed: from here on none of them may be lost. */
  | { readonly kind: "committed"; readonly count: number }
  /** A send has returned, or has been given up. */
  | {
      readonly kind: "sent";
      readonly receiver: string;
      readonly ok: boolean;
      readonly ids: readonly string[];
    }
  /** The store has these fates: from here on nobody may be sent these. */
  | {
      readonly kind: "settled";
      readonly receiver: string;
      readonly state: string;
      readonly ids: readonly string[];
    }
  /** The store has handed these out to it, oldest first. */
  | { readonly kind: "claimed"; readonly receiver: string; readonly ids: readonly string[] }
  /** The store has given these to another. */
  | { readonly kind: "lost"; readonly receiver: string; readonly ids: readonly string[] }
  /** Dead letters are to be tried again. */
  | { readonly kind: "replayed"; readonly count: number }
  | { readonly kind: "pruned"; readonly count: number }
  /** How long the write-ahead log is, after a commit. */
  | { readonly kind: "log"; readonly bytes: number; readonly ids: readonly string[] }
  | { readonly kind: "failpoint"; readonly name: string }
  | { readonly kind: "problem"; readonly code: string; readonly message: string }
  | { readonly kind: "books"; readonly stats: MonitorStats }
  /** Nothing is left to deliver, and this event is a fresh one. */
  | { readonly kind: "drained"; readonly fresh: string }
  /** It has left so many deliveries for others. */
  | { readonly kind: "closed"; readonly pending: number };

export type Kind = Line["kind"];
export type LineOf<K extends Kind> = Extract<Line, { readonly kind: K }>;

export const encode = (line: Line): string => `${JSON.stringify(line)}\n`;

/** Takes what comes through a pipe apart; what has no end yet waits for it. */
export const lineReader = (onLine: (line: Line) => void): ((chunk: Buffer) => void) => {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    let from = 0;
    const text = Buffer.concat([rest, chunk]);
    for (let end = text.indexOf(10); end >= 0; end = text.indexOf(10, from)) {
      onLine(JSON.parse(text.toString("utf8", from, end)));
      from = end + 1;
    }
    rest = text.subarray(from);
  };
};
