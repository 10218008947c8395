import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Sketch } from "../src/store/sketch.ts";

const sketchOf = (values: readonly number[]): Sketch => {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  return sketch;
};

/** The value of nearest rank. */
const oracle = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
};

const isNear = (actual: number, wanted: number): boolean =>
  Math.abs(actual - wanted) <= Math.max(0.02 * Math.abs(wanted), 1e-6);

const magnitude = fc.oneof(
  fc.double({ min: 1e-6, max: 1e15, noNaN: true }),
  fc.double({ min: -6, max: 15, noNaN: true }).map((power) => 10 ** power),
  fc.constantFrom(0, 1, 0.5, 30.5, 1_000),
);
const value = fc.oneof(
  magnitude,
  magnitude.map((size) => 0 - size),
);

describe("a sketch", () => {
  it("says nothing when nothing was added", () => {
    expect(new Sketch().summary()).toBeUndefined();
  });

  it("is exact for a single value, however often it came", () => {
    for (const single of [30.5, 0, -12.25, 1e-9, 7e18]) {
      const { count, sum, max, p50, p95 } = sketchOf([single, single, single]).summary() ?? {};
      expect([count, max, p50, p95]).toEqual([3, single, single, single]);
      expect(sum).toBeCloseTo(3 * single);
    }
  });

  it("has percentiles within 2 % of the sorted values", () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 300, size: "max" }), (values) => {
        const summary = sketchOf(values).summary();
        expect(summary?.count).toBe(values.length);
        expect(summary?.max).toBe(Math.max(...values));
        expect(isNear(summary?.p50 ?? Number.NaN, oracle(values, 0.5))).toBe(true);
        expect(isNear(summary?.p95 ?? Number.NaN, oracle(values, 0.95))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it("answers the same for parts that are merged as for the whole", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(value, { maxLength: 50, size: "max" }), { maxLength: 6 }),
        (parts) => {
          const whole = sketchOf(parts.flat()).summary();
          const merged = new Sketch();
          for (const part of parts) merged.merge(sketchOf(part));
          const { sum, ...rest } = merged.summary() ?? {};
          const { sum: wanted, ...others } = whole ?? {};
          expect(rest).toEqual(others);
          if (wanted !== undefined) {
            const scale = parts.flat().reduce((most, each) => Math.max(most, Math.abs(each)), 1);
            expect(Math.abs((sum ?? 0) - wanted) / scale).toBeLessThan(1e-9);
          }
        },
      ),
    );
  });

  it("stays finite, bounded and monotonous for any finite numbers", () => {
    const any = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 100, size: "max" }), (values) => {
        const { sum = Number.NaN, max = 0, p50 = 0, p95 = 0 } = sketchOf(values).summary() ?? {};
        expect(Number.isFinite(sum)).toBe(true);
        expect(p50).toBeGreaterThanOrEqual(Math.min(...values));
        expect(p95).toBeGreaterThanOrEqual(p50);
        expect(max).toBeGreaterThanOrEqual(p95);
      }),
    );
    const everything = new Sketch();
    for (let power = -320; power < 308; power += 0.005) {
      everything.add(10 ** power);
      everything.add(-(10 ** power));
    }
    expect(everything.size).toBeLessThanOrEqual(4_841);
  });
});
