import type { Delivery, DeliveryState, MonitorEvent } from "@datasync-monitor/core";

export const delivery = (
  event: MonitorEvent,
  receiver: string,
  state: DeliveryState = "delivered",
): Delivery => ({
  event_id: event.id,
  receiver,
  state,
  reason: state === "dead" ? "expired" : null,
  attempts: 1,
  batch_id: null,
  taken_at: event.timestamp,
  next_at: null,
  settled_at: event.timestamp,
  reference: null,
  last_error: null,
});
