/** Five bits of a number in each, and whether more follow. None that JSON or SQL would escape. */
const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const base = 32;

const numberOf = new Uint8Array(128);
for (let value = 0; value < digits.length; value += 1) numberOf[digits.charCodeAt(value)] = value;

/** Whole numbers from 0 as text, the small ones one character each. Read back many times faster than JSON. */
export const packNumbers = (numbers: readonly number[]): string => {
  let text = "";
  for (let rest of numbers) {
    for (; rest >= base; rest = Math.floor(rest / base)) text += digits[base + (rest % base)];
    text += digits[rest];
  }
  return text;
};

/** In order. Stops at the end of a text that was cut off. */
export const unpackNumbers = (text: string, visit: (value: number) => void): void => {
  let value = 0;
  let scale = 1;
  for (let index = 0; index < text.length; index += 1) {
    const digit = numberOf[text.charCodeAt(index)] ?? 0;
    value += (digit % base) * scale;
    if (digit >= base) {
      scale *= base;
      continue;
    }
    visit(value);
    value = 0;
    scale = 1;
  }
};

export const isPacked = (text: unknown): text is string =>
  typeof text === "string" && /^[\w-]*$/.test(text);
