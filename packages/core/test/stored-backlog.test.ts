import { type FakeClock, memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { defineNotifier } from "../src/define-notifier.ts";
import { DeliveryError } from "../src/errors.ts";
import type { Notifier } from "../src/notifier.ts";
import type { EventStore } from "../src/store/store.ts";
import { type DurableStore, durableStore } from "./support/durable-store.ts";
import { settling } from "./support/settling.ts";
import {
  away,
  leaveBehind,
  minute,
  narrow,
  processOn,
  prompt,
} from "./support/stored-backlog-kit.ts";

/** The same store, which takes its time for each claim. */
const late = ({ clock, store }: DurableStore): DurableStore => {
  const claim: EventStore["claim"] = async (query) => {
    await new Promise<void>((resolve) => {
      clock.setTimer(100, resolve);
    });
    return store.claim(query);
  };
  return { clock, store: { ...store, claim } };
};

/** Takes a batch in so many milliseconds. */
const slow = (clock: FakeClock, eachMs: number, maxBatchSize = 1) => {
  const sent: string[] = [];
  const notifier: Notifier = defineNotifier({
    id: "slow",
    maxBatchSize,
    send: async (batch) => {
      await new Promise<void>((resolve) => {
        clock.setTimer(eachMs, resolve);
      });
      sent.push(...batch.map(({ message }) => message));
    },
  });
  return { notifier, sent };
};

describe("what a process has put into the store, since its queue was full", () => {
  it("is delivered by close(), until the deadline", async () => {
    const on = late(durableStore());
    const { monitor, emit } = processOn(on);
    const { notifier, sent } = slow(on.clock, 10);
    monitor.registerNotifier(notifier, narrow);
    emit(100, "own");
    const closing = monitor.close({ deadlineMs: 20_000 });
    await on.clock.advance(20_000);
    expect(await closing).toMatchObject({ delivered: 100, pending: 0, timed_out: false });
    expect(sent).toHaveLength(100);
    expect(await on.store.backlog()).toEqual([]);
  });

  it("is left by close() at the deadline, and free for the next process at once", async () => {
    const on = durableStore();
    const { monitor, emit } = processOn(on);
    const { notifier, sent } = slow(on.clock, 10);
    monitor.registerNotifier(notifier, narrow);
    emit(100, "own");
    const closing = monitor.close({ deadlineMs: 500 });
    await on.clock.advance(1_500);
    const { delivered, pending, timed_out } = await closing;
    expect([delivered + pending, timed_out]).toEqual([100, true]);
    expect(delivered).toBeGreaterThan(30);
    const next = processOn(on);
    const pager = memoryNotifier();
    next.monitor.registerNotifier(pager, { name: "a", retry: prompt.retry });
    await on.clock.advance(1_000);
    expect(pager.events.length).toBeGreaterThanOrEqual(100 - sent.length);
  });

  it("is delivered by unregister()", async () => {
    const on = late(durableStore());
    const { monitor, emit } = processOn(on);
    const { notifier } = slow(on.clock, 10);
    const registration = monitor.registerNotifier(notifier, narrow);
    emit(100, "own");
    const leaving = registration.unregister({ deadlineMs: 20_000 });
    await on.clock.advance(20_000);
    expect(await leaving).toMatchObject({ delivered: 100, pending: 0, timed_out: false });
  });

  it("is waited for by flush(), though what another process left comes before it", async () => {
    const on = durableStore();
    await leaveBehind(on, 400);
    const { monitor, emit } = processOn(on);
    const { notifier, sent } = slow(on.clock, 10, 5);
    monitor.registerNotifier(notifier, prompt);
    await on.clock.advance(100);
    emit(20, "own");
    const own = () => sent.filter((message) => message.startsWith("own")).length;
    const flushed = monitor.flush({ deadlineMs: minute }).then((report) => [report, own()]);
    await on.clock.advance(minute);
    expect(await flushed).toEqual([expect.objectContaining({ timed_out: false }), 20]);
  });

  it.each(["flush", "close"] as const)(
    "is waited for by %s() no longer than until another process has it",
    async (ends) => {
      const on = late(durableStore());
      const { monitor, emit } = processOn(on);
      const { notifier } = slow(on.clock, 600, 5);
      monitor.registerNotifier(notifier, narrow);
      await on.clock.advance(200);
      emit(20, "own");
      await on.clock.advance(100);
      const other = processOn(on);
      other.monitor.registerNotifier(memoryNotifier(), { name: "a" });
      await on.clock.advance(100);
      const ended = monitor[ends]({ deadlineMs: minute });
      const seen = settling(ended);
      await on.clock.advance(2_000);
      expect(seen.settled).toBe(true);
      expect(await ended).toMatchObject({ pending: 0, timed_out: false });
      const [books] = monitor.stats().receivers;
      expect(books).toMatchObject({ delivered: 5, moved: 15, pending: 0 });
    },
  );
});

describe("what another process has left in the store", () => {
  it("is not waited for by flush()", async () => {
    const on = durableStore();
    await leaveBehind(on, 3);
    const { monitor, emit } = processOn(on);
    const fussy = defineNotifier({
      id: "fussy",
      send: async ([{ message }]) => {
        if (message.startsWith("left")) throw away();
      },
    });
    const patient = { baseMs: minute, maxRetryAfterMs: 1, capMs: minute };
    monitor.registerNotifier(fussy, { name: "a", retry: patient, breaker: false });
    await on.clock.advance(100);
    emit(20, "own");
    const flushed = monitor.flush({ deadlineMs: minute });
    await on.clock.advance(minute);
    expect(await flushed).toMatchObject({ delivered: 20, pending: 0, timed_out: false });
    expect(monitor.stats().receivers[0]?.pending).toBe(3);
  });

  it("is not taken along by close() beyond what is in hand", async () => {
    const on = durableStore();
    await leaveBehind(on, 400);
    const { monitor, emit } = processOn(on);
    const { notifier, sent } = slow(on.clock, 10);
    monitor.registerNotifier(notifier, { ...narrow, retry: prompt.retry });
    emit(1, "own");
    await on.clock.advance(10);
    const closing = monitor.close({ deadlineMs: minute });
    await on.clock.advance(minute);
    expect(await closing).toMatchObject({ pending: 0, timed_out: false });
    expect(sent.length).toBeLessThan(50);
  });
});

describe("what failed before a restart and dies after it", () => {
  it("still shows what it failed of", async () => {
    const on = durableStore();
    await leaveBehind(on, 1);
    await on.clock.advance(25 * 60 * minute);
    const { monitor } = processOn(on);
    monitor.registerNotifier(memoryNotifier(), { name: "a" });
    await on.clock.advance(1_000);
    const [row] = (await on.store.deliveries({})).rows;
    const last_error = expect.objectContaining({ code: "unavailable" });
    expect(row).toMatchObject({ state: "dead", reason: "expired", last_error });
  });
});

describe("a pause that a destination asked for before a restart", () => {
  it("is waited out by what was never tried, too", async () => {
    const on = durableStore();
    const first = processOn(on);
    const notifier = memoryNotifier();
    notifier.fail(new DeliveryError("rate-limited", "wait", { retryAfterMs: minute }));
    first.monitor.registerNotifier(notifier);
    first.emit(3, "before");
    await on.clock.advance(1_000);
    const closing = first.monitor.close();
    await on.clock.advance(1_000);
    await closing;
    const second = processOn(on);
    second.monitor.registerNotifier(notifier);
    await on.clock.advance(0);
    second.emit(1, "after");
    await on.clock.advance(57_000);
    expect(notifier.attempts).toHaveLength(1);
    expect(second.monitor.stats().receivers[0]?.paused_until).toBe("2025-08-29T10:31:00.000Z");
    await on.clock.advance(2_000);
    expect(notifier.events).toHaveLength(4);
  });
});
