import type { JsonObject, JsonValue } from "../errors.ts";
import type { MonitorEvent } from "../event.ts";

/** An event's fixed fields and what the store keeps beside them; a string's header; a slot of an object or array. */
const eventBytes = 512;
const stringBytes = 16;
const slotBytes = 16;

/** About how many bytes of heap an event holds, from its lengths: strings count two bytes a character. */
export const weigh = (event: MonitorEvent): number =>
  eventBytes + 2 * event.message.length + weighObject(event.details) + weighObject(event.metrics);

const weighObject = (object: JsonObject): number => {
  let bytes = 0;
  for (const key in object) bytes += slotBytes + 2 * key.length + weighValue(object[key]);
  return bytes;
};

const weighValue = (value: JsonValue | undefined): number => {
  if (typeof value === "string") return stringBytes + 2 * value.length;
  if (typeof value !== "object" || value === null) return 0;
  if (!isArray(value)) return slotBytes + weighObject(value);
  let bytes = slotBytes;
  for (const item of value) bytes += slotBytes + weighValue(item);
  return bytes;
};

const isArray: (value: JsonObject | readonly JsonValue[]) => value is readonly JsonValue[] =
  Array.isArray;
