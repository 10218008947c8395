// One failed sync to all six receivers. Compiled twice, to an ES module and to CommonJS.
import { createMonitor } from "@datasync-monitor/core";
import { parseRetryAfter } from "@datasync-monitor/http";
import { consoleNotifier } from "@datasync-monitor/notifier-console";
import { email } from "@datasync-monitor/notifier-email";
import { feishu } from "@datasync-monitor/notifier-feishu";
import { prometheus } from "@datasync-monitor/notifier-prometheus";
import { slack } from "@datasync-monitor/notifier-slack";
import { webhook } from "@datasync-monitor/notifier-webhook";
import { checkBooks } from "@datasync-monitor/testkit";

const main = async (): Promise<void> => {
  const monitor = createMonitor();
  const metrics = prometheus();
  monitor.registerNotifier(consoleNotifier());
  monitor.registerNotifier(
    email({ url: process.env.SMTP_URL, from: "sync@example.com", to: "ops@example.com" }),
  );
  monitor.registerNotifier(feishu({ webhookUrl: process.env.FEISHU_WEBHOOK_URL }));
  monitor.registerNotifier(metrics);
  monitor.registerNotifier(slack({ webhookUrl: process.env.SLACK_WEBHOOK_URL }));
  monitor.registerNotifier(webhook({ url: process.env.WEBHOOK_URL }));

  monitor.emitEvent({ event_type: "sync_failure", message: `a failure ${process.env.MARK}` });
  await monitor.flush({ deadlineMs: 10_000 });

  const { rows } = await monitor.getDeliveries();
  const scraped = await metrics.metrics();
  checkBooks(monitor.stats());
  await monitor.close();

  const fates = Object.fromEntries(rows.map(({ receiver, state }) => [receiver, state]));
  const counted = scraped.split("\n").some((line) => /sync_failure.* 1$/.test(line));
  const waits = parseRetryAfter("2", Date.now());
  console.log(JSON.stringify({ fates, counted, waits }));
};

void main();
