import { checkBooks } from "@datasync-monitor/testkit";
import type { Line, LineOf } from "../lines.ts";
import { type Answer, takes } from "./answers.ts";

export interface Emitted {
  readonly id: string;
  readonly life: string;
  readonly n: number;
  readonly hash: string;
  readonly level: string;
  readonly poison: boolean;
  /** An obligation: it must reach every receiver, or die of being poison. */
  committed: boolean;
}

/** One request that reached a receiver whole. */
export interface Arrival {
  readonly receiver: string;
  /** Who sent it. */
  readonly life: string;
  readonly requestId: string;
  readonly events: readonly { readonly id: string; readonly hash: string }[];
  readonly answer: Answer;
  /** Its place in all that the oracle heard and saw. */
  readonly at: number;
}

/** Of one event at one receiver. */
export const keyOf = (receiver: string, id: string): string => `${receiver} ${id}`;

const put = <T>(lists: Map<string, T[]>, key: string, one: T): void => {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [one]);
  else list.push(one);
};

/** What the oracle heard from the children and saw at the receivers, in one order. */
export class Ledger {
  readonly emitted = new Map<string, Emitted>();
  readonly arrivals: Arrival[] = [];
  /** When the store was first said to have the event delivered, by event and receiver. */
  readonly settledAt = new Map<string, number>();
  /** By process, event and receiver: it was told that another has it. */
  readonly lost = new Set<string>();
  /** By event and receiver: who said that sending it failed, and when. */
  readonly failed = new Map<string, { readonly life: string; readonly at: number }[]>();
  /** By process, event and receiver: when the store handed it out, and its place among what it handed out then. */
  readonly claimed = new Map<string, { readonly at: number; readonly place: number }[]>();
  /** Events whose rows were damaged on purpose: they must die of that, and stop nobody. */
  readonly damaged = new Set<string>();
  readonly killed = new Set<string>();
  /** By process that closed: how many deliveries it said it had left to others. */
  readonly left = new Map<string, number>();
  readonly stopped = new Set<string>();
  readonly storeFailed = new Set<string>();
  /** Which moments something was made to happen at. */
  readonly hits: string[] = [];
  readonly faults: string[] = [];
  readonly problems = new Map<string, number>();
  /** What was committed together, and how long the log was then, where that is watched. */
  readonly commits: { readonly ids: readonly string[]; readonly bytes: number }[] = [];
  pruned = 0;
  replayed = 0;
  readonly #lives = new Map<string, Emitted[]>();
  readonly #trace: string[] = [];
  #at = 0;

  /** What happened, for whoever must find out why. */
  get trace(): readonly string[] {
    return this.#trace;
  }

  note(text: string): number {
    this.#at += 1;
    this.#trace.push(`${this.#at} ${performance.now().toFixed(0)} ${text}`);
    return this.#at;
  }

  heard(life: string, line: Line): void {
    const at = this.note(
      `${life} says ${line.kind} ${line.kind === "books" ? "" : JSON.stringify(line)}`,
    );
    switch (line.kind) {
      case "emitted":
        this.#emitted(life, line);
        return;
      case "committed":
        for (const event of this.#lives.get(life)?.slice(0, line.count) ?? [])
          event.committed = true;
        return;
      case "sent":
        if (!line.ok) this.#failed(life, line, at);
        return;
      case "settled":
        if (line.state !== "delivered") return;
        for (const key of line.ids.map((id) => keyOf(line.receiver, id)))
          if (!this.settledAt.has(key)) this.settledAt.set(key, at);
        return;
      case "claimed":
        line.ids.forEach((id, place) => {
          put(this.claimed, `${life} ${keyOf(line.receiver, id)}`, { at, place });
        });
        return;
      case "lost":
        for (const id of line.ids) this.lost.add(`${life} ${keyOf(line.receiver, id)}`);
        return;
      case "failpoint":
        this.hits.push(line.name);
        return;
      case "books":
        this.#check(life, line);
        return;
      case "log":
        this.commits.push({ ids: line.ids, bytes: line.bytes });
        return;
      case "pruned":
        this.pruned += line.count;
        return;
      case "replayed":
        this.replayed += line.count;
        return;
      case "closed":
        this.left.set(life, line.pending);
        return;
      case "problem":
        this.problems.set(line.code, (this.problems.get(line.code) ?? 0) + 1);
        if (line.code === "store-failed") this.storeFailed.add(life);
    }
  }

  arrived(arrival: Omit<Arrival, "at">): void {
    const { receiver, life, requestId, events, answer } = arrival;
    const ids = events.map(({ id }) => id);
    const at = this.note(`${receiver} ${answer}s ${requestId} of ${life}: ${ids.join(" ")}`);
    this.arrivals.push({ ...arrival, at });
  }

  /** It is gone without having closed. */
  died(life: string, how: string): void {
    this.note(`${life} is gone: ${how}`);
    this.killed.add(life);
  }

  /** What a receiver has taken, oldest first. */
  taken(receiver: string): readonly Arrival[] {
    return this.arrivals.filter((one) => one.receiver === receiver && takes(one.answer));
  }

  #emitted(life: string, line: LineOf<"emitted">): void {
    const { kind: _, ...event } = line;
    const emitted: Emitted = { ...event, life, committed: false };
    this.emitted.set(event.id, emitted);
    put(this.#lives, life, emitted);
  }

  #check(life: string, { stats }: LineOf<"books">): void {
    try {
      checkBooks(stats);
    } catch (error) {
      this.faults.push(`${life}: ${error}`);
    }
  }

  #failed(life: string, { receiver, ids }: LineOf<"sent">, at: number): void {
    for (const id of ids) put(this.failed, keyOf(receiver, id), { life, at });
  }
}
