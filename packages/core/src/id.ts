import type { Clock } from "./clock.ts";

/** A source of numbers in [0, 1), as `Math.random`. */
export type Random = () => number;

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");

/** Twelve bits of `rand_a`. */
const maxCounter = 0xfff;
const digitCodes = Buffer.from("0123456789abcdef", "latin1");

/** How long the random part stays: within it, time and counter tell the ids of this process apart. */
const tailMs = 1_000;

/**
 * Makes UUIDv7s that sort by the order in which they were made, also when the clock steps back
 * (RFC 9562 §5.7, with the fixed-length counter of §6.2 in `rand_a`).
 */
export const idSource = (clock: Clock, random: Random): (() => string) => {
  let millisecond = -1;
  let tailUntil = -1;
  let counter = 0;
  let highBits = -1;
  let high = "";
  let tail = "";
  /** The next id, in ASCII: read from here it is one flat string, where joined parts stay a chain of them. */
  const text = Buffer.alloc(36);

  const renewTail = (): void => {
    const variant = hex(0x8000 | Math.floor(random() * 0x4000), 4);
    const node = hex(Math.floor(random() * 2 ** 24), 6) + hex(Math.floor(random() * 2 ** 24), 6);
    tail = `-${variant}-${node}`;
    tailUntil = millisecond + tailMs;
  };

  const enter = (next: number): void => {
    millisecond = next;
    counter = 0;
    const low = next % 0x1_0000;
    const upper = (next - low) / 0x1_0000;
    if (upper !== highBits) {
      highBits = upper;
      high = hex(upper, 8);
    }
    if (next >= tailUntil) renewTail();
    text.write(`${high}-${hex(low, 4)}-7000${tail}`, "latin1");
  };

  return () => {
    const now = Math.floor(clock.now());
    if (now > millisecond) enter(now);
    else if (counter > maxCounter) enter(millisecond + 1);
    text[15] = digitCodes[counter >> 8] ?? 0;
    text[16] = digitCodes[(counter >> 4) & 15] ?? 0;
    text[17] = digitCodes[counter & 15] ?? 0;
    counter += 1;
    return text.toString("latin1");
  };
};
