import { styleText } from "node:util";
import type { MonitorEvent } from "@datasync-monitor/core";

export type Say = (who: string, text: string) => void;

type Style = Parameters<typeof styleText>[0];

const styles: Readonly<Record<string, Style>> = {
  story: "cyan",
  warning: "yellow",
  error: "red",
  critical: "red",
};

const isQuiet = ({ event_type, metrics }: MonitorEvent): boolean => {
  const records = metrics.records_synced ?? metrics.records_deleted;
  return event_type.endsWith("_start") || (event_type.endsWith("_success") && records === 0);
};

/** Tells on the terminal what happens, in lines that stand for themselves in a file as well. */
export class Progress {
  readonly #startedAt = performance.now();
  readonly #color: boolean;

  constructor({ color }: { readonly color: boolean }) {
    this.#color = color;
  }

  readonly say: Say = (who, text) => {
    const seconds = ((performance.now() - this.#startedAt) / 1_000).toFixed(1);
    this.#line(styles[who], `${seconds.padStart(5)} s  ${who.padEnd(8)} ${text}`);
  };

  /** A line for each event, but for starts, and for runs that found nothing to do. */
  readonly tell = (event: MonitorEvent): void => {
    if (!isQuiet(event)) this.say(event.level, `${event.event_type}: ${event.message}`);
  };

  heading(text: string): void {
    this.#line("bold", `\n${text}\n`);
  }

  print(text: string): void {
    this.#line(undefined, text);
  }

  #line(style: Style | undefined, line: string): void {
    process.stdout.write(`${this.#color && style !== undefined ? styleText(style, line) : line}\n`);
  }
}
