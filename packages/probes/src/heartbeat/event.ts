import type {
  ComprehensiveStatus,
  EventInput,
  EventLevel,
  Locale,
  ReceiverStatus,
  ServiceHealth,
} from "@datasync-monitor/core";
import { detailsOf } from "./details.ts";
import { heartbeatWords } from "./words.ts";

const levelOf: Readonly<Record<ServiceHealth, EventLevel>> = {
  healthy: "info",
  degraded: "warning",
  unhealthy: "error",
};

const messageOf = (
  { service, status, reasons, uptime_seconds }: ComprehensiveStatus,
  locale: Locale,
): string => {
  const [first, ...others] = reasons;
  return first === undefined
    ? heartbeatWords[locale].well(service, uptime_seconds)
    : heartbeatWords[locale].unwell(service, status, first, others.length);
};

/** The comprehensive status as an event. */
export const heartbeatEvent = (status: ComprehensiveStatus, locale: Locale): EventInput => {
  const total = (of: (receiver: ReceiverStatus) => number): number =>
    status.receivers.reduce((sum, receiver) => sum + of(receiver), 0);
  return {
    event_type: "service_status",
    level: levelOf[status.status],
    message: messageOf(status, locale),
    details: detailsOf(status),
    metrics: {
      uptime_seconds: status.uptime_seconds,
      receivers_total: status.receivers.length,
      deliveries_pending: total(({ pending }) => pending),
      deliveries_dropped: total(({ dropped }) => dropped),
      deliveries_dead: total(({ dead }) => dead),
    },
  };
};

/** Said when the status cannot be told: a heartbeat that falls silent would say the service is gone. */
export const muteHeartbeatEvent = (
  service: string,
  reason: string,
  locale: Locale,
): EventInput => ({
  event_type: "service_status",
  level: "error",
  message: heartbeatWords[locale].mute(service, reason),
  details: { status: "unknown", reasons: [reason] },
});
