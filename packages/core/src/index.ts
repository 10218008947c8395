// Emitting and reading events.

export { type Clock, systemClock, type Timer } from "./clock.ts";
export { defineNotifier } from "./define-notifier.ts";
export {
  type DescribedField,
  type DescribeOptions,
  type Description,
  describe,
} from "./describe.ts";
// Errors.
export {
  ConfigError,
  DeliveryError,
  type DeliveryErrorCode,
  type DeliveryErrorOptions,
  type JsonObject,
  type JsonValue,
} from "./errors.ts";
export {
  EventLevel,
  type EventOf,
  type EventPayloads,
  EventType,
  type EventTypeName,
  type MonitorEvent,
} from "./event.ts";
// Writing a notifier.
export type {
  Batch,
  Locale,
  Notifier,
  NotifierHost,
  RateLimit,
  Receipt,
  SendContext,
  VerifyContext,
} from "./notifier.ts";
export {
  checkOptions,
  choiceOption,
  flagOption,
  type NumberRange,
  numberOption,
  textOption,
} from "./options.ts";
export type { FlushReport, Registration } from "./registration.ts";
export type { AttemptOutcome, BreakerState, Fate, MonitorSignal, Problem } from "./signals.ts";
export type { MonitorStats, ReceiverStats, RefusalReason } from "./stats.ts";
// Writing a store.
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
export { singleLine, truncate, truncateBytes } from "./text.ts";
