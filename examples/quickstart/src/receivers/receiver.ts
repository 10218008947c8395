import type { MonitorEvent, Notifier, ReceiverOptions } from "@datasync-monitor/core";
import type { StandIn } from "@datasync-monitor/testkit";

/** A message as it reached its destination. */
export interface Arrived {
  /** As it is printed here. */
  readonly shown: string;
  /** What is searched for events, in parts that each tell of one event unless they show its id. */
  readonly parts: readonly string[];
}

/** One of the six: where events go, which it wants, and what of them can be seen to have arrived. */
export interface Receiver {
  readonly notifier: Notifier;
  readonly options: ReceiverOptions;
  /** The vendor's stand-in on this machine; undefined: the vendor, or nobody to talk to. */
  readonly standIn: StandIn | undefined;
  /** Makes the stand-in's next answer the vendor's own "too many". */
  readonly limitRate?: () => Promise<void> | void;
  /** Undefined: it went to the real vendor, where nobody here can look. */
  readonly arrived: (() => readonly Arrived[]) | undefined;
  readonly close: () => Promise<void>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Letters and digits alone, whatever a vendor's markup did to the rest. */
const bare = (text: string): string =>
  text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/&\w+;/g, "")
    .replace(/[^\p{L}\p{N}]+/gu, "");

/** No other event has the same message in the same run. */
const tellsOf = (part: string, { message, details }: MonitorEvent): boolean => {
  const text = bare(part);
  const run = typeof details.run_id === "string" ? details.run_id : "";
  return text.includes(bare(message)) && text.includes(bare(run));
};

/** How often a message tells of an event: by its id, else by its words. */
export const timesTold = ({ parts }: Arrived, event: MonitorEvent): number => {
  const ids = parts.reduce((times, part) => times + part.split(event.id).length - 1, 0);
  return ids || parts.filter((part) => tellsOf(part, event)).length;
};
