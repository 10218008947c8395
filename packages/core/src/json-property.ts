/** Stands for a property that throws when it is read. */
export const unreadable = Symbol("unreadable");

export const read = (source: object, key: string | number): unknown => {
  try {
    return (source as Record<string | number, unknown>)[key];
  } catch {
    return unreadable;
  }
};

/** Of two keys that become one, the first stays. */
export const put = (target: object, key: string, value: unknown): void => {
  if (key !== "__proto__" && key.isWellFormed()) {
    (target as Record<string, unknown>)[key] = value;
    return;
  }
  const mended = key.toWellFormed();
  // assigning to `__proto__` would set the prototype
  if (!Object.hasOwn(target, mended))
    Object.defineProperty(target, mended, { value, enumerable: true });
};
