/** The guide's event, made anew for each call, as a service would. */
export const guideEvent = () => ({
  event_type: "sync_success",
  level: "info" as const,
  message: "数据同步完成: 1000条记录",
  details: { duration: 30.5, tables: ["coin_data", "indicator_data"] },
  metrics: { records_synced: 1_000, duration_seconds: 30.5, success_rate: 1 },
});

/** The same fields as a logger takes them: the message apart, the level as one more field. */
export const guideFields = () => ({
  event_type: "sync_success",
  event_level: "info",
  service: "datasync",
  details: { duration: 30.5, tables: ["coin_data", "indicator_data"] },
  metrics: { records_synced: 1_000, duration_seconds: 30.5, success_rate: 1 },
});

export const guideMessage = "数据同步完成: 1000条记录";
