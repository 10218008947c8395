// What must not compile, and what must be known of what does. Compiled, never run.
import {
  createMonitor,
  defineNotifier,
  type EventOf,
  EventType,
  type EventTypeName,
  isEvent,
  type MonitorEvent,
  type Notifier,
  setupMonitorInterface,
} from "@datasync-monitor/core";
import { webhook } from "@datasync-monitor/notifier-webhook";

const monitor = createMonitor();

// An event.
interface Numbers {
  rows: number;
  seconds?: number;
}
interface Mixed {
  rows: number;
  table: string;
}
declare const numbers: Numbers;
declare const mixed: Mixed;
monitor.emitEvent({ event_type: "sync_success", message: "ok", metrics: numbers });
// @ts-expect-error a metric is a number
monitor.emitEvent({ event_type: "sync_success", message: "ok", metrics: { rows: "1" } });
// @ts-expect-error every property of an interface is a metric
monitor.emitEvent({ event_type: "sync_success", message: "ok", metrics: mixed });
// @ts-expect-error a bigint is a detail, not a metric
monitor.emitEvent({ event_type: "sync_success", message: "ok", metrics: { rows: 1n } });
// @ts-expect-error no such level
monitor.emitEvent({ event_type: "sync_success", message: "ok", level: "warn" });
// @ts-expect-error levels are lower-case
monitor.emitEvent({ event_type: "sync_success", message: "ok", level: "INFO" });
// @ts-expect-error an event says something
monitor.emitEvent({ event_type: "sync_success" });
// @ts-expect-error an event has a type
monitor.emitEvent({ message: "ok" });
// @ts-expect-error details are an object
monitor.emitEvent({ event_type: "sync_success", message: "ok", details: "12 rows" });
// @ts-expect-error no such property
monitor.emitEvent({ event_type: "sync_success", message: "ok", detail: {} });
// @ts-expect-error a time is a string or a Date
monitor.emitEvent({ event_type: "sync_success", message: "ok", timestamp: 1_756_463_400 });
// @ts-expect-error the guide has no such type
void EventType.SYNC_DONE;

// What was taken.
const result = monitor.emitEvent({ event_type: "sync_success", message: "ok" });
// @ts-expect-error an event may have been refused
void result.event;
declare const event: MonitorEvent;
// @ts-expect-error an event does not change
event.message = "other";
// @ts-expect-error nor do its details
event.details.rows = 1;

// A monitor.
// @ts-expect-error no such option
createMonitor({ serviceName: "datasync" });
// @ts-expect-error no such language
setupMonitorInterface({ locale: "fr" });

// A receiver.
const ignore = (): void => {};
// @ts-expect-error no such option
monitor.registerCallback(ignore, { retries: 3 });
// @ts-expect-error no such level
monitor.registerCallback(ignore, { minLevel: "warn" });
// @ts-expect-error no such policy
monitor.registerCallback(ignore, { queue: { overflow: "block" } });
// @ts-expect-error types are a list
monitor.registerCallback(ignore, { types: "sync_success" });
const onShipped = (event: EventOf<"order_shipped">): void => void event.details.order;
monitor.registerCallback(onShipped, { types: ["order_shipped"] });
// @ts-expect-error without a filter other events would arrive
monitor.registerCallback(onShipped);
// @ts-expect-error and so they would with this one
monitor.registerCallback(onShipped, { types: ["order_*"] });
// @ts-expect-error a callback is not a notifier
monitor.registerNotifier(ignore);
// @ts-expect-error a notifier sends
monitor.registerNotifier({ contract: 1, id: "pager" });
// @ts-expect-error written to a contract that there is not
monitor.registerNotifier({ contract: 2, id: "pager", send() {} });
// @ts-expect-error a notifier sends
defineNotifier({ id: "pager" });
// @ts-expect-error a receipt is an object
defineNotifier({ id: "pager", send: () => "sent" });
// @ts-expect-error `url` may be undefined, but not forgotten
webhook({});
// @ts-expect-error no such option
webhook({ url: process.env.WEBHOOK_URL, retries: 3 });

// What the compiler knows.
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <_Claim extends true>(): void => {};

declare module "@datasync-monitor/core" {
  interface EventPayloads {
    order_shipped: { details: { order: string }; metrics: { parcels: number } };
  }
}

monitor.registerCallback(
  (event) => {
    holds<Same<typeof event, EventOf<"order_shipped">>>();
    holds<Same<typeof event.event_type, "order_shipped">>();
    holds<Same<typeof event.details.order, string>>();
    holds<Same<typeof event.metrics.parcels, number>>();
    // @ts-expect-error no such detail is known, so it is any JSON value
    const other: string = event.details.customer;
    void other;
  },
  { types: ["order_shipped"] },
);
monitor.registerCallback(
  (event) => {
    if (event.event_type === "order_shipped") holds<Same<typeof event.metrics.parcels, number>>();
    else holds<Same<typeof event.event_type, "cleanup_success">>();
  },
  { types: ["order_shipped", "cleanup_success"] },
);
monitor.registerCallback(
  (event) => {
    if (event.event_type === "order_shipped") holds<Same<typeof event.metrics.parcels, number>>();
    else holds<Same<typeof event.event_type, "health_check">>(); // known by name, with any payload
  },
  { types: ["order_shipped", "health_check"] },
);
if (isEvent(event, "order_shipped")) holds<Same<typeof event.details.order, string>>();
else holds<Same<typeof event, MonitorEvent>>();
if (isEvent(event, "health_check")) holds<Same<typeof event.event_type, "health_check">>();
else holds<Same<typeof event, MonitorEvent>>();
monitor.registerCallback((event) => holds<Same<typeof event, MonitorEvent>>(), {
  types: ["sync_*"],
});
monitor.registerCallback((event) => holds<Same<typeof event, MonitorEvent>>(), {
  types: ["*_failure"],
});
monitor.registerCallback((event) => holds<Same<typeof event, MonitorEvent>>());
monitor.registerCallback((event) => holds<Same<typeof event, MonitorEvent>>(), {
  minLevel: "error",
});
holds<Same<EventTypeName, string> extends true ? false : true>(); // so an editor offers the 13
holds<"anything_else" extends EventTypeName ? true : false>();
const typed: Notifier = defineNotifier({
  id: "typed",
  send([first, ...rest], context) {
    holds<Same<typeof first, MonitorEvent>>();
    holds<Same<typeof rest, MonitorEvent[]>>();
    holds<Same<typeof context.signal, AbortSignal>>();
  },
});
monitor.registerNotifier(typed, { types: [EventType.SYNC_FAILURE, "order_shipped", "*_warning"] });
