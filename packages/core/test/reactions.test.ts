import { memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { DeliveryError } from "../src/errors.ts";
import { rig } from "./support/rig.ts";

const sizes = (batches: readonly { readonly length: number }[]) =>
  batches.map(({ length }) => length);

describe("what the pipeline does about each code", () => {
  it("tries an unavailable destination again, with the same key and a higher attempt", async () => {
    const { clock, monitor, emit, receiver } = rig();
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier);
    notifier.fail(new DeliveryError("unavailable", "busy"), 2);
    const [id] = emit(1);
    await clock.advance(0);
    expect(notifier.attempts).toHaveLength(1);
    await clock.advance(5_000);
    expect(notifier.events.map((event) => event.id)).toEqual([id]);
    expect(notifier.attempts.map(({ context }) => context.attempt)).toEqual([1, 2, 3]);
    expect(new Set(notifier.attempts.map(({ context }) => context.idempotencyKey))).toEqual(
      new Set([id]),
    );
    expect(receiver("memory").attempts).toMatchObject({ unavailable: 2, delivered: 1 });
  });

  it("opens the breaker after five failures in a row, and delivers all that waited once the destination is back", async () => {
    const { clock, monitor, emit, receiver, signals } = rig();
    const notifier = memoryNotifier({ maxBatchSize: 20 });
    monitor.registerNotifier(notifier, { batch: { maxSize: 20 } });
    notifier.fail(new DeliveryError("unavailable", "down"), 7);
    for (let i = 0; i < 10; i += 1) {
      emit(1);
      await clock.advance(1);
    }
    expect(notifier.attempts).toHaveLength(5);
    expect(receiver("memory").breaker).toBe("open");
    await clock.advance(60_000);
    expect(notifier.events).toHaveLength(10);
    expect(notifier.attempts.length).toBeLessThan(20);
    expect(receiver("memory").breaker).toBe("closed");
    expect(
      signals
        .filter(({ kind }) => kind === "breaker")
        .map((signal) => "state" in signal && signal.state),
    ).toContain("half-open");
  });

  it("pauses the whole destination for as long as it asks, and burns no attempt", async () => {
    const { clock, monitor, emit, receiver } = rig();
    const notifier = memoryNotifier({ maxBatchSize: 100 });
    monitor.registerNotifier(notifier);
    notifier.fail(new DeliveryError("rate-limited", "wait", { retryAfterMs: 2_000 }));
    emit(1);
    await clock.advance(0);
    emit(50);
    await clock.advance(1_999);
    expect(notifier.attempts).toHaveLength(1);
    expect(receiver("memory").paused_until).not.toBeNull();
    await clock.advance(1);
    await clock.advance(10);
    expect(sizes(notifier.batches)).toEqual([1, 50]);
  });

  it("lets one request ask after a pause, and the others go when it was accepted", async () => {
    const { clock, monitor, emit } = rig();
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier, { concurrency: 8 });
    notifier.fail(new DeliveryError("rate-limited", "wait", { retryAfterMs: 2_000 }), 3);
    emit(1);
    await clock.advance(0);
    emit(50);
    await clock.advance(4_000);
    expect(notifier.attempts).toHaveLength(3);
    const open = notifier.hold();
    await clock.advance(2_000);
    expect(notifier.attempts).toHaveLength(4);
    open();
    await clock.advance(0);
    expect(notifier.events).toHaveLength(51);
  });

  it("frees the asking request's place when it never answers", async () => {
    const { clock, monitor, emit } = rig();
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier, { concurrency: 2, timeoutMs: 1_000 });
    notifier.fail(new DeliveryError("rate-limited", "wait", { retryAfterMs: 2_000 }));
    emit(2);
    await clock.advance(0);
    const open = notifier.hold();
    await clock.advance(2_500);
    expect(notifier.attempts).toHaveLength(3);
    open();
    await clock.advance(5_000);
    expect(notifier.events).toHaveLength(2);
  });

  it("lets only the culprits of a refused batch die when the destination names them", async () => {
    const { clock, monitor, emit, receiver } = rig();
    const notifier = memoryNotifier({ maxBatchSize: 10 });
    const release = notifier.hold();
    monitor.registerNotifier(notifier);
    emit(1);
    await clock.advance(0);
    emit(4);
    notifier.fail(new DeliveryError("payload", "bad", { rejected: [1, 3, 3, 9, -1] }));
    release();
    await clock.advance(100);
    expect(notifier.events.map((event) => event.metrics.n)).toEqual([1, 2, 4]);
    expect(receiver("memory").dead).toEqual({ payload: 2 });
  });

  it("bisects a refused batch until only the culprit dies, keeping the order", async () => {
    const { clock, monitor, emit, receiver } = rig();
    const accepted: number[] = [];
    let sends = 0;
    monitor.registerNotifier({
      contract: 1,
      id: "picky",
      maxBatchSize: 16,
      send: (batch) => {
        sends += 1;
        if (batch.some((event) => event.metrics.n === 6)) throw new DeliveryError("payload", "bad");
        accepted.push(...batch.map((event) => event.metrics.n ?? 0));
      },
    });
    emit(16);
    await clock.advance(100);
    expect(accepted).toEqual([1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
    expect(receiver("picky").dead).toEqual({ payload: 1 });
    expect(sends).toBeLessThanOrEqual(1 + 2 * 4);
  });

  it("tries a refused message once more with each new resume, at most three times", async () => {
    const { clock, monitor, emit, receiver } = rig();
    const seen: unknown[] = [];
    monitor.registerNotifier({
      contract: 1,
      id: "downgrading",
      send: (_, { resume }) => {
        seen.push(resume);
        throw new DeliveryError("payload", "no", { resume: { step: seen.length } });
      },
    });
    emit(1);
    await clock.advance(1_000);
    expect(seen).toEqual([null, { step: 1 }, { step: 2 }, { step: 3 }]);
    expect(receiver("downgrading").dead).toEqual({ payload: 1 });
  });

  it("does not try a refused message again when the resume is the one it had", async () => {
    const { clock, monitor, emit } = rig();
    let sends = 0;
    monitor.registerNotifier({
      contract: 1,
      id: "stuck",
      send: () => {
        sends += 1;
        throw new DeliveryError("payload", "no", { resume: { format: "text" } });
      },
    });
    emit(1);
    await clock.advance(1_000);
    expect(sends).toBe(2);
  });

  it.each(["endpoint", "config"] as const)(
    "opens at once on %s, reports it, probes once a cooldown and delivers when it is fixed",
    async (code) => {
      const { clock, monitor, emit, receiver, problems } = rig();
      const notifier = memoryNotifier({ maxBatchSize: 50 });
      monitor.registerNotifier(notifier);
      notifier.fail(new DeliveryError(code, "a human must act"), 3);
      emit(3);
      await clock.advance(10);
      expect(notifier.attempts).toHaveLength(1);
      expect(receiver("memory").breaker).toBe("open");
      expect(problems.map((problem) => problem.code)).toEqual([`delivery-${code}`]);
      await clock.advance(30_000);
      expect(notifier.events).toHaveLength(3);
      expect(notifier.attempts).toHaveLength(4);
      expect(receiver("memory").dead).toEqual({});
    },
  );

  it.each(["endpoint", "config"] as const)(
    "%s: sends no probe before the time that the refusal names, whatever is emitted meanwhile",
    async (code) => {
      const { clock, monitor, emit, receiver } = rig();
      const notifier = memoryNotifier();
      monitor.registerNotifier(notifier);
      notifier.fail(new DeliveryError(code, "not before", { retryAfterMs: 300_000 }), 1);
      for (let minute = 0; minute < 5; minute += 1) {
        emit(1);
        await clock.advance(59_999);
      }
      expect(notifier.attempts).toHaveLength(1);
      expect(receiver("memory").breaker).toBe("open");
      await clock.advance(10);
      expect(notifier.events).toHaveLength(5);
    },
  );

  it("ends in dead(expired) when the destination stays away longer than the age", async () => {
    const { clock, monitor, emit, receiver } = rig();
    const notifier = memoryNotifier({ maxBatchSize: 5 });
    monitor.registerNotifier(notifier, { retry: { maxAgeMs: 60_000 } });
    notifier.fail(new DeliveryError("endpoint", "gone"), 1_000);
    emit(1);
    await clock.advance(30_000);
    emit(7);
    await clock.advance(30_500);
    expect(receiver("memory").dead).toEqual({ expired: 1 });
    await clock.advance(31_000);
    expect(receiver("memory").dead).toEqual({ expired: 8 });
  });

  it("gives up on unknown errors when the attempts are spent, bisecting a batch first", async () => {
    const { clock, monitor, emit, receiver } = rig();
    const delivered: number[] = [];
    monitor.registerNotifier(
      {
        contract: 1,
        id: "odd",
        maxBatchSize: 4,
        send: (batch) => {
          if (batch.some((event) => event.metrics.n === 3)) throw new TypeError("secret text");
          delivered.push(...batch.map((event) => event.metrics.n ?? 0));
        },
      },
      { retry: { maxAttempts: 3 } },
    );
    emit(4);
    await clock.advance(600_000);
    expect([...delivered].sort()).toEqual([1, 2, 4]);
    expect(receiver("odd").dead).toEqual({ attempts: 1 });
    expect(receiver("odd").last_error).toMatchObject({ code: "unknown", message: "TypeError" });
  });

  it("tells of an error that nobody knows at its first attempt, for it may be a mistake in the notifier", async () => {
    const { clock, monitor, emit, problems, receiver } = rig();
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier);
    notifier.fail(new TypeError("x is not a function"));
    emit(1);
    await clock.advance(0);
    expect(problems).toMatchObject([{ code: "delivery-unknown", receiver: "memory" }]);
    await clock.advance(1_000);
    expect(receiver("memory").delivered).toBe(1);
    expect(problems).toHaveLength(1);
  });

  it("says so when a DeliveryError has a code that does not exist, and tries again", async () => {
    const { clock, monitor, emit, problems, receiver } = rig();
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier);
    notifier.fail(new DeliveryError("rate_limited" as never, "the pager asks us to wait"));
    emit(1);
    await clock.advance(0);
    const message = '"rate_limited" is no DeliveryError code: the pager asks us to wait';
    expect(problems).toMatchObject([{ code: "delivery-unknown", message }]);
    expect(receiver("memory").last_error).toMatchObject({ code: "unknown", message });
    await clock.advance(1_000);
    expect(receiver("memory").delivered).toBe(1);
  });

  it("never shows a stranger's error text in stats, deliveries or status, only to onProblem", async () => {
    const { clock, monitor, emit, problems } = rig();
    const canary = "https://hooks.example/T0/SECRET-CANARY";
    monitor.registerNotifier(
      { contract: 1, id: "leaky", send: () => Promise.reject(new Error(`failed for ${canary}`)) },
      { retry: { maxAttempts: 1 } },
    );
    emit(1);
    await clock.advance(10);
    const shown = JSON.stringify([monitor.stats(), await monitor.getDeliveries()]);
    expect(shown).not.toContain("SECRET-CANARY");
    expect(problems.map(({ message }) => message).join()).not.toContain("SECRET-CANARY");
    expect(String(problems[0]?.cause)).toContain("SECRET-CANARY");
  });
});
