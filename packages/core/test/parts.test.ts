import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Breaker } from "../src/delivery/breaker.ts";
import { Fifo } from "../src/delivery/fifo.ts";
import { EventQueue, type Overflow } from "../src/delivery/queue.ts";
import { RateLimiter, type RequestSlot } from "../src/delivery/rate-limit.ts";
import { backoffMs } from "../src/delivery/retry.ts";
import type { Taken } from "../src/delivery/taken.ts";
import { levels } from "../src/event.ts";
import { idSource } from "../src/id.ts";

const taken = (seq: number, rank: number, bytes = 100): Taken => ({
  event: {
    id: String(seq),
    timestamp: "2025-08-29T10:30:00.000Z",
    event_type: "health_check",
    level: levels[rank] ?? "info",
    service: "test",
    message: "",
    details: {},
    metrics: {},
  },
  bytes,
  seq,
  rank,
  since: seq,
  fence: 1,
  only: null,
  except: null,
});

describe("Fifo", () => {
  it("behaves as an array does, over any pushes and shifts", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer())), (steps) => {
        const fifo = new Fifo<number>();
        const model: number[] = [];
        for (const step of steps) {
          if (step === null) expect(fifo.shift()).toBe(model.shift());
          else {
            fifo.push(step);
            model.push(step);
          }
          expect([fifo.length, fifo.peek(), [...fifo]]).toEqual([model.length, model[0], model]);
        }
      }),
    );
  });
});

describe("EventQueue", () => {
  it("never holds more than its bounds, loses nothing uncounted, and hands out by order of emission", () => {
    const policies: readonly Overflow[] = ["drop-lowest-level", "drop-oldest", "drop-newest"];
    const step = fc.record({
      rank: fc.nat(3),
      bytes: fc.integer({ min: 1, max: 400 }),
      take: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...policies),
        fc.array(step, { maxLength: 80, size: "max" }),
        (overflow, steps) => {
          const queue = new EventQueue({ maxEvents: 5, maxBytes: 1_000, overflow });
          let dropped = 0;
          let out = 0;
          let last = 0;
          steps.forEach(({ rank, bytes, take }, index) => {
            const item = taken(index + 1, rank, bytes);
            let victim = queue.makeRoom(item, 0, 0);
            while (victim !== undefined && victim !== item) {
              dropped += 1;
              if (overflow === "drop-lowest-level") expect(victim.rank).toBeLessThanOrEqual(rank);
              victim = queue.makeRoom(item, 0, 0);
            }
            if (victim === undefined) queue.push(item);
            else dropped += 1;
            expect(queue.length).toBeLessThanOrEqual(5);
            expect(queue.bytes).toBeLessThanOrEqual(1_000);
            const next = take ? queue.shift() : undefined;
            if (next === undefined) return;
            out += 1;
            expect(next.seq).toBeGreaterThan(last);
            last = next.seq;
          });
          expect(out + dropped + queue.length).toBe(steps.length);
        },
      ),
    );
  });
});

describe("RateLimiter", () => {
  const window = fc.record({
    max: fc.integer({ min: 1, max: 5 }),
    perMs: fc.integer({ min: 1, max: 50 }),
  });
  /** A request: how long after the last one it is wanted, how long it takes, and when on its way it arrives. */
  const request = fc.record({ gap: fc.nat(20), takes: fc.nat(30), arrives: fc.nat(100) });

  it("never lets more than `max` arrive in any window, wherever on their way requests arrive", () => {
    fc.assert(
      fc.property(
        fc.array(window, { minLength: 1, maxLength: 3 }),
        fc.array(request, { maxLength: 60, size: "max" }),
        (limits, requests) => {
          const limiter = new RateLimiter();
          limiter.add(limits);
          const arrivals: number[] = [];
          let now = 0;
          for (const { gap, takes, arrives } of requests) {
            now = limiter.freeAt(now + gap);
            const sent: RequestSlot = { endedAt: undefined };
            limiter.take(sent);
            arrivals.push(now + (takes * arrives) / 100);
            now += takes;
            sent.endedAt = now;
          }
          for (const { max, perMs } of limits) {
            for (const end of arrivals) {
              const inside = arrivals.filter((at) => at > end - perMs && at <= end);
              expect(inside.length).toBeLessThanOrEqual(max);
            }
          }
        },
      ),
    );
  });

  it("is free again when the oldest of a full window ended that long ago, and not while it is under way", () => {
    const limiter = new RateLimiter();
    limiter.add([{ max: 2, perMs: 100 }]);
    const first: RequestSlot = { endedAt: undefined };
    limiter.take(first);
    limiter.take({ endedAt: 30 });
    expect(limiter.freeAt(40)).toBe(Number.POSITIVE_INFINITY);
    first.endedAt = 50;
    expect(limiter.freeAt(60)).toBe(150);
    expect(limiter.freeAt(150)).toBe(150);
  });
});

describe("Breaker", () => {
  const options = { failures: 3, cooldownMs: 1_000, maxCooldownMs: 4_000 };
  const opened = () => {
    const breaker = new Breaker(options, () => 1);
    for (let i = 0; i < 3; i += 1) breaker.note(breaker.permit(), "failed", 0);
    return breaker;
  };

  it("opens after so many failures in a row, and a success between starts the count anew", () => {
    const breaker = new Breaker(options, () => 1);
    breaker.note(breaker.permit(), "failed", 0);
    breaker.note(breaker.permit(), "failed", 0);
    breaker.note(breaker.permit(), "alive", 0);
    breaker.note(breaker.permit(), "failed", 0);
    breaker.note(breaker.permit(), "failed", 0);
    expect(breaker.state).toBe("closed");
    breaker.note(breaker.permit(), "failed", 0);
    expect(breaker.state).toBe("open");
  });

  it("lets one probe through after each cooldown, which doubles up to its cap", () => {
    const breaker = opened();
    const cooldowns: number[] = [];
    let now = 0;
    for (let i = 0; i < 4; i += 1) {
      const free = breaker.freeAt(now);
      cooldowns.push(free - now);
      now = free;
      const probe = breaker.permit();
      expect(breaker.freeAt(now + 60_000)).toBe(Number.POSITIVE_INFINITY);
      breaker.note(probe, "failed", now);
    }
    expect(cooldowns).toEqual([1_000, 2_000, 4_000, 4_000]);
  });

  it("probes within 2 s what is back after 5 s, whatever the dice", () => {
    const dice = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.infiniteStream(dice), (stream) => {
        const breaker = new Breaker(
          { ...options, maxCooldownMs: 30_000 },
          () => stream.next().value,
        );
        breaker.note(breaker.permit(), "refused", 0);
        let now = breaker.freeAt(0);
        while (now < 5_000) {
          breaker.note(breaker.permit(), "failed", now);
          now = breaker.freeAt(now);
        }
        expect(now).toBeLessThan(7_000);
      }),
    );
  });

  it("closes on a probe's success and starts with the first cooldown again", () => {
    const breaker = opened();
    expect(breaker.freeAt(0)).toBe(1_000);
    breaker.note(breaker.permit(), "alive", 0);
    expect(breaker.state).toBe("closed");
    breaker.note(breaker.permit(), "refused", 5_000);
    expect(breaker.freeAt(5_000)).toBe(6_000);
  });

  it("ignores results that began before its state changed", () => {
    const breaker = new Breaker(options, () => 1);
    const early = breaker.permit();
    breaker.note(breaker.permit(), "refused", 0);
    breaker.note(early, "alive", 0);
    expect(breaker.state).toBe("open");
    const probe = breaker.permit();
    breaker.note(early, "failed", 0);
    expect(breaker.state).toBe("half-open");
    breaker.note(probe, "alive", 0);
    expect(breaker.state).toBe("closed");
  });

  it("frees the probe's slot when the probe was called off", () => {
    const breaker = opened();
    breaker.note(breaker.permit(), "unsaid", 2_000);
    expect(breaker.freeAt(2_000)).toBe(2_000);
  });
});

describe("backoffMs", () => {
  it("stays within [0, min(cap, base · 2^n)] and finite for any number of failures", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failures, chance) => {
          const wait = backoffMs({ baseMs: 500, capMs: 60_000 }, failures, () => chance);
          expect(wait).toBeGreaterThanOrEqual(0);
          expect(wait).toBeLessThanOrEqual(
            Math.min(60_000, 500 * 2 ** Math.min(60, Math.max(0, failures - 1))),
          );
        },
      ),
    );
  });
});

describe("idSource", () => {
  const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

  it("makes distinct UUIDv7s in rising order, also when the clock steps back or stands still", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 50, size: "max" }),
        (steps) => {
          let now = 1_756_463_400_000;
          const next = idSource(
            { now: () => now, monotonic: () => now, setTimer: () => ({ cancel: () => {} }) },
            Math.random,
          );
          const ids: string[] = [];
          for (const step of steps) {
            now += step;
            ids.push(next(), next());
          }
          expect(ids.every((id) => pattern.test(id))).toBe(true);
          expect([...ids].sort()).toEqual(ids);
          expect(new Set(ids).size).toBe(ids.length);
        },
      ),
    );
  });

  it("goes on past 4,096 ids in one millisecond", () => {
    const next = idSource(
      { now: () => 1, monotonic: () => 1, setTimer: () => ({ cancel: () => {} }) },
      () => 0.5,
    );
    const ids = Array.from({ length: 10_000 }, next);
    expect(new Set(ids).size).toBe(10_000);
    expect([...ids].sort()).toEqual(ids);
  });
});
