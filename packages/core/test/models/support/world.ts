import { deepEqual, equal, ok } from "node:assert/strict";
import { checkBooks, type FakeClock, fakeClock } from "@datasync-monitor/testkit";
import { type EventLevel, levels } from "../../../src/event.ts";
import { createMonitor } from "../../../src/monitor.ts";
import type { Monitor } from "../../../src/monitor-api.ts";
import type { FlushReport, Registration } from "../../../src/registration.ts";
import type { Emitted } from "./books.ts";
import { chance } from "./chance.ts";
import type { Manner } from "./manners.ts";
import { Member, type MemberOptions, retry, timeoutMs } from "./member.ts";
import { storeWith } from "./store-manners.ts";

const politeStore = (how: Manner, clock: FakeClock) =>
  storeWith(
    { durable: true, open: how, commit: how, claim: how, read: how, prune: how, close: how },
    clock,
  );

/** How long after the deadline of `close` or `unregister` they may answer. */
const closingMs = 500;

interface Enlisted {
  readonly member: Member;
  readonly registration: Registration;
}

/** Something asked of the monitor that answers with a report by a deadline. */
interface Asked {
  readonly what: string;
  readonly by: number;
  /** The events it is about, and whose they are. */
  readonly pairs: readonly (readonly [Member, string])[];
  /** Called at every quiet point while it has not answered. */
  readonly mustAnswer: () => boolean;
  answered: boolean;
  leftBefore: number;
}

/** What an empty event weighs in a queue, as `stats()` tells: the model adds two bytes a character. */
const weighEmpty = async (): Promise<number> => {
  const clock = fakeClock();
  const monitor = createMonitor({ clock, onProblem: () => {} });
  monitor.registerCallback(() => new Promise(() => {}), { name: "scales" });
  monitor.emitEvent({ event_type: "health_check", message: "" });
  await clock.advance(0);
  const bytes = monitor.stats().receivers[0]?.queue.bytes ?? Number.NaN;
  const closing = monitor.close({ deadlineMs: 0 });
  await clock.advance(closingMs);
  await closing;
  return bytes;
};

export const emptyBytes = await weighEmpty();

/** A monitor among destinations that do as they are told, and the books that are kept beside it. */
export class World {
  readonly clock: FakeClock = fakeClock();
  readonly monitor: Monitor;
  /** By slot: who is registered there now. */
  readonly slots = new Map<number, Enlisted>();
  readonly members = new Map<string, Member>();
  closed = false;
  readonly #asked: Asked[] = [];
  /** What was seen to be wrong inside core's calls, which contain what is thrown there. */
  readonly #faults: unknown[] = [];
  readonly #durable: boolean;
  #emitted = 0;
  #enlisted = 0;

  /** @param durable - How a durable store answers; without one, what there is lives in memory. */
  constructor(durable?: Manner) {
    const { clock } = this;
    this.#durable = durable !== undefined;
    const store = durable === undefined ? undefined : politeStore(durable, clock);
    this.monitor = createMonitor({ clock, random: chance(), onProblem: () => {}, store });
    this.monitor.observe((signal) => {
      if (signal.kind !== "settled") return;
      const books = this.members.get(signal.receiver)?.books;
      this.#watch(() => books?.settle(signal, this.clock.monotonic()));
    });
  }

  readonly #watch = (look: () => void): void => {
    try {
      look();
    } catch (fault) {
      this.#faults.push(fault);
    }
  };

  enlist(slot: number, options: MemberOptions): void {
    this.#enlisted += 1;
    const name = `receiver-${this.#enlisted}`;
    const kept = this.#durable;
    // A durable store keeps no callback's rows, and while it writes, nobody's filter has been asked yet.
    const callback = options.callback && !kept;
    const minRank = kept ? 0 : options.minRank;
    const fitting = { ...options, callback, kept, minRank };
    const member = new Member(name, fitting, this.clock, this.#watch);
    const { maxSize, maxWaitMs, concurrency, queue } = options;
    const minLevel = levels[minRank] ?? "info";
    const treatment = { name: member.name, concurrency, queue, retry, timeoutMs, minLevel };
    this.members.set(member.name, member);
    const { destination } = member;
    const registration = callback
      ? this.monitor.registerCallback((event) => {
          const { signal } = new AbortController();
          const context = { signal, idempotencyKey: event.id, attempt: 1, resume: null };
          return destination.send(name, [event], context);
        }, treatment)
      : this.monitor.registerNotifier(destination.notifier(name, { maxBatchSize: maxSize }), {
          ...treatment,
          breaker: false,
          batch: { maxSize, maxWaitMs },
        });
    this.slots.set(slot, { member, registration });
  }

  emit(burst: readonly { readonly length: number; readonly level: EventLevel }[]): void {
    const at = this.clock.monotonic();
    const taken: Emitted[] = [];
    for (const { length, level } of burst) {
      const input = { event_type: "health_check", level, message: "x".repeat(length) };
      const result = this.monitor.emitEvent(input);
      equal(result.ok, !this.closed);
      if (!result.ok) continue;
      this.#emitted += 1;
      const bytes = emptyBytes + 2 * length;
      taken.push({ id: result.event.id, rank: levels.indexOf(level), bytes, at });
    }
    for (const { member } of this.slots.values()) {
      const wanted = taken.filter(({ rank }) => rank >= member.options.minRank);
      member.books.filtered += taken.length - wanted.length;
      member.books.take(wanted);
    }
  }

  flush(deadlineMs: number): void {
    const members = [...this.members.values()].filter(({ gone }) => !gone);
    if (deadlineMs > 0) for (const member of members) member.hurry();
    this.#ask("flush", this.monitor.flush({ deadlineMs }), members, deadlineMs);
  }

  unregister(slot: number, drain: boolean, deadlineMs: number): void {
    const enlisted = this.slots.get(slot);
    if (enlisted === undefined) return;
    const { member, registration } = enlisted;
    this.slots.delete(slot);
    member.leavingAt = this.clock.monotonic();
    if (drain && deadlineMs > 0) member.hurry();
    const leaving = registration.unregister({ drain, deadlineMs });
    void leaving.then(() => {
      member.gone = true;
    });
    this.#ask("unregister", leaving, [member], (drain ? deadlineMs : 0) + closingMs);
  }

  close(deadlineMs: number): void {
    this.closed = true;
    const members = [...this.members.values()].filter(({ gone }) => !gone);
    for (const member of members) {
      member.leavingAt ??= this.clock.monotonic();
      if (deadlineMs > 0) member.hurry();
    }
    this.slots.clear();
    const closing = this.monitor.close({ deadlineMs });
    void closing.then(() => {
      for (const member of members) member.gone = true;
    });
    this.#ask("close", closing, members, deadlineMs + closingMs);
  }

  #left({ pairs }: Pick<Asked, "pairs">): number {
    return pairs.filter(([{ books }, id]) => !books.fates.has(id)).length;
  }

  #ask(
    what: string,
    report: Promise<FlushReport>,
    members: readonly Member[],
    deadlineMs: number,
  ): void {
    const pairs = members.flatMap((member) =>
      member.books.pending.map(({ id }) => [member, id] as const),
    );
    const by = this.clock.monotonic() + deadlineMs;
    // Only a flush ends as soon as its events have their fates: who closes has more to do. What lies
    // in a store nobody knows by name: all of it is waited for.
    const early = what === "flush" && !this.#durable;
    const mustAnswer = (): boolean =>
      this.clock.monotonic() >= by || (early && this.#left(asked) === 0);
    const asked: Asked = {
      what,
      by,
      pairs,
      mustAnswer,
      answered: false,
      leftBefore: pairs.length,
    };
    this.#asked.push(asked);
    void report.then((answer) => this.#watch(() => this.#answered(asked, answer)));
  }

  #answered(asked: Asked, { pending, timed_out, delivered, dropped, dead }: FlushReport): void {
    const left = this.#left(asked);
    asked.answered = true;
    ok(this.clock.monotonic() <= asked.by, `${asked.what} answers too late`);
    if (asked.what === "flush") {
      equal(timed_out, pending > 0);
      // What is not matched yet, for a store writes, counts once; what lies in a store counts always.
      const least = this.#durable ? Math.min(left, 1) : left;
      const most = this.#durable ? this.#emitted * this.members.size : asked.leftBefore;
      ok(pending >= least && pending <= most, `flush says ${pending} are pending, not ${left}`);
    } else if (!this.#durable) {
      deepEqual([pending, left], [0, 0]);
    }
    if (this.#durable) return;
    ok(delivered + dropped + dead >= asked.pairs.length - pending, "fates that no report counts");
  }

  /** Lets everything happen that may, for so long, and holds all promises. */
  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    this.check();
  }

  check(): void {
    if (this.#faults.length > 0) throw this.#faults[0];
    const stats = this.monitor.stats();
    checkBooks(stats);
    equal(stats.taken, this.#emitted);
    for (const receiver of stats.receivers) this.members.get(receiver.name)?.check(receiver);
    for (const { member } of this.slots.values())
      ok(
        stats.receivers.some(({ name }) => name === member.name),
        `${member.name} is missing`,
      );
    for (const asked of this.#asked) {
      ok(asked.answered || !asked.mustAnswer(), `${asked.what} does not answer`);
      asked.leftBefore = this.#left(asked);
    }
  }

  /** All destinations are well again: everything gets its fate, and nothing is left behind. */
  async end(): Promise<void> {
    for (const { destination } of this.members.values()) {
      destination.heal();
      for (const flight of destination.unanswered) flight.accept();
    }
    await this.pass(30_000);
    for (const { books, name, leavingAt } of this.members.values())
      if (!this.#durable || leavingAt === undefined)
        deepEqual(books.pending, [], `${name} was not given everything`);
    if (!this.#durable) await this.#checkHistory();
    if (!this.closed) this.close(0);
    await this.pass(closingMs);
    equal(this.clock.timers(), 0, "timers are still set");
  }
  /** What the store remembers is what happened. */
  async #checkHistory(): Promise<void> {
    const told = new Map<string, string>();
    for (let cursor: string | undefined | null; cursor !== null; ) {
      const page = await this.monitor.getDeliveries({ limit: 1_000, cursor });
      for (const row of page.rows) told.set(`${row.event_id} ${row.receiver}`, row.state);
      cursor = page.cursor;
    }
    const known = new Map<string, string>();
    for (const { books, name } of this.members.values())
      for (const [id, { fate }] of books.fates) known.set(`${id} ${name}`, fate);
    deepEqual(new Map([...told].sort()), new Map([...known].sort()));
  }
}
