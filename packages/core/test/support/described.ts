import { describe as inWords } from "../../src/describe.ts";
import type { JsonValue } from "../../src/errors.ts";
import type { MonitorEvent } from "../../src/event.ts";
import type { Locale } from "../../src/notifier.ts";

export const guide: MonitorEvent = {
  id: "0198f5a0-0000-7000-8000-000000000000",
  timestamp: "2025-08-29T10:30:00.000Z",
  event_type: "sync_success",
  level: "info",
  service: "datasync",
  message: "数据同步完成: 1000条记录",
  details: { duration: 30.5, tables: ["coin_data", "indicator_data"] },
  metrics: { records_synced: 1000, duration_seconds: 30.5, success_rate: 1 },
};
export const fieldsOf = (event: Partial<MonitorEvent>, locale: Locale = "en") =>
  inWords({ ...guide, details: {}, metrics: {}, ...event }, { locale }).fields.slice(3);
export const detail = (key: string, value: JsonValue, locale: Locale = "en"): string | undefined =>
  fieldsOf({ details: { [key]: value } }, locale)[0]?.value;
