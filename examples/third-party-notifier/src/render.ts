import {
  type Batch,
  type DescribeOptions,
  describe,
  type MonitorEvent,
  singleLine,
  truncate,
} from "@datasync-monitor/core";

const alertOf = (event: MonitorEvent, words: DescribeOptions) => {
  const { title, message } = describe(event, words);
  return {
    dedup_key: event.id,
    severity: event.level,
    summary: truncate(singleLine(`${title}: ${message}`), 1_024),
    source: singleLine(event.service),
    class: singleLine(event.event_type),
    occurred_at: event.timestamp,
    details: event.details,
    metrics: event.metrics,
  };
};

/** The body of one request. Pure: every attempt at a batch says the same. */
export const render = (batch: Batch, words: DescribeOptions): string =>
  JSON.stringify({ alerts: batch.map((event) => alertOf(event, words)) });
