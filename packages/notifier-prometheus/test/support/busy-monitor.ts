import { createMonitor, DeliveryError, defineNotifier, type Monitor } from "@datasync-monitor/core";
import { type PrometheusNotifier, prometheus } from "../../src/index.ts";

const failing = (id: string, error: DeliveryError) =>
  defineNotifier({
    id,
    send() {
      throw error;
    },
  });

export interface BusyMonitor {
  readonly monitor: Monitor;
  readonly metrics: PrometheusNotifier;
}

/** A monitor whose receivers accept, refuse, pause and break, after some runs of each kind. */
export const busyMonitor = async (): Promise<BusyMonitor> => {
  const monitor = createMonitor({ service: "datasync", onProblem: () => {} });
  const metrics = prometheus({ eventTypes: ["backup_success", "invoice.paid"] });
  monitor.registerNotifier(metrics);
  monitor.registerCallback(() => {}, { name: 'a "quoted" \\ name', minLevel: "warning" });
  monitor.registerNotifier(failing("picky", new DeliveryError("payload", "not this one")));
  monitor.registerNotifier(
    failing("busy", new DeliveryError("rate-limited", "later", { retryAfterMs: 600_000 })),
  );
  monitor.registerNotifier(failing("gone", new DeliveryError("endpoint", "no such address")), {
    queue: { maxEvents: 2 },
  });
  for (const operation of ["sync", "cleanup", "migration", "backup", "unlisted"]) {
    await monitor.track(operation, (run) => run.add("records_synced", 1_000));
    await monitor.track(operation, () => Promise.reject(new Error("boom"))).catch(() => {});
  }
  monitor.emitEvent({ event_type: "invoice.paid", message: "paid" });
  monitor.emitEvent({ event_type: "NOT AN EVENT", message: "refused" });
  await monitor.flush({ deadlineMs: 500 });
  return { monitor, metrics };
};
