// The programs that people write first, one after another in one file.
import {
  createMonitor,
  DeliveryError,
  defineNotifier,
  type Emitter,
  EventLevel,
  EventType,
  getMonitorInterface,
  isEvent,
  type MonitorEvent,
  type Notifier,
  setupMonitorInterface,
} from "@datasync-monitor/core";
import { feishu } from "@datasync-monitor/notifier-feishu";
import { slack } from "@datasync-monitor/notifier-slack";

// 1. No set-up: a callback and an event.
const monitor = getMonitorInterface();
monitor.registerCallback((event) => console.log(`${event.event_type} - ${event.message}`));
monitor.emitEvent({
  event_type: EventType.SYNC_SUCCESS,
  level: EventLevel.INFO,
  message: "数据同步完成",
  details: { records_synced: 1000 },
  metrics: { duration_seconds: 30 },
});

// 2. Two channels from the environment. A missing variable is a ConfigError when the factory runs, not a type error.
const configured = setupMonitorInterface({ service: "datasync", locale: "zh-CN" });
configured.registerNotifier(
  feishu({ webhookUrl: process.env.FEISHU_WEBHOOK_URL, secret: process.env.FEISHU_SECRET }),
  { minLevel: "warning" },
);
configured.registerNotifier(slack({ webhookUrl: process.env.SLACK_WEBHOOK_URL }), {
  types: ["*_failure", "storage_warning"],
});

// 3. A manager that takes an emitter and passes interfaces, dates, errors and bigints as they are.
interface SyncDetails {
  tables: string[];
  cursor: string | undefined;
}
interface SyncNumbers {
  records_synced: number;
  duration_seconds: number;
}

class SyncManager {
  readonly #monitor: Emitter;

  constructor(monitor: Emitter) {
    this.#monitor = monitor;
  }

  async run(details: SyncDetails, numbers: SyncNumbers): Promise<number> {
    this.#monitor.emitEvent({
      event_type: "sync_success",
      message: "ok",
      details,
      metrics: numbers,
    });
    this.#monitor.emitEvent({
      event_type: "sync_failure",
      message: "connection to source lost",
      details: { at: new Date(), rows: 10n, error: new Error("ECONNRESET") },
    });
    return this.#monitor.track("sync", async (run) => {
      for (const rows of [1, 2, 3]) run.add("records_synced", rows);
      return 6;
    });
  }
}

// 4. Typed events: the built-in ones, and one's own by merging.
declare module "@datasync-monitor/core" {
  interface EventPayloads {
    invoice_paid: { details: { invoice: string }; metrics: { amount_eur: number } };
  }
}
monitor.registerCallback(
  (event) => {
    const invoice: string = event.details.invoice;
    const paid: number = event.metrics.amount_eur;
    console.log(`invoice ${invoice}: ${paid} EUR`);
  },
  { types: ["invoice_paid"] },
);
monitor.registerCallback((event) => {
  if (!isEvent(event, "sync_success")) return;
  const rows: number | undefined = event.metrics.records_synced;
  if (rows !== undefined) console.log(`${rows} rows by ${event.service}`);
});
monitor.registerCallback(
  (event) => {
    const type: string = event.event_type;
    console.log(`seen ${type}`);
  },
  { types: ["sync_*"] },
);

const synced = await new SyncManager(monitor.child({ service: "manager" })).run(
  { tables: ["coin_data"], cursor: undefined },
  { records_synced: 12, duration_seconds: 1.5 },
);
console.log(`synced ${synced}`);
monitor.emitEvent({
  event_type: "invoice_paid",
  message: "paid",
  details: { invoice: "2025-17" },
  metrics: { amount_eur: 250 },
});

// 5. A notifier of one's own, in one screen.
export const pager = (options: { url: string }): Notifier =>
  defineNotifier({
    id: "pager",
    async send([event], { signal, idempotencyKey }) {
      const response = await fetch(options.url, {
        method: "POST",
        signal,
        headers: { "idempotency-key": idempotencyKey },
        body: JSON.stringify({ text: event.message }),
      });
      if (response.status === 429) {
        throw new DeliveryError("rate-limited", "the pager asks us to wait", {
          retryAfterMs: 30_000,
        });
      }
      if (!response.ok) {
        throw new DeliveryError("unavailable", `the pager answered ${response.status}`);
      }
    },
  });

// 6. A script that emits, asks, and ends.
await using nightly = createMonitor({ service: "nightly" });
nightly.registerNotifier(pager({ url: process.env.PAGER_URL ?? "https://pager.example/hook" }));
const taken = nightly.emitEvent({
  event_type: "cleanup_success",
  message: "old rows deleted",
  metrics: { records_deleted: 12 },
});
if (taken.ok) {
  const event: MonitorEvent = taken.event;
  for (const { receiver, wanted, reason } of nightly.explain(event)) {
    console.log(`explain ${receiver} ${wanted} ${reason}`);
  }
  await nightly.flush({ deadlineMs: 5_000 });
  for (const delivery of (await nightly.getDeliveries({ eventId: event.id })).rows) {
    console.log(`delivery ${delivery.receiver} ${delivery.state}`);
  }
}
const status = await nightly.getComprehensiveStatus();
const { total_records_deleted } = await nightly.getCleanupMetrics({ days: 7 });
console.log(`status ${status.status} ${status.sync_metrics.sync_success_count}`);
console.log(`deleted ${total_records_deleted}`);
