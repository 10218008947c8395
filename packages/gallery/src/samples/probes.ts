import {
  createMonitor,
  DeliveryError,
  defineNotifier,
  type Locale,
  type MonitorEvent,
} from "@datasync-monitor/core";
import { healthChecks, heartbeat, storageWatcher } from "@datasync-monitor/probes";
import { fakeClock, memoryNotifier } from "@datasync-monitor/testkit";
import type { Sample } from "./samples.ts";

const minute = 60_000;

const refused = Object.assign(new TypeError("fetch failed"), {
  cause: Object.assign(new Error("connect 10.20.4.17:3306"), { code: "ECONNREFUSED" }),
});

const sampleOf = (name: string, event: MonitorEvent | undefined): Sample => {
  if (event === undefined) throw new Error(`The probes say nothing for ${name}.`);
  const { id: _, service: __, details, ...said } = event;
  return {
    id: `probes.${name}`,
    type: "probes",
    level: event.level,
    events: [{ ...said, details: { ...details, host: "web-1" } }],
  };
};

/** What the probes say of a service that is well, until its database and a chat go away and its disk fills up. */
const recording = async (locale: Locale): Promise<readonly Sample[]> => {
  const clock = fakeClock();
  const monitor = createMonitor({
    service: "datasync",
    locale,
    timeZone: "Asia/Shanghai",
    clock,
    random: () => 0.5,
    onProblem: () => {},
  });
  const heard = memoryNotifier({ maxBatchSize: 100 });
  let isWell = true;
  let freeBytes = 200e9;
  monitor.registerNotifier(heard, { name: "feishu" });
  const slack = () => {
    if (!isWell) throw new DeliveryError("config", "Slack answered HTTP 403 invalid_token");
  };
  monitor.registerNotifier(defineNotifier({ id: "slack", send: slack }));
  healthChecks(monitor, {
    checks: {
      source: () => true,
      inbox: () => true,
      database: { level: "critical", run: () => isWell || Promise.reject(refused) },
      queue: () =>
        isWell || {
          level: "warning",
          message: "12,400 jobs wait",
          details: { waiting: 12_400, oldest: { job: "coin_data", age_seconds: 912 } },
        },
      redis: () => true,
    },
  });
  storageWatcher(monitor, {
    paths: ["/var/lib/datasync"],
    measure: () => {
      if (!isWell) freeBytes -= 1e9;
      return { totalBytes: 536e9, freeBytes };
    },
  });
  heartbeat(monitor);
  const news = async (ms: number) => {
    heard.clear();
    await clock.advance(ms);
    const { events } = heard;
    return (type: string) => events.findLast(({ event_type }) => event_type === type);
  };

  await monitor.track("sync", async (run) => void run.add("records_synced", 128_450));
  const well = await news(5 * minute);
  await monitor.track("sync", () => Promise.reject(refused)).catch(() => {});
  isWell = false;
  freeBytes = 96e9;
  const ill = await news(26 * minute);
  const closing = monitor.close({ deadlineMs: 0 });
  await clock.advance(minute);
  await closing;
  return [
    sampleOf("health_well", well("health_check")),
    sampleOf("health_ill", ill("health_check")),
    sampleOf("storage_ill", ill("storage_warning")),
    sampleOf("heartbeat_well", well("service_status")),
    sampleOf("heartbeat_ill", ill("service_status")),
  ];
};

export const probed: Readonly<Record<Locale, readonly Sample[]>> = {
  "zh-CN": await recording("zh-CN"),
  en: await recording("en"),
};
