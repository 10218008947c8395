import type { Locale, Notifier } from "@datasync-monitor/core";
import type { ReceivedMail, ReceivedRequest } from "@datasync-monitor/testkit";
import type { Sample } from "../samples/samples.ts";

/** What reached a destination, as it arrived. */
export type Arrival =
  | { readonly kind: "terminal"; readonly text: string }
  | { readonly kind: "feishu"; readonly message: unknown }
  | { readonly kind: "slack"; readonly message: unknown }
  | { readonly kind: "mail"; readonly mail: ReceivedMail }
  | { readonly kind: "request"; readonly request: ReceivedRequest }
  | { readonly kind: "scrape"; readonly text: string };

/** A notifier as a user would make it, and the destination it was pointed at. */
export interface Stall {
  readonly notifier: Notifier;
  /** What has arrived since it was last asked, oldest first. */
  take(): Promise<readonly Arrival[]>;
  /** Stops the destination. The monitor closes the notifier. */
  close(): Promise<void>;
}

/** One way to be told of events: a row of the gallery. */
export interface Exhibitor {
  /** Names its golden files and its filter on the page. */
  readonly name: string;
  /** Those it can speak; of a notifier that passes events on as they are, the one of the sample events. */
  readonly locales: readonly Locale[];
  samples(locale: Locale): readonly Sample[];
  open(locale: Locale): Promise<Stall>;
}

export const bothLocales: readonly Locale[] = ["zh-CN", "en"];

/** Turns a growing list into `take()`. */
export const taking = <T>(all: () => readonly T[], arrival: (one: T) => Arrival): Stall["take"] => {
  let taken = 0;
  return async () => {
    const fresh = all().slice(taken);
    taken += fresh.length;
    return fresh.map(arrival);
  };
};
