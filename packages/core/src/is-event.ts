import type { EventOf, MonitorEvent } from "./event.ts";

/** Whether an event is of that type; narrows its details and metrics to what `EventPayloads` says. */
export const isEvent = <const T extends string>(
  event: MonitorEvent,
  type: T,
): event is MonitorEvent & EventOf<T> => event.event_type === type;
