import type { Delivery, DeliveryQuery, Monitor, MonitorEvent, Page } from "@datasync-monitor/core";

const everyPage = async <T>(
  page: (cursor: string | undefined) => Promise<Page<T>>,
): Promise<readonly T[]> => {
  const rows: T[] = [];
  let cursor: string | undefined;
  do {
    const next = await page(cursor);
    rows.push(...next.rows);
    cursor = next.cursor ?? undefined;
  } while (cursor !== undefined);
  return rows;
};

/** Oldest first. */
export const allEvents = async (monitor: Monitor): Promise<readonly MonitorEvent[]> =>
  (await everyPage((cursor) => monitor.getEvents({ cursor }))).toReversed();

export const allDeliveries = (
  monitor: Monitor,
  query: DeliveryQuery = {},
): Promise<readonly Delivery[]> =>
  everyPage((cursor) => monitor.getDeliveries({ ...query, cursor }));
