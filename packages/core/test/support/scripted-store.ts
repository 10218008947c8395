import { memoryStore } from "../../src/store/memory.ts";
import type { EventStore, Group } from "../../src/store/store.ts";

/** What a store does with the calls that a test scripts. */
export type Answer = "at once" | "soon" | "never" | "throws" | "rejects";

export interface ScriptedStore {
  readonly store: EventStore;
  /** Every group that was asked to be committed, whatever came of it. */
  readonly asked: Group[];
  /** Those that were committed. */
  readonly groups: Group[];
  readonly calls: { open: number; claim: number; close: number };
  /** How `open`, `commit` and `claim` answer from now on. */
  readonly answers: { open: Answer; commit: Answer; claim: Answer };
  /** Settles what was left unanswered. */
  answerLate(): void;
}

/** A store over memory that answers as a test asks. */
export const scriptedStore = (
  options: { durable?: boolean; open?: Answer; commit?: Answer; claim?: Answer } = {},
): ScriptedStore => {
  const inner = memoryStore();
  const asked: Group[] = [];
  const groups: Group[] = [];
  const calls = { open: 0, claim: 0, close: 0 };
  const { open = "at once", commit = "at once", claim = "at once" } = options;
  const answers = { open, commit, claim };
  const late: (() => void)[] = [];
  const answer = <T>(how: Answer, work: () => T): T | Promise<T> => {
    if (how === "throws") throw new Error("The disk is full.");
    if (how === "rejects") return Promise.reject(new Error("The connection is lost."));
    if (how === "never") return new Promise((resolve) => late.push(() => resolve(work())));
    return how === "soon" ? Promise.resolve().then(work) : work();
  };
  const store: EventStore = {
    contract: 1,
    durable: options.durable ?? true,
    open: () => {
      calls.open += 1;
      return answer(answers.open, () => {});
    },
    commit: (group) => {
      asked.push({ ...group, accepted: [...group.accepted], outcomes: [...group.outcomes] });
      return answer(answers.commit, () => {
        groups.push(group);
        return inner.commit(group);
      });
    },
    claim: (query) => {
      calls.claim += 1;
      return answer(answers.claim, () => inner.claim(query));
    },
    renew: (leases, leaseMs, now) => inner.renew(leases, leaseMs, now),
    move: (select, to) => inner.move(select, to),
    events: (query) => inner.events(query),
    deliveries: (query) => inner.deliveries(query),
    aggregate: (query) => inner.aggregate(query),
    backlog: () => inner.backlog(),
    prune: (limits) => inner.prune(limits),
    close: () => {
      calls.close += 1;
    },
  };
  const answerLate = (): void => {
    for (const settle of late.splice(0)) settle();
  };
  return { store, asked, groups, calls, answers, answerLate };
};
