import { describe, expect, it } from "vitest";
import { coinRow, indicatorRow } from "../src/service/rows.ts";

describe("seeded rows", () => {
  it("are the same for one seed, in whatever order they are asked for", () => {
    const ids = Array.from({ length: 500 }, (_, index) => index + 1);
    const forwards = ids.map((id) => [coinRow(7, id), indicatorRow(7, id)]);
    const backwards = ids.toReversed().map((id) => [coinRow(7, id), indicatorRow(7, id)]);
    expect(backwards.toReversed()).toEqual(forwards);
  });

  it("stay what they are from one version to the next", () => {
    expect(coinRow(20_250_829, 1)).toEqual({
      id: 1,
      symbol: "SOL",
      price: 142.447,
      supply: 1_592_252,
    });
    expect(indicatorRow(20_250_829, 1)).toEqual({
      id: 1,
      symbol: "ADA",
      indicator: "volatility_30",
      value: 55.4392,
    });
  });

  it("differ from seed to seed and from row to row", () => {
    const prices = [coinRow(1, 1), coinRow(2, 1), coinRow(1, 2)].map(({ price }) => price);
    expect(new Set(prices).size).toBe(3);
  });

  it("show every symbol and indicator", () => {
    const ids = Array.from({ length: 200 }, (_, index) => index + 1);
    expect(new Set(ids.map((id) => coinRow(1, id).symbol)).size).toBe(4);
    expect(new Set(ids.map((id) => indicatorRow(1, id).indicator)).size).toBe(4);
  });
});
