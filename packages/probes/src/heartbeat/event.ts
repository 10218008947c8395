import type {
  ComprehensiveStatus,
  EventInput,
  EventLevel,
  ReceiverStatus,
  ServiceHealth,
} from "@datasync-monitor/core";
import { roughly } from "../words.ts";

const levelOf: Readonly<Record<ServiceHealth, EventLevel>> = {
  healthy: "info",
  degraded: "warning",
  unhealthy: "error",
};

const messageOf = ({ service, status, reasons, uptime_seconds }: ComprehensiveStatus): string => {
  const [first, ...others] = reasons;
  if (first === undefined) return `${service} is ${status}, up for ${roughly(uptime_seconds)}`;
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  return `${service} is ${status}: ${first}${more}`;
};

/** The comprehensive status as an event. */
export const heartbeatEvent = (status: ComprehensiveStatus): EventInput => {
  const total = (of: (receiver: ReceiverStatus) => number): number =>
    status.receivers.reduce((sum, receiver) => sum + of(receiver), 0);
  return {
    event_type: "service_status",
    level: levelOf[status.status],
    message: messageOf(status),
    details: status,
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
export const muteHeartbeatEvent = (service: string, reason: string): EventInput => ({
  event_type: "service_status",
  level: "error",
  message: `${service} runs, but its status cannot be told: ${reason}`,
  details: { service, status: "unknown", reasons: [reason] },
});
