import type { MonitorEvent } from "./event.ts";
import type { Notifier } from "./notifier.ts";

/** A function that gets each event it wants, one at a time. What it returns is awaited. */
export type EventCallback<Event = MonitorEvent> = (event: Event) => void | Promise<void>;

/** A callback as a notifier, so that it has a queue, a deadline and books like any other receiver. */
export const callbackNotifier = (callback: EventCallback): Notifier => ({
  contract: 1,
  id: "callback",
  maxBatchSize: 1,
  send: ([event]) => callback(event),
});
