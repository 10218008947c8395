import { takes } from "./answers.ts";
import { type Arrival, type Emitted, keyOf, type Ledger } from "./ledger.ts";

/** Events that one process hands to a receiver in order, and an event's place among them. */
interface Lane {
  readonly name: string;
  readonly place: number;
}

/**
 * What a process emitted it delivers in that order, but that critical events go past others that wait
 * in the store; what the store handed out to it at once, oldest first, it delivers in the order in which
 * each process had emitted it, level by level. An event that failed once waits, and others go past it.
 * Between what two processes emitted, and what was leased until different times, there is no order.
 */
export const inversionsAt = (ledger: Ledger, receiver: string): readonly string[] => {
  const violations: string[] = [];
  const seen = new Set<string>();
  const latest = new Map<string, number>();
  for (const arrival of ledger.arrivals) {
    const { life, events, answer } = arrival;
    if (arrival.receiver !== receiver) continue;
    for (const { id } of events) {
      const emitted = ledger.emitted.get(id);
      const isFirst = !seen.has(id);
      seen.add(id);
      if (emitted === undefined || !isFirst || !takes(answer)) continue;
      if (ledger.failed.has(keyOf(receiver, id))) continue;
      const lane = laneOf(ledger, arrival, emitted);
      if (lane === undefined) continue;
      const before = latest.get(lane.name) ?? -1;
      latest.set(lane.name, Math.max(before, lane.place));
      if (lane.place > before) continue;
      violations.push(
        `out of order: ${emitted.life}/${emitted.n} (${emitted.level}) at ${receiver}, by ${life}: place ${lane.place} of ${lane.name} after ${before}`,
      );
    }
  }
  return violations;
};

const laneOf = (
  { claimed }: Ledger,
  { life, receiver, at }: Arrival,
  emitted: Emitted,
): Lane | undefined => {
  const { id, level, n, life: emitter } = emitted;
  const claims = claimed.get(`${life} ${keyOf(receiver, id)}`) ?? [];
  const claim = claims.filter((one) => one.at < at).at(-1);
  if (claim !== undefined)
    return {
      name: `${emitter}'s ${level} ones that ${life} claimed at ${claim.at}`,
      place: claim.place,
    };
  if (emitter !== life) return undefined;
  return { name: `${life}'s own ${level === "critical" ? "critical" : "others"}`, place: n };
};
