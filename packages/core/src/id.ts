import type { Clock } from "./clock.ts";

/** A source of numbers in [0, 1), as `Math.random`. */
export type Random = () => number;

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");

/** Every 12-bit counter in hexadecimal: a look-up is an order of magnitude cheaper than formatting. */
const counters: readonly string[] = Array.from({ length: 4096 }, (_, value) => hex(value, 3));

const digits = "0123456789abcdef";

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
  let head = "";
  let tail = "";

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
    head = `${high}-${counters[low >> 4]}${digits[low & 15]}-7`;
    if (next >= tailUntil) renewTail();
  };

  return () => {
    const now = clock.now();
    if (now > millisecond) enter(now);
    else if (counter === counters.length) enter(millisecond + 1);
    const id = head + counters[counter] + tail;
    counter += 1;
    return id;
  };
};
