import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { storageWatcher } from "../src/index.ts";
import { minute, rig } from "./support.ts";

const ranks: Readonly<Record<string, number>> = { info: 0, warning: 1, critical: 2 };

const warnAt = 0.8;
const criticalAt = 0.9;
const hysteresis = 0.05;

/** Used shares in thousandths, most of them about the thresholds. */
const shares = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 730, max: 920 }) },
    fc.integer({ max: 1_000, min: 0 }),
  ),
  { minLength: 1, maxLength: 25, size: "max" },
);

interface Round {
  readonly share: number;
  /** The level of the event that the round brought, if any. */
  readonly told: string | undefined;
  /** The level that was told last. */
  readonly level: string;
}

/** What a watcher tells of a disk whose used share goes so, round by round, within six hours. */
const walk = async (thousandths: readonly number[]): Promise<readonly Round[]> => {
  const { clock, monitor, news } = rig();
  let share = 0;
  const registration = storageWatcher(monitor, {
    paths: ["/data"],
    warnAt,
    criticalAt,
    hysteresis,
    measure: () => ({ totalBytes: 1_000, freeBytes: 1_000 - share }),
  });
  const rounds: Round[] = [];
  for (const next of thousandths) {
    share = next;
    await clock.advance(rounds.length === 0 ? 0 : minute);
    const events = news();
    expect(events.length).toBeLessThanOrEqual(1);
    const told = events[0]?.level;
    rounds.push({ share: next / 1_000, told, level: told ?? rounds.at(-1)?.level ?? "info" });
  }
  await registration.unregister();
  await monitor.close();
  return rounds;
};

/** The level that a share has by a set of thresholds. */
const plain = (share: number, lowered: number): number => {
  if (share >= criticalAt - lowered) return 2;
  return share >= warnAt - lowered ? 1 : 0;
};

describe("whatever way a disk goes", () => {
  it("the level told last is never below its threshold, and never more than the hysteresis above", async () => {
    await fc.assert(
      fc.asyncProperty(shares, async (thousandths) => {
        for (const { share, level } of await walk(thousandths)) {
          expect(ranks[level]).toBeGreaterThanOrEqual(plain(share, 0));
          expect(ranks[level]).toBeLessThanOrEqual(plain(share, hysteresis));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("an event always tells a change", async () => {
    await fc.assert(
      fc.asyncProperty(shares, async (thousandths) => {
        const told = (await walk(thousandths)).flatMap((round) => round.told ?? []);
        expect(told.every((level, index) => level !== (told[index - 1] ?? "info"))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("a share that wavers by less than the hysteresis brings at most two events", async () => {
    const wavering = fc
      .tuple(
        fc.integer({ min: 700, max: 950 }),
        fc.array(fc.integer({ min: 0, max: 49 }), { minLength: 2, maxLength: 25, size: "max" }),
      )
      .map(([base, steps]) => steps.map((step) => base + step));
    await fc.assert(
      fc.asyncProperty(wavering, async (thousandths) => {
        const events = (await walk(thousandths)).filter(({ told }) => told !== undefined);
        // It may cross each threshold upwards once, and none downwards.
        expect(events.length).toBeLessThanOrEqual(2);
        expect(events.map(({ told }) => told)).not.toContain("info");
      }),
      { numRuns: 60 },
    );
  });
});
