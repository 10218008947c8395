import type { Batch, MonitorEvent } from "@datasync-monitor/core";

/** The keys that go out, in their order: what an event may gain later is no part of the payload. */
const payload = ({
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

export type BodyShape = "object" | "array";

/** The bytes of one request. Its shape follows the option alone, never the load. */
export const render = (batch: Batch, shape: BodyShape): Buffer =>
  Buffer.from(JSON.stringify(shape === "array" ? batch.map(payload) : payload(batch[0])));
