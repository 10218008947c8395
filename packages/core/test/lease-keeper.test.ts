import { fakeClock, memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { DeliveryError } from "../src/errors.ts";
import type { EventStore } from "../src/store/store.ts";
import { durableStore } from "./support/durable-store.ts";
import { away, books, minute, numbers, processOn, retry } from "./support/lease-kit.ts";

const claimNow = (store: EventStore, now: number) =>
  store.claim({ receiver: "memory", limit: 9, maxBytes: 2 ** 20, leaseMs: minute, now });

describe("what a process has in hand", () => {
  it("stays its own however long it waits: its leases are renewed", async () => {
    const { clock, store } = durableStore();
    const first = processOn(store, { clock });
    const broken = memoryNotifier();
    broken.fail(away(), 1_000);
    const slow = { baseMs: 600_000, capMs: 600_000 };
    first.monitor.registerNotifier(broken, { retry: slow, breaker: false });
    first.emit(3);
    await clock.advance(0);
    const second = processOn(store, { clock });
    const pager = memoryNotifier();
    second.monitor.registerNotifier(pager);
    await clock.advance(5 * minute);
    expect(pager.events).toEqual([]);
    expect(books(first.monitor)).toMatchObject({ pending: 3, moved: 0 });
    await first.monitor.close({ deadlineMs: 0 });
    await clock.advance(15 * minute); // it waits out the backoff that it was in
    expect(pager.events).toHaveLength(3);
    await second.monitor.close();
  });

  it("is given back by close(), so that the next process has it at once", async () => {
    const { clock, store } = durableStore();
    const first = processOn(store, { clock });
    const dead = memoryNotifier();
    dead.fail(away(), 1_000);
    first.monitor.registerNotifier(dead, { retry, breaker: false });
    first.emit(5);
    await clock.advance(0);
    const closing = first.monitor.close({ deadlineMs: 0 });
    await clock.advance(1_000);
    expect(await closing).toMatchObject({ pending: 5, dropped: 0 });
    const second = processOn(store, { clock });
    const pager = memoryNotifier();
    second.monitor.registerNotifier(pager);
    await clock.advance(1_000);
    expect(pager.events.map(({ message }) => message)).toEqual(numbers(5));
    await second.monitor.close();
  });

  it("passes to another when its process is gone without a word, once its lease has run out", async () => {
    const { clock, store } = durableStore();
    const gone = processOn(store, { clock: fakeClock() });
    const silent = memoryNotifier();
    silent.hold();
    gone.monitor.registerNotifier(silent);
    gone.emit(4);
    await gone.clock.advance(0);
    const { monitor } = processOn(store, { clock });
    const pager = memoryNotifier();
    monitor.registerNotifier(pager);
    await clock.advance(10_000);
    expect(pager.events).toHaveLength(0);
    await clock.advance(10_000);
    expect(pager.events.map(({ message }) => message)).toEqual(numbers(4));
    await monitor.close();
  });

  it("is let go of, unsent and counted as moved, when another has it by now", async () => {
    const { clock, store } = durableStore();
    const { monitor, emit } = processOn(store, { clock });
    const pager = memoryNotifier();
    pager.fail(away(), 1);
    monitor.registerNotifier(pager, { retry: { baseMs: 60_000, capMs: 60_000 }, breaker: false });
    emit(1);
    await clock.advance(0);
    await store.move({ receiver: "memory" }, { state: "dropped" });
    await clock.advance(5 * minute);
    expect(pager.events).toEqual([]);
    expect(books(monitor)).toMatchObject({ moved: 1, pending: 0 });
    await monitor.close();
  });

  it("is not sent after a stop longer than a lease, before the store has said whose it is", async () => {
    const { clock, store } = durableStore();
    const { monitor, emit } = processOn(store, { clock });
    const pager = memoryNotifier();
    pager.fail(away(), 1);
    monitor.registerNotifier(pager, { retry: { baseMs: 3_000, capMs: 3_000 }, breaker: false });
    emit(1);
    await clock.advance(0);
    clock.step(20_000); // the process was stopped, its timers with it
    const [mine] = await store.claim({
      receiver: "memory",
      limit: 1,
      maxBytes: 2 ** 20,
      leaseMs: minute,
      now: clock.now(),
    });
    expect(mine?.fence).toBe(2);
    await clock.advance(3_000);
    expect(pager.events).toEqual([]);
    expect(books(monitor)).toMatchObject({ moved: 1, pending: 0 });
    await monitor.close();
  });

  it("is not tried again, whole or in parts, when another has got it while it was sent and refused", async () => {
    const { clock, store } = durableStore();
    const { monitor, emit } = processOn(store, { clock });
    const pager = memoryNotifier({ maxBatchSize: 4 });
    pager.fail(new DeliveryError("payload", "one of them is refused"));
    const release = pager.hold();
    monitor.registerNotifier(pager, { timeoutMs: minute, breaker: false });
    emit(4);
    await clock.advance(0);
    clock.step(20_000); // the process was stopped, its timers with it
    expect(await claimNow(store, clock.now())).toHaveLength(4);
    await clock.advance(5_000); // the store has said so
    release();
    await clock.advance(20_000);
    expect(pager.attempts).toHaveLength(1);
    expect(books(monitor)).toMatchObject({ moved: 4, pending: 0, dead: {} });
    await monitor.close();
  });

  it("is tried again when it was another's while it was sent, and has been claimed back since", async () => {
    const { clock, store } = durableStore();
    const { monitor, emit } = processOn(store, { clock });
    const pager = memoryNotifier();
    pager.fail(away(), 1);
    const release = pager.hold();
    monitor.registerNotifier(pager, { timeoutMs: 60 * minute, retry, breaker: false });
    emit(1);
    await clock.advance(0);
    clock.step(20_000);
    expect(await claimNow(store, clock.now())).toHaveLength(1);
    await clock.advance(2 * minute); // the other is gone without a word
    release();
    await clock.advance(5_000);
    expect(pager.events).toHaveLength(1);
    expect(books(monitor)).toMatchObject({ taken: 1, delivered: 1, moved: 0, pending: 0 });
    await monitor.close();
  });

  it("is not handed out to the very same process when its leases could not be renewed for long", async () => {
    const { clock, store } = durableStore();
    let fails = true;
    const after = (ms: number) =>
      new Promise<void>((resolve) => {
        clock.setTimer(ms, resolve);
      });
    const renew: EventStore["renew"] = async (...lease) => {
      await after(50);
      if (fails) throw new Error("The connection is lost.");
      return store.renew(...lease);
    };
    const claim: EventStore["claim"] = async (query) => {
      const rows = await store.claim(query);
      await after(100);
      return rows;
    };
    const { monitor, emit, codes } = processOn({ ...store, renew, claim }, { clock });
    const pager = memoryNotifier();
    const release = pager.hold();
    monitor.registerNotifier(pager, { timeoutMs: 60 * minute });
    emit(1);
    await clock.advance(14_990);
    fails = false;
    await clock.advance(30); // its lease has run out, is being renewed, and the store is asked for more
    release();
    await clock.advance(10 * minute);
    expect(pager.attempts).toHaveLength(1);
    expect(books(monitor)).toMatchObject({ taken: 1, delivered: 1, moved: 0 });
    expect(codes).not.toContain("lease-lost");
    const closing = monitor.close({ deadlineMs: 0 });
    await clock.advance(1_000);
    await closing;
  });

  it("is not sent on the word of a store that gave it before a stop and was heard after it", async () => {
    const { clock, store } = durableStore();
    let heard = (): void => {};
    const renew: EventStore["renew"] = async (...lease) => {
      const answer = await store.renew(...lease);
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
      return answer;
    };
    const { monitor, emit } = processOn({ ...store, renew }, { clock });
    const pager = memoryNotifier();
    pager.fail(away());
    monitor.registerNotifier(pager, { retry: { baseMs: 20_000, capMs: 20_000 } });
    emit(1);
    await clock.advance(5_000); // its leases are being renewed
    clock.step(20_000);
    expect(await claimNow(store, clock.now())).toHaveLength(1);
    heard();
    await clock.advance(0);
    heard(); // it was asked again
    await clock.advance(6_000);
    expect(pager.attempts).toHaveLength(1);
    expect(books(monitor)).toMatchObject({ moved: 1, pending: 0 });
    await monitor.close();
  });

  it("is not taken from a claim that was made before a stop and answered after it", async () => {
    const { clock, store } = durableStore();
    const before = processOn(store, { clock });
    const failing = memoryNotifier();
    failing.fail(away());
    before.monitor.registerNotifier(failing);
    before.emit(1);
    await clock.advance(0);
    await before.monitor.close({ deadlineMs: 0 });
    let answer = (): void => {};
    const claim: EventStore["claim"] = async (query) => {
      const rows = await store.claim(query);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return rows;
    };
    const { monitor, emit } = processOn({ ...store, claim }, { clock });
    const pager = memoryNotifier();
    monitor.registerNotifier(pager);
    await clock.advance(0);
    clock.step(20_000);
    expect(await claimNow(store, clock.now())).toHaveLength(1);
    emit(1, "critical"); // goes past what waits in the store, once the leases were renewed
    await clock.advance(0);
    answer();
    await clock.advance(4_000);
    expect(pager.events.map(({ level }) => level)).toEqual(["critical"]);
    const closing = monitor.close({ deadlineMs: 0 });
    await clock.advance(1_000);
    await closing;
  });

  it("is not sent when its commit was heard of so late that another may have it", async () => {
    const { clock, store } = durableStore();
    let known = (): void => {};
    const commit: EventStore["commit"] = async (group) => {
      const answer = await store.commit(group);
      if (group.accepted.some(({ event }) => event.message === "event 2"))
        await new Promise<void>((resolve) => {
          known = resolve;
        });
      return answer;
    };
    const { monitor, emit } = processOn({ ...store, commit }, { clock });
    const pager = memoryNotifier();
    pager.fail(away());
    monitor.registerNotifier(pager, { retry });
    emit(1);
    await clock.advance(0);
    emit(1);
    await clock.advance(0);
    clock.step(20_000);
    expect(await claimNow(store, clock.now())).toHaveLength(2);
    await clock.advance(1_000); // the first is due, and its leases were asked for
    known();
    await clock.advance(10_000);
    expect(pager.events).toEqual([]);
    expect(books(monitor)).toMatchObject({ moved: 2, pending: 0 });
    await monitor.close({ deadlineMs: 0 });
  });

  it("ends twice when another had it meanwhile, and that is reported", async () => {
    const { clock, store } = durableStore();
    const { monitor, emit, codes } = processOn(store, { clock });
    const pager = memoryNotifier();
    const open = pager.hold();
    monitor.registerNotifier(pager);
    emit(1);
    await clock.advance(0);
    await store.move({ receiver: "memory" }, { state: "dropped" });
    open();
    await clock.advance(0);
    expect(codes).toEqual(["lease-lost"]);
    await monitor.close();
  });
});
