import { EventLevel, EventType, type MonitorEvent } from "@datasync-monitor/core";
import { between, pick, type Random } from "../random.ts";

/** What breaks encoders, columns and logs that are not careful. */
const awkward = [
  "数据同步完成",
  "\0",
  "\ud800",
  "\udc00 alone",
  "𝄞 emoji 🧨",
  "\u2028\u2029",
  "\r\n\t\x1b[31m",
  "'; drop table datasync_events; --",
  '\\u0000 \\ % _ ` " $1 ?',
  "\u202etext\u202c e\u0301",
] as const;

/** Mostly short, sometimes some kilobytes, seldom near the bound of one event. */
const sizeOf = (random: Random): number => {
  const chance = random();
  if (chance < 0.9) return between(random, 0, 200);
  return chance < 0.98 ? between(random, 1_000, 6_000) : between(random, 20_000, 30_000);
};

/** One in forty is poison, and the fourth of each process, never the first: no receiver takes it. */
const isPoison = (random: Random, n: number): boolean => n === 3 || (random() < 0.025 && n > 0);

const types = Object.values(EventType) as [EventType, ...EventType[]];
const levels = Object.values(EventLevel) as [EventLevel, ...EventLevel[]];

export interface Input {
  readonly event_type: EventType;
  readonly level: EventLevel;
  readonly message: string;
  readonly details: {
    readonly n: number;
    readonly life: string;
    readonly poison: boolean;
    readonly text: string;
  };
  readonly metrics: { readonly records_synced: number };
}

/** The n-th event of a process, as the seed has it. */
export const inputAt = (random: Random, life: string, n: number): Input => ({
  event_type: pick(random, types),
  level: pick(random, levels),
  message: `${life}/${n} ${pick(random, awkward)}`,
  details: {
    n,
    life,
    poison: isPoison(random, n),
    text: pick(random, awkward) + "x".repeat(sizeOf(random)) + pick(random, awkward),
  },
  metrics: { records_synced: between(random, 0, 1_000_000) },
});

export const isMarkedPoison = ({ details }: MonitorEvent): boolean => details.poison === true;
