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
  /** The variables that name the stand-in to another process, as for the real one. */
  readonly standInEnv: Environment;
  /** Makes the stand-in's next answer the vendor's own "too many". */
  readonly limitRate?: () => Promise<void> | void;
  /** Undefined: it went to the real vendor, where nobody here can look. */
  readonly arrived: (() => readonly Arrived[]) | undefined;
  readonly close: () => Promise<void>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const unescaped = (text: string): string =>
  text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));

/** Letters and digits alone, whatever a vendor's markup did to the rest. */
const bare = (text: string): string =>
  unescaped(text)
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

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;

/** The ids of all events and runs that a message names. */
export const idsTold = ({ parts }: Arrived): readonly string[] =>
  parts.flatMap((part) => unescaped(part).match(uuid) ?? []);
