import { fakeClock } from "@datasync-monitor/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs } from "../../src/delivery/retry.ts";
import { DeliveryError, type JsonValue } from "../../src/errors.ts";
import { createMonitor } from "../../src/monitor.ts";
import type { Monitor } from "../../src/monitor-api.ts";
import type { Batch, Notifier, SendContext } from "../../src/notifier.ts";
import { chance } from "./support/chance.ts";
import { patience, runs } from "./support/runs.ts";

const quiet = { onProblem: () => {} };

const emit = (monitor: Monitor, count: number): void => {
  for (let n = 0; n < count; n += 1)
    monitor.emitEvent({ event_type: "health_check", message: "x", metrics: { n } });
};

const numbers = (batch: Batch): number[] => batch.map(({ metrics }) => metrics.n ?? Number.NaN);

/** A monitor on a fake clock with one notifier that does as it is told; closed afterwards. */
const withNotifier = async (
  notifier: Partial<Notifier>,
  send: (batch: Batch, context: SendContext, now: number) => void,
  act: (monitor: Monitor, advance: (ms: number) => Promise<void>) => Promise<void>,
): Promise<void> => {
  const clock = fakeClock();
  const monitor = createMonitor({ clock, random: chance(), ...quiet });
  const now = (): number => clock.monotonic();
  monitor.registerNotifier(
    { contract: 1, id: "told", ...notifier, send: (batch, context) => send(batch, context, now()) },
    { retry: { maxRetryAfterMs: 2 ** 40, maxAgeMs: 2 ** 40 } },
  );
  await act(monitor, (ms) => clock.advance(ms));
  const closing = monitor.close({ deadlineMs: 0 });
  await clock.advance(1_000);
  await closing;
};

describe("a refused batch", () => {
  const batches = fc
    .integer({ min: 2, max: 128 })
    .chain((size) =>
      fc.tuple(fc.constant(size), fc.uniqueArray(fc.nat(size - 1), { minLength: 1, maxLength: 6 })),
    );

  it(
    "is bisected in at most 1 + 2k⌈log₂ n⌉ sends; only the culprits die, and the others arrive in order",
    async () => {
      await fc.assert(
        fc.asyncProperty(batches, async ([size, culprits]) => {
          const accepted: number[] = [];
          let sends = 0;
          const send = (batch: Batch): void => {
            sends += 1;
            if (numbers(batch).some((n) => culprits.includes(n)))
              throw new DeliveryError("payload", "one of them is bad");
            accepted.push(...numbers(batch));
          };
          await withNotifier({ maxBatchSize: size }, send, async (monitor, advance) => {
            emit(monitor, size);
            await advance(100);
            const [told] = monitor.stats().receivers;
            expect(told).toMatchObject({ pending: 0, dead: { payload: culprits.length } });
          });
          const good = Array.from({ length: size }, (_, n) => n).filter(
            (n) => !culprits.includes(n),
          );
          expect(accepted).toEqual(good);
          const most = 1 + 2 * culprits.length * Math.ceil(Math.log2(size));
          expect(sends).toBeLessThanOrEqual(Math.min(most, 2 * size - 1));
        }),
        runs(60),
      );
    },
    patience,
  );

  const told: fc.Arbitrary<JsonValue | undefined> = fc.constantFrom(
    undefined,
    null,
    1,
    2,
    "plain",
    { to: ["a"] },
    "x".repeat(3_000),
  );

  it(
    "is sent once more with each resume that is new, small enough and one of the first three",
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(told, { minLength: 1, maxLength: 8 }), async (resumes) => {
          const seen: JsonValue[] = [];
          const send = (_: Batch, { resume }: SendContext): void => {
            seen.push(resume);
            throw new DeliveryError("payload", "no", { resume: resumes[seen.length - 1] });
          };
          await withNotifier({}, send, async (monitor, advance) => {
            emit(monitor, 1);
            await advance(100);
            expect(monitor.stats().receivers[0]).toMatchObject({ dead: { payload: 1 } });
          });
          const expected: JsonValue[] = [null];
          for (const resume of resumes) {
            const fits = resume !== undefined && JSON.stringify(resume).length <= 2_048;
            const same = JSON.stringify(resume) === JSON.stringify(expected.at(-1));
            if (!fits || same || expected.length > 3) break;
            expected.push(resume);
          }
          expect(seen).toEqual(expected);
        }),
        runs(60),
      );
    },
    patience,
  );
});

describe("a destination that asks for rest", () => {
  const waits = fc.oneof(
    fc.double({ min: 0, max: 10_000_000, noNaN: true }),
    fc.constantFrom(0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e308, 2 ** 31, 2_147_484_000),
  );

  it(
    "is left alone that long by every monitor of the process, and asked again soon after",
    async () => {
      await fc.assert(
        fc.asyncProperty(waits, fc.nat(3), async (asked, others) => {
          const clock = fakeClock();
          const limit = 3_600_000;
          const at: number[] = [];
          const notifier: Notifier = {
            contract: 1,
            id: "shared",
            destinationKey: "one address",
            send: () => {
              at.push(clock.monotonic());
              if (at.length > 1) return;
              throw Object.assign(new DeliveryError("rate-limited", "wait"), {
                retryAfterMs: asked,
              });
            },
          };
          const monitors = Array.from({ length: 1 + others }, () =>
            createMonitor({ clock, random: chance(), ...quiet }),
          );
          for (const monitor of monitors)
            monitor.registerNotifier(notifier, { retry: { maxRetryAfterMs: limit } });
          for (const monitor of monitors) {
            emit(monitor, 1);
            await clock.advance(0);
          }
          const usable = Number.isFinite(asked) && asked >= 0;
          await clock.advance(2 * limit);
          const rest = (at[1] ?? Number.NaN) - (at[0] ?? Number.NaN);
          const least = usable ? Math.min(asked, limit) : 1_000;
          expect(rest).toBeGreaterThanOrEqual(least - 0.001);
          expect(rest).toBeLessThanOrEqual(usable ? Math.max(least, 100) + 1 : 1_250);
          expect(at).toHaveLength(2 + others);
          const closing = monitors.map((monitor) => monitor.close());
          await clock.advance(1_000);
          await Promise.all(closing);
        }),
        runs(60),
      );
    },
    patience,
  );

  it("for 24.9 days is asked once in a simulated day", async () => {
    let sends = 0;
    const send = (): void => {
      sends += 1;
      throw new DeliveryError("rate-limited", "wait", { retryAfterMs: 2_147_484_000 });
    };
    await withNotifier({}, send, async (monitor, advance) => {
      emit(monitor, 1);
      await advance(86_400_000);
      expect(sends).toBe(1);
    });
  });
});

describe("a destination that a human must look after", () => {
  it(
    "is probed once a cooldown, which doubles to 30 s, and delivered to when it is mended",
    async () => {
      const codes = fc.constantFrom("endpoint" as const, "config" as const);
      await fc.assert(
        fc.asyncProperty(codes, fc.integer({ min: 1, max: 12 }), async (code, failures) => {
          const at: number[] = [];
          const send = (_: Batch, __: SendContext, now: number): void => {
            at.push(now);
            if (at.length <= failures) throw new DeliveryError(code, "a human must act");
          };
          await withNotifier({ maxBatchSize: 50 }, send, async (monitor, advance) => {
            emit(monitor, 20);
            await advance(1_000_000);
            expect(monitor.stats().receivers[0]).toMatchObject({ delivered: 20, dead: {} });
          });
          at.slice(1).forEach((now, index) => {
            const cooldown = Math.min(30_000, 1_000 * 2 ** index);
            const waited = now - (at[index] ?? 0);
            expect(waited).toBeGreaterThanOrEqual(cooldown * 0.75 - 0.001);
            // The batch's own backoff may be longer than the cooldown.
            const backoff = Math.min(60_000, 500 * 2 ** index);
            expect(waited).toBeLessThanOrEqual(Math.max(cooldown, backoff) + 0.001);
          });
          expect(at.length).toBe(failures + 1);
        }),
        runs(40),
      );
    },
    patience,
  );
});

describe("backoffMs", () => {
  it("is in [0, min(cap, base · 2ⁿ)] for any options, any chance and any number of failures", () => {
    const most = 2 ** 40;
    const options = fc.record({
      baseMs: fc.double({ min: 1, max: most, noNaN: true }),
      capMs: fc.double({ min: 1, max: most, noNaN: true }),
    });
    const dice = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(options, fc.integer({ min: 1, max: 10_000 }), dice, (given, failures, die) => {
        const wait = backoffMs(given, failures, () => die);
        const bound = Math.min(given.capMs, given.baseMs * 2 ** Math.min(failures, 60));
        expect(wait >= 0 && wait <= bound).toBe(true);
      }),
      runs(1_000),
    );
  });
});
