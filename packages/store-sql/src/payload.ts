import { crc32 } from "node:zlib";
import type { DeliveryFailure, JsonValue, MonitorEvent } from "@datasync-monitor/core";
import { toKey } from "./text.ts";

/** Why a stored event cannot be used. */
export type Fault = "checksum" | "unreadable" | "identity";

/** What is kept of an event. JSON text is plain on every database: it escapes NUL and lone surrogates. */
export interface Payload {
  readonly payload: string;
  readonly checksum: number;
}

/** What an event holds of a process's memory beside its text: objects, ids, what a queue notes of it. */
const eventBytes = 512;

export const toPayload = (event: MonitorEvent): Payload => {
  const payload = JSON.stringify(event);
  return { payload, checksum: crc32(payload) };
};

/** About how many bytes of heap the event takes where it is delivered. */
export const weightOf = ({ payload }: Payload): number => eventBytes + 2 * payload.length;

export interface StoredEvent {
  readonly id: unknown;
  readonly payload: unknown;
  readonly checksum: unknown;
}

/** The event, or why it cannot be read: SQLite itself notices no flipped bit. */
export const fromPayload = (stored: StoredEvent): MonitorEvent | Fault => {
  const { id, payload, checksum } = stored;
  if (typeof payload !== "string" || crc32(payload) !== Number(checksum)) return "checksum";
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return "unreadable";
  }
  if (!isEvent(value)) return "unreadable";
  return toKey(value.id) === id ? freeze(value) : "identity";
};

/** A small JSON value beside the event. One that is damaged is as good as none. */
export const fromJson = (text: unknown): JsonValue => {
  if (typeof text !== "string") return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

export const failureOf = (text: unknown): DeliveryFailure | null => {
  const value = fromJson(text);
  if (typeof value !== "object" || value === null || !("code" in value)) return null;
  return { code: String(value.code), message: String(value.message) };
};

const isEvent = (value: unknown): value is MonitorEvent =>
  typeof value === "object" &&
  value !== null &&
  "id" in value &&
  typeof value.id === "string" &&
  "message" in value &&
  typeof value.message === "string";

/** Events are shared by receivers, so what was read is as frozen as what was emitted. */
const freeze = <T>(value: T): T => {
  if (typeof value !== "object" || value === null) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
};
