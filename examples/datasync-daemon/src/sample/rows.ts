import type { DataRow } from "../database/tables.ts";

type Few<T> = readonly [T, ...T[]];

const coins: Few<{ readonly symbol: string; readonly price: number }> = [
  { symbol: "BTC", price: 61_000 },
  { symbol: "ETH", price: 3_100 },
  { symbol: "SOL", price: 148 },
  { symbol: "ADA", price: 0.46 },
];
const indicators: Few<string> = ["rsi_14", "ema_50", "macd", "volatility_30"];

/** A number in [0, 1) that depends on the seed and the row alone (the mix of splitmix32). */
const chance = (seed: number, id: number, salt: number): number => {
  let mixed = (Math.imul(seed, 0x9e3779b9) + Math.imul(id, 0x85ebca6b) + salt) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
};

const pick = <T>(list: Few<T>, at: number): T => list[Math.floor(at * list.length)] ?? list[0];

const round = (value: number): number => Number(value.toPrecision(6));

/** The row of that id, the same for one seed wherever and whenever it is asked for. */
export const coinRow = (seed: number, id: number, updated_at: number): DataRow => {
  const { symbol, price } = pick(coins, chance(seed, id, 1));
  return {
    id,
    symbol,
    price: round(price * (0.95 + chance(seed, id, 2) / 10)),
    supply: Math.round(1_000_000 * (1 + chance(seed, id, 3))),
    updated_at,
  };
};

/** The row of that id, the same for one seed wherever and whenever it is asked for. */
export const indicatorRow = (seed: number, id: number, updated_at: number): DataRow => ({
  id,
  symbol: pick(coins, chance(seed, id, 4)).symbol,
  indicator: pick(indicators, chance(seed, id, 5)),
  value: round(100 * chance(seed, id, 6)),
  updated_at,
});
