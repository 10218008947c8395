import type { JsonObject } from "./errors.ts";

/** The guide's 13 event types. Your own are welcome too: `/^[a-z][a-z0-9_.]{0,63}$/`. */
export const EventType = {
  SYNC_START: "sync_start",
  SYNC_SUCCESS: "sync_success",
  SYNC_FAILURE: "sync_failure",
  CLEANUP_START: "cleanup_start",
  CLEANUP_SUCCESS: "cleanup_success",
  CLEANUP_FAILURE: "cleanup_failure",
  MIGRATION_START: "migration_start",
  MIGRATION_SUCCESS: "migration_success",
  MIGRATION_FAILURE: "migration_failure",
  HEALTH_CHECK: "health_check",
  SERVICE_STATUS: "service_status",
  PERFORMANCE_WARNING: "performance_warning",
  STORAGE_WARNING: "storage_warning",
} as const;
export type EventType = (typeof EventType)[keyof typeof EventType];

/** How much an event matters, least first. */
export const EventLevel = {
  INFO: "info",
  WARNING: "warning",
  ERROR: "error",
  CRITICAL: "critical",
} as const;
export type EventLevel = (typeof EventLevel)[keyof typeof EventLevel];

/** All levels, least first: the index is the rank. */
export const levels: readonly EventLevel[] = ["info", "warning", "error", "critical"];

/** An event type by name: completion offers the guide's 13, and any other string is allowed. */
export type EventTypeName = EventType | (string & {});

/** One immutable JSON value with one shape everywhere: in memory, in the store, on the wire. */
export interface MonitorEvent {
  /** UUIDv7, ordered by emission within a process; stable over retries, restarts and replays. */
  readonly id: string;
  /** RFC 3339, UTC, milliseconds: `"2025-08-29T10:30:00.000Z"`. */
  readonly timestamp: string;
  readonly event_type: EventTypeName;
  readonly level: EventLevel;
  /** The monitor's `service`, or a child's. */
  readonly service: string;
  readonly message: string;
  /** A JSON snapshot taken when the event was emitted, frozen. Marked where something was cut. */
  readonly details: JsonObject;
  /** Finite numbers only. */
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * What each event type carries. Grow it by declaration merging; a `types` filter of that one type
 * then narrows the callback's event:
 *
 * ```ts
 * declare module "@datasync-monitor/core" {
 *   interface EventPayloads {
 *     invoice_paid: { details: { invoice: string }; metrics: { amount_eur: number } };
 *   }
 * }
 * ```
 */
export interface EventPayloads {
  sync_start: OperationPayload<never>;
  sync_success: OperationPayload<"records_synced">;
  sync_failure: OperationPayload<"records_synced">;
  cleanup_start: OperationPayload<never>;
  cleanup_success: OperationPayload<"records_deleted">;
  cleanup_failure: OperationPayload<"records_deleted">;
  migration_start: OperationPayload<never>;
  migration_success: OperationPayload<"records_migrated">;
  migration_failure: OperationPayload<"records_migrated">;
}

interface OperationPayload<Records extends string> {
  details: { readonly run_id?: string };
  metrics: { readonly [K in Records | "duration_seconds"]?: number };
}

/** The event of one type, with its payload's shape where `EventPayloads` knows it; of a pattern, any event. */
export type EventOf<T extends string> = T extends keyof EventPayloads
  ? Omit<MonitorEvent, "event_type" | "details" | "metrics"> & {
      readonly event_type: T;
      readonly details: Readonly<EventPayloads[T]["details"]> & JsonObject;
      readonly metrics: Readonly<EventPayloads[T]["metrics"]> & Readonly<Record<string, number>>;
    }
  : string extends T
    ? MonitorEvent
    : T extends `${string}*${string}`
      ? MonitorEvent
      : MonitorEvent & { readonly event_type: T };
