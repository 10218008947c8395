import type { MonitorEvent } from "../event.ts";
import { type JsonLimits, toJson } from "../json.ts";

/** Its fixed fields, and what is kept beside them. */
export const eventBytes = 512;

const unlimited: JsonLimits = { maxBytes: 2 ** 30, maxNodes: 2 ** 30, maxDepth: 2 ** 30 };

/** About how many bytes of heap an event holds, as `createEvent` counts them while it makes one. */
export const weigh = ({ message, details, metrics }: MonitorEvent): number =>
  eventBytes +
  2 * message.length +
  toJson(details, unlimited).bytes +
  toJson(metrics, unlimited).bytes;
