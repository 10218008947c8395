import type { Delivery, Monitor, MonitorEvent } from "@datasync-monitor/core";
import type { Channel } from "./channels.ts";
import type { ReceivingServer } from "./server.ts";
import type { ChannelName } from "./story.ts";

/** An event that was emitted, and who is to get it. */
export interface Emitted {
  readonly event: MonitorEvent;
  readonly reaches: readonly ChannelName[];
}

export interface Account {
  readonly channel: ChannelName;
  /** The types of the events that arrived, oldest first. */
  readonly arrived: readonly string[];
  /** Whether they were seen where they arrived; else it is the monitor's word alone. */
  readonly seen: boolean;
  /** One sentence for each event that is not where it should be. */
  readonly faults: readonly string[];
}

const faultOf = (
  wanted: boolean,
  delivery: Delivery | undefined,
  times: number | undefined,
): string | undefined => {
  if (!wanted) return delivery || times ? "arrived, and was not to" : undefined;
  if (delivery?.state === "delivered") {
    return times === undefined || times === 1 ? undefined : `arrived ${times} times`;
  }
  const { state = "not wanted", reason, last_error } = delivery ?? {};
  return ["did not arrive", state, reason, last_error?.message].filter(Boolean).join(", ");
};

/** Holds what became of each event at a channel, and what was seen there, against what was to become of it. */
export const accountOf = async (
  { name, timesArrived }: Pick<Channel, "name" | "timesArrived">,
  deliveries: readonly Delivery[],
  emitted: readonly Emitted[],
): Promise<Account> => {
  const arrived: string[] = [];
  const faults: string[] = [];
  const rows = deliveries.filter(({ receiver }) => receiver === name);
  for (const { event, reaches } of emitted) {
    const delivery = rows.find(({ event_id }) => event_id === event.id);
    const times = await timesArrived?.(event);
    if (times ?? delivery?.state === "delivered") arrived.push(event.event_type);
    const fault = faultOf(reaches.includes(name), delivery, times);
    if (fault !== undefined) faults.push(`${name}: ${event.event_type} ${fault}`);
  }
  return { channel: name, arrived, seen: timesArrived !== undefined, faults };
};

/** What the receiving server was to see beside the events. */
export const serverFaults = ({ duplicates, refusals }: ReceivingServer): readonly string[] => {
  const refused = refusals.join(", ") || "nothing";
  return [
    ...(duplicates.length === 1 ? [] : [`server: dropped ${duplicates.length} events, not one`]),
    ...(refused === "401" ? [] : [`server: refused ${refused}, not one request with 401`]),
  ];
};

export interface Evidence {
  readonly monitor: Monitor;
  readonly channels: readonly Channel[];
  readonly server: ReceivingServer | undefined;
  readonly emitted: readonly Emitted[];
}

/** Prints what arrived, channel by channel; answers whether all is as it should be. */
export const report = async (
  { monitor, channels, server, emitted }: Evidence,
  print: (line: string) => void,
): Promise<boolean> => {
  const { rows } = await monitor.getDeliveries({ limit: 1_000 });
  const faults = [...(server ? serverFaults(server) : [])];
  print(`\nWhat arrived of ${emitted.length} events\n`);
  for (const channel of channels) {
    const account = await accountOf(channel, rows, emitted);
    faults.push(...account.faults);
    const { arrived, seen } = account;
    print(`  ${channel.name.padEnd(10)} ${arrived.length}  ${arrived.join(", ")}`);
    if (!seen) print(`${" ".repeat(16)}as the monitor says: it is the real one, look there`);
  }
  print("");
  for (const fault of faults) print(`✗ ${fault}`);
  if (faults.length === 0) print("✓ Each event arrived once wherever it was to, and nowhere else.");
  return faults.length === 0;
};
