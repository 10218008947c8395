import type { JsonValue } from "./errors.ts";

/** Stands for a property that throws when it is read. */
export const unreadable = Symbol("unreadable");

export const read = (source: object, key: string | number): unknown => {
  try {
    return (source as Record<string | number, unknown>)[key];
  } catch {
    return unreadable;
  }
};

/** For keys that an assignment would not do for. Of two that become one, the first stays. */
export const putOddly = (target: object, key: string, value: JsonValue): void => {
  const mended = key.toWellFormed();
  if (Object.hasOwn(target, mended)) return;
  // assigning to `__proto__` would set the prototype
  Object.defineProperty(target, mended, { value, enumerable: true });
};
