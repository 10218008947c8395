import { hostname } from "node:os";
import type { Monitor, MonitorEvent } from "@datasync-monitor/core";
import { levelOf, type StorageStatus } from "./status.ts";
import type { Told } from "./watched-path.ts";

const dayMs = 86_400_000;

const isStatus = (value: unknown): value is StorageStatus =>
  typeof value === "string" && Object.hasOwn(levelOf, value);

const toldIn = ({ details, timestamp }: MonitorEvent): Told | undefined => {
  const { status, since } = details;
  if (!isStatus(status)) return undefined;
  return {
    status,
    since: typeof since === "string" ? since : timestamp,
    at: Date.parse(timestamp),
  };
};

/**
 * The latest that this service told of each path on this machine in the last day, newest first. A
 * restart then warns of nothing twice, and calls off what is over.
 */
export const recallTold = async (
  monitor: Pick<Monitor, "getEvents">,
  service: string,
  now: number,
): Promise<ReadonlyMap<string, Told>> => {
  const { rows } = await monitor.getEvents({
    types: ["storage_warning"],
    since: new Date(now - dayMs),
    limit: 1_000,
  });
  const latest = new Map<string, Told>();
  for (const event of rows) {
    const { path, host } = event.details;
    const told = toldIn(event);
    if (event.service !== service || host !== hostname() || told === undefined) continue;
    if (typeof path === "string" && !latest.has(path)) latest.set(path, told);
  }
  return latest;
};
