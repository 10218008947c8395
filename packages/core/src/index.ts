// Taking events, and registering who gets them.
export { createMonitor } from "./monitor.ts";
export { getMonitorInterface, setupMonitorInterface } from "./global.ts";
export type { DeadlineOptions } from "./deadline.ts";
export type { Monitor, PersistReport } from "./monitor-api.ts";
export type { MonitorLimits, MonitorOptions } from "./settings.ts";
export type { EventCallback } from "./callbacks.ts";
export type { EventFilter } from "./filter.ts";
export type { ReceiverOptions } from "./receiver-settings.ts";
export type { Overflow } from "./delivery/queue.ts";
export type { FlushReport, Registration } from "./registration.ts";
export type {
  ChildBindings,
  EmitResult,
  Emitter,
  OperationName,
  Run,
  TrackOptions,
} from "./emitter.ts";

// Events.
export {
  EventLevel,
  type EventOf,
  type EventPayloads,
  EventType,
  type EventTypeName,
  type MonitorEvent,
} from "./event.ts";
export type { EventInput } from "./event-input.ts";
export { isEvent } from "./is-event.ts";

// Answers.
export type { VerifyReport } from "./checks.ts";
export type { ReceiverDecision } from "./explain.ts";
export type { SignalListener } from "./announcer.ts";
export type { AttemptOutcome, BreakerState, Fate, MonitorSignal, Problem } from "./signals.ts";
export type { MonitorStats, ReceiverStats, RefusalReason } from "./stats.ts";
export type { DurationMetrics, MetricsWindow, OperationMetrics } from "./operation-metrics.ts";
export type {
  CleanupMetrics,
  ComprehensiveStatus,
  LatestNotice,
  MigrationMetrics,
  ReceiverStatus,
  RecentProblem,
  ServiceHealth,
  SyncMetrics,
} from "./status.ts";

// Errors.
export {
  ConfigError,
  DeliveryError,
  type DeliveryErrorCode,
  type DeliveryErrorOptions,
  type JsonObject,
  type JsonValue,
} from "./errors.ts";

// Writing a notifier.
export { defineNotifier } from "./define-notifier.ts";
export type {
  Attachment,
  Batch,
  Locale,
  Notifier,
  NotifierHost,
  RateLimit,
  Receipt,
  SendContext,
  VerifyContext,
} from "./notifier.ts";
export { type Clock, systemClock, type Timer } from "./clock.ts";
export {
  type DescribedField,
  type DescribeOptions,
  type Description,
  describe,
} from "./describe.ts";
export { type BatchDescription, describeBatch } from "./describe-batch.ts";
export { checkTimeZone, describeTime } from "./describe-time.ts";
export {
  checkOptions,
  choiceOption,
  clockOption,
  flagOption,
  type NumberRange,
  numberOption,
  textOption,
} from "./options.ts";
export { singleLine, truncate, truncateBytes } from "./text.ts";

// Remembering: the store in memory, and what a store of your own is asked and keeps.
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from "./store/memory.ts";
export {
  type DeliveryPlace,
  type DeliverySelection,
  deliveryCursor,
  type EventSelection,
  eventCursor,
  readDeliveryQuery,
  readEventQuery,
} from "./store/query.ts";
export type {
  Accepted,
  Aggregate,
  AggregateQuery,
  Backlog,
  Claimed,
  ClaimQuery,
  Delivery,
  DeliveryFailure,
  DeliveryQuery,
  DeliveryState,
  EventQuery,
  EventStore,
  Group,
  Key,
  Lease,
  MaybePromise,
  Outcome,
  Page,
  Summary,
} from "./store/store.ts";
