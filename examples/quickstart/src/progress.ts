import { styleText } from "node:util";
import type { Monitor, MonitorSignal } from "@datasync-monitor/core";

export type Say = (who: string, text: string) => void;

/** Where a report goes. */
export interface Printer {
  heading(text: string): void;
  print(text: string): void;
}

type Style = Parameters<typeof styleText>[0];

const styles: Readonly<Record<string, Style>> = {
  service: "cyan",
  console: "yellow",
  progress: "dim",
};

/** The destinations that may fail here, and whose digests are worth a line. */
const watched = ["feishu", "slack", "email"];

type Attempt = Extract<MonitorSignal, { kind: "attempt" }>;
type Breaker = Extract<MonitorSignal, { kind: "breaker" }>;

const isDigest = ({ outcome, batch_size }: Attempt): boolean =>
  outcome === "delivered" && batch_size > 1;

/** What a signal says that a reader wants to know; undefined for the rest. */
const sentence = (signal: MonitorSignal): string | undefined => {
  switch (signal.kind) {
    case "paused":
      return `asks us to slow down: paused for ${signal.seconds.toFixed(1)} s`;
    case "breaker":
      return signal.state === "closed"
        ? "breaker closed: messages flow again"
        : "fails again and again: breaker open, one attempt now and then";
    case "attempt":
      return isDigest(signal) ? `took ${signal.batch_size} events in one digest` : undefined;
    default:
      return undefined;
  }
};

/** An outage opens the breaker again after each probe; once is enough to say it. */
const isNews = ({ receiver, state }: Breaker, open: Set<string>): boolean => {
  if (state === "closed") return open.delete(receiver);
  if (state === "half-open" || open.has(receiver)) return false;
  open.add(receiver);
  return true;
};

/** Who has something waiting, and how much. */
export const waiting = (
  pending: readonly (readonly [receiver: string, count: number])[],
): string => {
  const parts = pending.filter(([, count]) => count > 0).map(([name, count]) => `${name} ${count}`);
  return parts.length === 0 ? "nothing waits" : `waiting for ${parts.join(", ")}`;
};

/** Tells on the terminal what happens, in lines that stand for themselves in a file as well. */
export class Progress implements Printer {
  readonly #startedAt = performance.now();
  readonly #color: boolean;
  readonly digests = new Map<string, number[]>(watched.map((name) => [name, []]));

  constructor({ color }: { readonly color: boolean }) {
    this.#color = color;
  }

  readonly say: Say = (who, text) => {
    const seconds = ((performance.now() - this.#startedAt) / 1_000).toFixed(1);
    this.#print(styles[who], `${seconds.padStart(5)} s  ${who.padEnd(9)} ${text}`);
  };

  heading(text: string): void {
    this.#print("bold", `\n${text}\n`);
  }

  print(text: string): void {
    this.#print(undefined, text);
  }

  /** Follows a monitor, until the answer is called. */
  follow(monitor: Monitor): () => void {
    monitor.observe(this.listener());
    const timer = setInterval(() => this.#summarise(monitor), 1_000);
    return () => clearInterval(timer);
  }

  /** Tells what the signals of one process say. */
  listener(): (signal: MonitorSignal) => void {
    const open = new Set<string>();
    return (signal) => this.#hear(signal, open);
  }

  #hear(signal: MonitorSignal, open: Set<string>): void {
    if (!("receiver" in signal) || !watched.includes(signal.receiver)) return;
    if (signal.kind === "attempt" && isDigest(signal)) {
      this.digests.get(signal.receiver)?.push(signal.batch_size);
    }
    if (signal.kind === "breaker" && !isNews(signal, open)) return;
    const text = sentence(signal);
    if (text !== undefined) this.say(signal.receiver, text);
  }

  #summarise(monitor: Monitor): void {
    const { taken, receivers } = monitor.stats();
    const pending = receivers.map((one) => [one.name, one.pending] as const);
    this.say("progress", `${taken} events taken, ${waiting(pending)}`);
  }

  #print(style: Style | undefined, line: string): void {
    process.stdout.write(`${this.#color && style !== undefined ? styleText(style, line) : line}\n`);
  }
}
