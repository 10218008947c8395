import { takes } from "./answers.ts";
import { type Arrival, keyOf, type Ledger } from "./ledger.ts";

/** Why an event reached a receiver that had taken it already. */
export type Excuse =
  | "kill" // who sent it was gone before the store had its fate, or closed and said so
  | "retry" // who sent it did not get the answer
  | "takeover"; // who sent it had lost its lease, and was told so

export interface Repeats {
  readonly counts: Readonly<Record<Excuse, number>>;
  /** By process that was gone: how many of its deliveries, however often each came again. */
  readonly byKill: ReadonlyMap<string, number>;
  readonly violations: readonly string[];
}

interface Pair {
  readonly id: string;
  readonly first: Arrival;
  readonly again: Arrival;
}

/**
 * Every event that reached a receiver after that one had taken it. Each must have an excuse; and once
 * the store was said to have it delivered, only what was on its way already may still arrive.
 */
export const repeatsAt = (ledger: Ledger, receivers: readonly string[]): Repeats => {
  const counts: Record<Excuse, number> = { kill: 0, retry: 0, takeover: 0 };
  const left = new Map<string, Set<string>>();
  const violations: string[] = [];
  for (const pair of receivers.flatMap((receiver) => pairsAt(ledger, receiver))) {
    const { id, first, again } = pair;
    const excuse = excuseFor(ledger, pair);
    if (excuse === undefined) {
      const when = isSettled(ledger, pair) ? "after it was settled" : "without a reason";
      violations.push(
        `repeated ${when}: ${id} at ${first.receiver}, by ${first.life} (${first.at}) and ${again.life} (${again.at})`,
      );
      continue;
    }
    counts[excuse] += 1;
    if (excuse !== "kill") continue;
    const keys = left.get(first.life) ?? new Set();
    left.set(first.life, keys.add(keyOf(first.receiver, id)));
  }
  const byKill = new Map([...left].map(([life, { size }]) => [life, size]));
  for (const [life, count] of byKill) {
    const told = ledger.left.get(life) ?? Number.POSITIVE_INFINITY;
    if (count > told) violations.push(`${life} said it left ${told}, and ${count} were repeated`);
  }
  return { counts, byKill, violations };
};

const pairsAt = (ledger: Ledger, receiver: string): readonly Pair[] => {
  const taken = new Map<string, Arrival>();
  const pairs: Pair[] = [];
  for (const arrival of ledger.arrivals) {
    if (arrival.receiver !== receiver) continue;
    for (const { id } of arrival.events) {
      const first = taken.get(id);
      if (first !== undefined) pairs.push({ id, first, again: arrival });
      if (takes(arrival.answer)) taken.set(id, arrival);
    }
  }
  return pairs;
};

const isSettled = ({ settledAt }: Ledger, { id, first, again }: Pair): boolean =>
  (settledAt.get(keyOf(first.receiver, id)) ?? Number.POSITIVE_INFINITY) < again.at;

const excuseFor = (ledger: Ledger, pair: Pair): Excuse | undefined => {
  const { id, first, again } = pair;
  const key = keyOf(first.receiver, id);
  const isLost = ({ life }: Arrival) => ledger.lost.has(`${life} ${key}`);
  const wasStopped = ({ life }: Arrival) => ledger.stopped.has(life) && ledger.killed.has(life);
  if (isLost(again) || wasStopped(again)) return "takeover";
  if (isSettled(ledger, pair)) return undefined;
  const failed = ledger.failed.get(key) ?? [];
  if (failed.some(({ life, at }) => life === first.life && at > first.at && at < again.at))
    return "retry";
  if (isLost(first) || wasStopped(first)) return "takeover";
  const isGone = ledger.killed.has(first.life) || (ledger.left.get(first.life) ?? 0) > 0;
  return first.life !== again.life && isGone ? "kill" : undefined;
};
