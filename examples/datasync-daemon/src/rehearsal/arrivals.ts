import { describe, type MonitorEvent } from "@datasync-monitor/core";

const eventId = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;

const countIds = (texts: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const [id] of text.matchAll(eventId)) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
};

/** Letters and digits alone, whatever a vendor's markup did to the rest. */
const bare = (text: string): string =>
  text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/&\w+;/g, "")
    .replace(/[^\p{L}\p{N}]+/gu, "");

/**
 * How often each event is told of: by its id; in a digest that shows no ids, by its message and time,
 * where each text tells of one event and is counted for one.
 */
export const countTold = (
  events: readonly MonitorEvent[],
  texts: readonly string[],
): ReadonlyMap<string, number> => {
  const counts = countIds(texts);
  const unnamed = texts.filter((text) => text.search(eventId) < 0).map(bare);
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  for (const event of events) {
    if (counts.has(event.id)) continue;
    const words = [event.message, describe(event, { timeZone }).time].map(bare);
    const found = unnamed.findIndex((text) => words.every((word) => text.includes(word)));
    if (found < 0) continue;
    unnamed.splice(found, 1);
    counts.set(event.id, 1);
  }
  return counts;
};

const eventsTotal = /^datasync_monitor_events_total\{type="([a-z_]+)",level="\w+"\} (\d+)$/gm;

/** How many events of each type the scraped numbers tell of. */
export const countScraped = (scraped: string): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const [, type = "", count] of scraped.matchAll(eventsTotal)) {
    counts.set(type, (counts.get(type) ?? 0) + Number(count));
  }
  return counts;
};
