import { createHash } from "node:crypto";

/** Numbers in [0, 1), as `Math.random` gives them, that its labels determine. */
export type Random = () => number;

/** The same labels give the same numbers, in every process. */
export const seeded = (...labels: readonly (string | number)[]): Random => {
  let state = createHash("sha256").update(labels.join("\0")).digest().readUInt32LE();
  // mulberry32
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** A whole number from `least` to `most`. */
export const between = (random: Random, least: number, most: number): number =>
  least + Math.floor(random() * (most - least + 1));

export const pick = <T>(random: Random, from: readonly [T, ...T[]]): T =>
  from[Math.floor(random() * from.length)] ?? from[0];
