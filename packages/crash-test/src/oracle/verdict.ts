import { type Emitted, keyOf, type Ledger } from "./ledger.ts";
import { inversionsAt } from "./order.ts";
import { repeatsAt } from "./repeats.ts";

/** A dead letter, as the store tells of it in the end. */
export interface DeadLetter {
  readonly event_id: string;
  readonly receiver: string;
  readonly reason: string | null;
}

export interface Verdict {
  readonly committed: number;
  readonly emitted: number;
  readonly requests: number;
  readonly delivered: number;
  readonly dead: number;
  readonly missing: number;
  readonly spurious: number;
  readonly repeatedByKill: number;
  readonly repeatedByRetry: number;
  readonly repeatedByTakeover: number;
  /** The most that one kill had repeated. */
  readonly mostByOneKill: number;
  /** What must not be, a sentence each. */
  readonly violations: readonly string[];
}

/** Holds what a cycle's processes said against what reached the receivers. */
export const judge = (
  ledger: Ledger,
  receivers: readonly string[],
  letters: readonly DeadLetter[],
): Verdict => {
  const dead = new Map(letters.map((one) => [keyOf(one.receiver, one.event_id), one]));
  const missing = receivers.flatMap((receiver) => missingAt(ledger, receiver, dead));
  const spurious = receivers.flatMap((receiver) => spuriousAt(ledger, receiver));
  const repeats = repeatsAt(ledger, receivers);
  const events = [...ledger.emitted.values()];
  return {
    committed: events.filter(({ committed }) => committed).length,
    emitted: events.length,
    requests: ledger.arrivals.length,
    delivered: receivers.reduce((sum, name) => sum + takenBy(ledger, name).size, 0),
    dead: letters.length,
    missing: missing.length,
    spurious: spurious.length,
    repeatedByKill: repeats.counts.kill,
    repeatedByRetry: repeats.counts.retry,
    repeatedByTakeover: repeats.counts.takeover,
    mostByOneKill: Math.max(0, ...repeats.byKill.values()),
    violations: [
      ...missing,
      ...spurious,
      ...repeats.violations,
      ...receivers.flatMap((receiver) => inversionsAt(ledger, receiver)),
      ...receivers.flatMap((receiver) => rekeyedAt(ledger, receiver)),
      ...halves(ledger, receivers),
      ...wrongDeaths(ledger, letters),
      ...ledger.faults,
    ],
  };
};

const takenBy = (ledger: Ledger, receiver: string): ReadonlySet<string> =>
  new Set(ledger.taken(receiver).flatMap(({ events }) => events.map(({ id }) => id)));

/** What is left to a receiver that drops every `webhook-id` it has seen, as the notifier's README advises. */
const leftAfterDropping = (ledger: Ledger, receiver: string): ReadonlySet<string> => {
  const seen = new Set<string>();
  const left = new Set<string>();
  for (const { requestId, events } of ledger.taken(receiver)) {
    if (seen.has(requestId)) continue;
    seen.add(requestId);
    for (const { id } of events) left.add(id);
  }
  return left;
};

const told = ({ id, life, n, level }: Emitted): string => `${id} (${life}/${n}, ${level})`;

const missingAt = (
  ledger: Ledger,
  receiver: string,
  dead: ReadonlyMap<string, DeadLetter>,
): readonly string[] => {
  const taken = takenBy(ledger, receiver);
  const left = leftAfterDropping(ledger, receiver);
  return [...ledger.emitted.values()].flatMap((event) => {
    if (!event.committed) return [];
    if (event.poison || (ledger.damaged.has(event.id) && !taken.has(event.id)))
      return dead.has(keyOf(receiver, event.id))
        ? []
        : [`missing among the dead letters of ${receiver}: ${told(event)}`];
    if (!taken.has(event.id)) return [`missing at ${receiver}: ${told(event)}`];
    return left.has(event.id)
      ? []
      : [`missing at ${receiver} if it drops each webhook-id it has seen: ${told(event)}`];
  });
};

const spuriousAt = (ledger: Ledger, receiver: string): readonly string[] =>
  ledger.arrivals
    .filter((one) => one.receiver === receiver)
    .flatMap(({ events, life }) =>
      events.flatMap(({ id, hash }) => {
        const emitted = ledger.emitted.get(id);
        if (emitted === undefined) return [`never emitted: ${id} at ${receiver}, by ${life}`];
        return emitted.hash === hash
          ? []
          : [`altered: ${told(emitted)} at ${receiver}, by ${life}`];
      }),
    );

/** One `webhook-id` stands for the same events each time. */
const rekeyedAt = (ledger: Ledger, receiver: string): readonly string[] => {
  const members = new Map<string, string>();
  return ledger.arrivals.flatMap((arrival) => {
    if (arrival.receiver !== receiver) return [];
    const now = arrival.events.map(({ id }) => id).join(" ");
    const before = members.get(arrival.requestId);
    members.set(arrival.requestId, now);
    if (before === undefined || before === now) return [];
    return [
      `other events under one webhook-id: ${arrival.requestId} at ${receiver}, by ${arrival.life} (${arrival.at}): ${before} / ${now}`,
    ];
  });
};

/** What one receiver has taken was committed for all of them, unless the store failed. */
const halves = (ledger: Ledger, receivers: readonly string[]): readonly string[] => {
  const taken = receivers.map((receiver) => ({ receiver, ids: takenBy(ledger, receiver) }));
  return [...ledger.emitted.values()].flatMap((event) => {
    if (event.committed || ledger.storeFailed.has(event.life)) return [];
    const without = taken.filter(({ ids }) => !ids.has(event.id));
    if (without.length === 0 || without.length === taken.length) return [];
    return without.map(({ receiver }) => `taken elsewhere, missing at ${receiver}: ${told(event)}`);
  });
};

const wrongDeaths = (ledger: Ledger, letters: readonly DeadLetter[]): readonly string[] =>
  letters.flatMap(({ event_id, receiver, reason }) => {
    const event = ledger.emitted.get(event_id);
    if (event === undefined) return [`dead and never emitted: ${event_id} at ${receiver}`];
    if (event.poison && reason === "payload") return [];
    if (ledger.damaged.has(event_id) && reason === "corrupt") return [];
    return [`dead by ${reason} at ${receiver}: ${told(event)}`];
  });
