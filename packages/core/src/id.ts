import type { Clock } from "./clock.ts";

/** A source of numbers in [0, 1), as `Math.random`. */
export type Random = () => number;

/** Twelve bits of `rand_a`. */
const maxCounter = 0xfff;
const digitCodes = [..."0123456789abcdef"].map((digit) => digit.charCodeAt(0));

/** How long the random part stays: within it, time and counter tell the ids of this process apart. */
const tailMs = 1_000;

/**
 * Makes UUIDv7s that sort by the order in which they were made, also when the clock steps back
 * (RFC 9562 §5.7, with the fixed-length counter of §6.2 in `rand_a`). Asks the clock unless told the time.
 */
export const idSource = (clock: Clock, random: Random): ((at?: number) => string) => {
  let millisecond = -1;
  let tailUntil = -1;
  let counter = 0;
  /**
   * The next id in ASCII. Made from it at one go it is one flat string, where joined parts stay a chain
   * of them; and no part of it leaves the engine, which is dear in a process that idles between events.
   */
  const codes = Array.from("00000000-0000-7000-8000-000000000000", (digit) => digit.charCodeAt(0));

  /** Writes a number of up to 32 bits in hexadecimal digits, the last of them at `end - 1`. */
  const put = (value: number, end: number, digits: number): void => {
    let left = value;
    for (let at = end - 1; at >= end - digits; at -= 1) {
      codes[at] = digitCodes[left & 15] ?? 0;
      left >>>= 4;
    }
  };

  const enter = (next: number): void => {
    millisecond = next;
    counter = 0;
    put(next / 0x1_0000, 8, 8);
    put(next, 13, 4);
    if (next < tailUntil) return;
    tailUntil = next + tailMs;
    put(0x8000 | (random() * 0x4000), 23, 4);
    put(random() * 2 ** 24, 30, 6);
    put(random() * 2 ** 24, 36, 6);
  };

  return (at = clock.now()) => {
    const now = Math.floor(at);
    if (now > millisecond) enter(now);
    else if (counter > maxCounter) enter(millisecond + 1);
    put(counter, 18, 3);
    counter += 1;
    return String.fromCharCode(...codes);
  };
};
