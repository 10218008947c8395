import { deepEqual, equal, ok } from "node:assert/strict";
import type { Clock } from "@datasync-monitor/core";
import type { Overflow } from "../../../src/delivery/queue.ts";
import { DeliveryError } from "../../../src/errors.ts";
import type { ReceiverStats } from "../../../src/stats.ts";
import { Books } from "./books.ts";
import { Destination, type Flight } from "./destination.ts";
import { restOf } from "./rest.ts";

export interface MemberOptions {
  /** Whether a durable store keeps what does not fit: nothing is dropped, and it comes back in pages. */
  readonly kept: boolean;
  readonly callback: boolean;
  readonly obedient: boolean;
  readonly maxSize: number;
  readonly maxWaitMs: number;
  readonly concurrency: number;
  /** Events below it, by rank, are not for this one. */
  readonly minRank: number;
  readonly queue: {
    readonly maxEvents: number;
    readonly maxBytes: number;
    readonly overflow: Overflow;
  };
}

export const timeoutMs = 5_000;
export const maxAgeMs = 20_000;
export const retry = {
  baseMs: 100,
  capMs: 2_000,
  maxAgeMs,
  maxAttempts: 2,
  maxRetryAfterMs: 3_000,
};
/** More than what any event of these models weighs. */
const restoredBytes = 4_096;
/** A destination that limits us without saying how long is left alone ever longer, up to this. */
const longestWaitMs = 6_400;
/** After its deadline a send may still say how it ended; a callback may not. */
const graceMs = 250;

/** What a destination must have said of an event that died so. */
const grounds: Readonly<Record<string, string>> = { payload: "payload", attempts: "unknown" };

/** Who says "aborted" though nobody told it to stop says nothing we know. */
const codeOf = ({ error }: Flight): string => {
  if (error === null) return "accepted";
  return DeliveryError.is(error) && error.code !== "aborted" ? error.code : "unknown";
};

/** One receiver, with the books of what it was to get and of what reached its destination. */
export class Member {
  readonly name: string;
  readonly options: MemberOptions;
  readonly books: Books;
  readonly destination: Destination;
  /** Monotonic milliseconds at which it began to leave. */
  leavingAt: number | undefined;
  /** Nothing may be sent to it any more. */
  gone = false;
  readonly #now: () => number;
  /** The last event that somebody waits for: it and those before it wait for no company. */
  #hurriedTo = "";
  readonly #keys = new Map<string, string>();

  constructor(
    name: string,
    options: MemberOptions,
    clock: Clock,
    watch: (look: () => void) => void,
  ) {
    this.name = name;
    this.options = options;
    this.books = new Books(options.kept ? null : options.queue);
    this.#now = () => clock.monotonic();
    const { obedient } = options;
    const onSend = (flight: Flight): void => watch(() => this.#sent(flight));
    this.destination = new Destination({ clock, obedient, onSend });
  }

  /** Somebody waits for all that was emitted so far. */
  hurry(): void {
    this.#hurriedTo = this.books.taken.at(-1)?.id ?? "";
  }

  /** How long core waits for an answer. */
  get patienceMs(): number {
    return timeoutMs + (this.options.callback ? 0 : graceMs);
  }

  /** Begun, unanswered, and given up by core. */
  get #overdue(): readonly Flight[] {
    const now = this.#now();
    return this.destination.unanswered.filter((one) => now - one.startedAt >= this.patienceMs);
  }

  /** The promises about one batch, when it leaves. */
  #sent({ ids, key, attempt }: Flight): void {
    const { maxSize, maxWaitMs } = this.options;
    ok(!this.gone, `${this.name} has left, and is sent to`);
    ok(ids.length > 0 && ids.length <= maxSize, `a batch of ${ids.length}`);
    deepEqual(ids, [...new Set(ids)].sort(), "a batch is in order, without doubles");
    equal(ids.join(), this.#keys.get(key) ?? ids.join(), "one key, one batch");
    this.#keys.set(key, ids.join());
    if (ids.length === 1) equal(key, ids[0], "the key of a batch of one");
    const news = ids.filter((id) => !this.books.attempts.has(id));
    if (news.length > 0) {
      const first = this.books.waiting.find(({ id }) => id === ids[0]);
      deepEqual(news, ids, "new and old events never mix");
      const waitedMs = this.#now() - (first?.at ?? 0);
      const isHurried = news.some((id) => id <= this.#hurriedTo);
      ok(ids.length === maxSize || waitedMs > maxWaitMs - 1 || isHurried, "it left too early");
      if (!this.options.kept) this.#inOrder(ids);
    }
    for (const id of ids) {
      ok(!this.books.fates.has(id), `${id} is sent though it has its fate`);
      const before = this.books.attempts.get(id) ?? 0;
      equal(attempt, before + 1, "attempts are counted one by one");
      this.books.attempts.set(id, attempt);
    }
  }

  /** First attempts go by order of emission, and leave nobody out. */
  #inOrder(ids: readonly string[]): void {
    const waiting = this.books.waiting.slice(0, ids.length);
    deepEqual(
      ids,
      waiting.map(({ id }) => id),
      "first attempts in order",
    );
  }

  /** All that must hold whenever nothing moves. */
  check(stats: ReceiverStats): void {
    const { books } = this;
    deepEqual(books.compared(stats), books.expected());
    this.#checkBounds(stats);
    this.#checkFates();
    if (this.leavingAt !== undefined) return;
    const overdue = this.#overdue;
    equal(stats.in_flight, this.destination.unanswered.length - overdue.length);
    equal(stats.overdue, overdue.length);
    equal(stats.late_successes, this.#answeredLate());
    this.#checkProgress(stats);
  }

  #checkBounds({ queue, in_flight }: ReceiverStats): void {
    const pending = this.books.pending;
    const bytes = pending.reduce((sum, one) => sum + one.bytes, 0);
    const { kept, queue: limits } = this.options;
    if (!kept) deepEqual([queue.events, queue.bytes], [pending.length, bytes]);
    if (kept && this.leavingAt !== undefined) return; // counted there, and left to the store
    // What is critical does not wait until a page that was asked for has come.
    const pages = kept ? 2 : 1;
    ok(queue.events <= limits.maxEvents * pages, "too many events");
    // What came back from a store is weighed roughly, and one event comes whatever it weighs.
    ok(queue.bytes <= limits.maxBytes * pages + (kept ? restoredBytes : 0), "too many bytes");
    ok(in_flight <= this.options.concurrency, "too many at once");
  }

  #answeredLate(): number {
    return this.destination.flights.filter(
      ({ error, startedAt, endedAt }) =>
        error === null && (endedAt ?? startedAt) - startedAt >= this.patienceMs,
    ).length;
  }

  /** What core calls a fate must have happened here; what happened here in time must be one. */
  #checkFates(): void {
    const { flights } = this.destination;
    for (const [id, { fate, reason, at }] of this.books.fates) {
      const codes = flights.filter(({ ids }) => ids.includes(id)).map(codeOf);
      if (reason === "expired") this.#checkAge(id, at);
      const needed = fate === "delivered" ? "accepted" : (grounds[reason ?? ""] ?? null);
      ok(needed === null || codes.includes(needed), `${id}: ${fate} ${reason} after ${codes}`);
    }
    if (this.leavingAt !== undefined) return;
    for (const flight of flights) {
      if (flight.error !== null || !this.#inTime(flight)) continue;
      for (const id of flight.ids) equal(this.books.fates.get(id)?.fate, "delivered");
    }
  }

  #checkAge(id: string, at: number): void {
    const takenAt = this.books.taken.find((one) => one.id === id)?.at ?? Number.NaN;
    ok(at - takenAt > maxAgeMs - 1, "it died young");
  }

  /** Nothing waits that could go, and nothing that is too old. */
  #checkProgress({ paused_until, in_flight, overdue }: ReceiverStats): void {
    if (this.options.kept) return; // the store may take its time; what comes in the end is checked then
    const now = this.#now();
    const flying = new Set(this.destination.unanswered.flatMap(({ ids }) => ids));
    for (const { id, at } of this.books.pending)
      ok(flying.has(id) || now - at <= maxAgeMs + 1, `${id} is too old`);
    const { callback, concurrency, maxSize, maxWaitMs } = this.options;
    const busy = in_flight + (callback ? overdue : 0);
    if (busy >= concurrency || paused_until !== null || this.#isScouted) return;
    const waiting = this.books.waiting;
    ok(waiting.length < maxSize, "a whole batch waits for nothing");
    for (const { id, at } of waiting)
      ok(now - at < maxWaitMs && id > this.#hurriedTo, `${id} waits for nothing`);
    for (const { id } of this.books.pending)
      ok(now - this.#triedAt(id) < longestWaitMs, `${id} waits for ever`);
  }

  /** Whether one attempt flies ahead, to ask whether the destination has rested enough. */
  get #isScouted(): boolean {
    const { flights } = this.destination;
    const rests = flights.filter((one) => restOf(one.error) !== undefined && this.#inTime(one));
    const restAt = Math.max(...rests.map(({ ended }) => ended ?? 0));
    const after = flights.filter(({ began }) => rests.length > 0 && began > restAt);
    return after.length === 1 && this.destination.unanswered.includes(after[0] as Flight);
  }

  #inTime({ startedAt, endedAt }: Flight): boolean {
    return endedAt !== undefined && endedAt - startedAt < this.patienceMs;
  }

  /** When its last attempt was over; now when there was none. */
  #triedAt(id: string): number {
    const last = this.destination.flights.findLast(({ ids }) => ids.includes(id));
    return last === undefined ? this.#now() : (last.endedAt ?? last.startedAt + this.patienceMs);
  }
}
