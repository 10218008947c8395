import type { Monitor, MonitorEvent } from "@datasync-monitor/core";
import { type Arrived, idsTold, timesTold } from "../receivers/receiver.ts";
import type { Receivers } from "../receivers/receivers.ts";
import { compare } from "../report/compare.ts";
import type { Account } from "../report/reconcile.ts";
import type { Witness } from "./witness.ts";

export interface Verdict {
  readonly account: Account;
  /** What was committed, and did not arrive or is not said to have. One sentence for each, as in what follows. */
  readonly missing: readonly string[];
  /** What arrived, and nobody has answered for: unknown to the store, or not wanted there. */
  readonly spurious: readonly string[];
  /** What arrived more than once, which at-least-once allows. */
  readonly duplicates: readonly string[];
}

export interface Judged {
  readonly witness: Witness;
  readonly receivers: Receivers;
  readonly filters: Monitor;
}

const byId = (one: MonitorEvent, other: MonitorEvent): number => (one.id < other.id ? -1 : 1);

/** Messages that name an event or a run that is not among those known. */
const strangers = (
  messages: readonly Arrived[],
  known: readonly MonitorEvent[],
): readonly string[] => {
  const ids = new Set(known.flatMap(({ id, details }) => [id, String(details.run_id)]));
  return messages.flatMap(idsTold).filter((id) => !ids.has(id));
};

/**
 * Holds what the restarted process reads from its store against what was promised and what arrived.
 *
 * Promised is what was committed, by the word of the process that took it or by the store's own.
 */
export const judge = ({ witness, receivers, filters }: Judged): Verdict => {
  const { taken, committed, account: said } = witness;
  const owed = new Map((said?.events ?? []).map((event) => [event.id, event]));
  for (const [id, event] of taken) if (committed.has(id)) owed.set(id, event);
  const events = [...owed.values()].sort(byId);
  const unpromised = [...taken.values()].filter(({ id }) => !owed.has(id));

  const account = compare({ events, deliveries: said?.deliveries ?? [], receivers, filters });
  const unknown = receivers.all.flatMap(({ notifier: { id: receiver }, arrived }) => {
    const messages = arrived?.() ?? [];
    return [
      ...strangers(messages, [...events, ...unpromised]).map(
        (id) => `${id} at ${receiver}: nobody emitted it`,
      ),
      ...unpromised
        .filter((event) => messages.some((message) => timesTold(message, event) > 0))
        .map(({ id }) => `${id} at ${receiver}: it was never committed`),
    ];
  });
  return {
    account,
    missing: account.lost,
    spurious: [...account.strays, ...unknown],
    duplicates: account.duplicates,
  };
};
