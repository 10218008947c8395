import { Maker } from "./maker.ts";
import type { Settings } from "./options.ts";

/** Deliveries are single requests, given up after seconds. */
const deliveryBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const eventMeters = (make: Maker) => ({
  events: make.counter("events_total", "Events taken.", ["type", "level"]),
  refused: make.counter("events_refused_total", "Events that were not taken.", ["reason"]),
});

const operationMeters = (make: Maker, settings: Settings) => ({
  operationDuration: make.histogram(
    "operation_duration_seconds",
    "How long operations took.",
    ["operation", "outcome"],
    settings.durationBuckets,
  ),
  operationRecords: make.histogram(
    "operation_records",
    "Records handled by one operation.",
    ["operation", "outcome"],
    settings.recordsBuckets,
  ),
  records: make.counter("records_total", "Records handled by operations.", ["operation"]),
  lastSuccess: make.highest(
    "operation_last_success_timestamp_seconds",
    "When an operation last succeeded. Absent until it does.",
    ["operation"],
  ),
});

const fateMeters = (make: Maker) => ({
  deliveries: make.counter("deliveries_total", "What became of events, by receiver.", [
    "receiver",
    "outcome",
  ]),
  dropped: make.counter("events_dropped_total", "Events dropped before delivery, by reason.", [
    "receiver",
    "reason",
  ]),
  dead: make.counter("deliveries_dead_total", "Deliveries given up for good, by reason.", [
    "receiver",
    "reason",
  ]),
  pending: make.gauge("pending", "Events taken that have no fate yet.", ["receiver"]),
});

const pipelineMeters = (make: Maker) => ({
  attempts: make.counter("delivery_attempts_total", "Delivery attempts, by how they ended.", [
    "receiver",
    "outcome",
  ]),
  deliveryDuration: make.histogram(
    "delivery_duration_seconds",
    "How long delivery attempts took, however they ended.",
    ["receiver"],
    deliveryBuckets,
  ),
  lastDelivery: make.highest(
    "last_delivery_timestamp_seconds",
    "When a receiver last accepted a delivery. Absent until it does.",
    ["receiver"],
  ),
  queueLength: make.gauge("queue_length", "Events queued in memory.", ["receiver"]),
  queueCapacity: make.gauge("queue_capacity", "Events the queue can hold.", ["receiver"]),
  inFlight: make.gauge("delivery_attempts_in_flight", "Attempts under way within their deadline.", [
    "receiver",
  ]),
  overdue: make.gauge(
    "delivery_attempts_overdue",
    "Attempts that outlived their deadline and have not ended yet.",
    ["receiver"],
  ),
  pausedUntil: make.highest(
    "paused_until_timestamp_seconds",
    "Until when its destination asked the receiver to pause. Absent while it does not.",
    ["receiver"],
  ),
  breakerOpen: make.highest("breaker_open", "1 while the breaker is open or half-open, else 0.", [
    "receiver",
  ]),
  breakerState: make.highest(
    "breaker_state",
    "1 for the state the breaker is in, 0 for the others.",
    ["receiver", "state"],
  ),
});

const storeMeters = (make: Maker) => ({
  storeFailing: make.highest(
    "store_failing",
    "1 while the store cannot be written to, else 0.",
    [],
  ),
  uncommitted: make.gauge(
    "store_uncommitted_rows",
    "Rows that wait to be written to the store.",
    [],
  ),
});

const ownMeters = (make: Maker) => ({
  buildInfo: make.highest("build_info", "1, labelled with the version of the exporter.", [
    "version",
  ]),
  invalid: make.counter(
    "invalid_observations_total",
    "Values left out because they were negative, not finite or absurd.",
  ),
  // The last one read: what failed to collect in a scrape is in that scrape's own number.
  collectFailures: make.counter("collect_failures_total", "Metrics that could not be collected."),
});

/**
 * Every metric, registered under the settings' prefix.
 *
 * @throws ConfigError when the registry holds a metric of the same name already.
 */
export const createMeters = (settings: Settings, collect: () => void) => {
  const make = new Maker(settings.registry, settings.prefix, collect);
  const meters = {
    ...eventMeters(make),
    ...operationMeters(make, settings),
    ...fateMeters(make),
    ...pipelineMeters(make),
    ...storeMeters(make),
    ...ownMeters(make),
    registered: () => make.registered(),
  };
  make.register();
  return meters;
};

export type Meters = ReturnType<typeof createMeters>;
