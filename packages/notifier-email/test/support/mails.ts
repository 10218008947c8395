import { sampleEvent } from "@datasync-monitor/testkit";

export const english = { subjectPrefix: "[DataSync]", locale: "en", timeZone: "UTC" } as const;
export const chinese = {
  subjectPrefix: "[DataSync]",
  locale: "zh-CN",
  timeZone: "Asia/Shanghai",
} as const;

export const failure = sampleEvent({
  event_type: "sync_failure",
  level: "error",
  message: "connection to source lost",
  details: { run_id: "r-1", error: { name: "Error", message: "ECONNRESET" } },
  metrics: { records_synced: 120 },
});
