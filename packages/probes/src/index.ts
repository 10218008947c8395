// Health checks.
export { healthChecks } from "./health/health-checks.ts";
export type {
  HealthCheck,
  HealthCheckFunction,
  HealthCheckResult,
  HealthChecksOptions,
  HealthFinding,
} from "./health/options.ts";

// Storage.
export { storageWatcher } from "./storage/storage-watcher.ts";
export type { StorageMeasure, StorageWatcherOptions } from "./storage/options.ts";
export type { StorageReading } from "./storage/reading.ts";

// The event loop.
export { eventLoopWatcher } from "./event-loop/event-loop-watcher.ts";
export type { EventLoopWatcherOptions } from "./event-loop/options.ts";

// The service as a whole.
export { heartbeat } from "./heartbeat/heartbeat.ts";
export type { HeartbeatOptions } from "./heartbeat/options.ts";
