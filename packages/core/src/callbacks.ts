import type { MonitorEvent } from "./event.ts";
import type { Notifier } from "./notifier.ts";
import { isThenable } from "./thenable.ts";

/** A function that gets each event it wants, one at a time. A promise it returns is awaited; any other answer is nobody's. */
export type EventCallback<Event = MonitorEvent> = (event: Event) => unknown;

/** A callback as a notifier, so that it has a queue, a deadline and books like any other receiver. */
export const callbackNotifier = (callback: EventCallback): Notifier => ({
  contract: 1,
  id: "callback",
  maxBatchSize: 1,
  send: ([event]) => {
    const answer = callback(event);
    if (isThenable(answer)) return Promise.resolve(answer).then(() => {});
  },
});
