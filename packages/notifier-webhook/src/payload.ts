import type { MonitorEvent } from "@datasync-monitor/core";

/** The keys that go out, in their order: what an event may gain later is no part of the payload. */
export const payload = ({
  id,
  service,
  event_type,
  level,
  message,
  timestamp,
  details,
  metrics,
}: MonitorEvent) => ({
  id,
  service,
  event_type,
  level,
  message,
  timestamp,
  details,
  metrics,
});

export type EventPayload = ReturnType<typeof payload>;
