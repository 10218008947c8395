import { types } from "node:util";
import { type Clock, systemClock } from "./clock.ts";
import { ConfigError } from "./errors.ts";

/** An option that is wrong. @param problem - The rest of the sentence after its name, without what may be a secret. */
export const wrongOption = (owner: string, name: string, problem: string): ConfigError =>
  new ConfigError(name, `${owner}: \`${name}\` ${problem}`);

/** How many single-letter edits lie between two names; enough to find a typing slip. */
const distance = (left: string, right: string): number => {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
};

/** The known name that was probably meant. */
export const nearest = (name: string, known: readonly string[]): string | undefined => {
  const ranked = known
    .map((candidate) => ({ candidate, far: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.far - b.far)[0];
  return ranked && ranked.far <= Math.max(2, name.length / 3) ? ranked.candidate : undefined;
};

const kind = (value: unknown): string => {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (types.isPromise(value)) return "a promise: await it first";
  return `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
};

/**
 * Refuses what is not an options object, and any name that is not in `known`, with the nearest one that is.
 *
 * @param owner - The factory the options are for, as the user spells it: `"slack()"`.
 * @throws ConfigError
 */
export const checkOptions = (owner: string, options: unknown, known: readonly string[]): void => {
  if (
    typeof options !== "object" ||
    options === null ||
    Array.isArray(options) ||
    types.isPromise(options)
  ) {
    throw new ConfigError(
      "options",
      `${owner} takes an options object, but it is ${kind(options)}.`,
    );
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const hint = nearest(name, known);
    const advice =
      hint === undefined ? `It knows: ${known.join(", ")}.` : `Did you mean \`${hint}\`?`;
    throw new ConfigError(name, `${owner} has no option \`${name}\`. ${advice}`);
  }
};

/** A string that is not empty, trimmed. The value itself is never repeated: it may be a secret. */
export const textOption = (owner: string, name: string, value: unknown): string => {
  const text = typeof value === "string" ? value.trim() : "";
  if (text !== "") return text;
  const got = typeof value === "string" ? "empty" : kind(value);
  const hint = value === undefined ? " Is the variable it comes from set?" : "";
  throw wrongOption(owner, name, `must be a string that is not empty, but it is ${got}.${hint}`);
};

export interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** Whole numbers only. */
  readonly integer?: boolean | undefined;
}

/** A number in a range, or `fallback` when it is undefined. A `fallback` of NaN makes it required. */
export const numberOption = (
  owner: string,
  name: string,
  value: unknown,
  fallback: number,
  { min, max, integer = false }: NumberRange,
): number => {
  if (value === undefined && !Number.isNaN(fallback)) return fallback;
  const fits = typeof value === "number" && value >= min && value <= max;
  if (fits && (!integer || Number.isInteger(value))) return value;
  const got = typeof value === "number" ? String(value) : kind(value);
  const what = integer ? "a whole number" : "a number";
  throw wrongOption(owner, name, `must be ${what} from ${min} to ${max}, but it is ${got}.`);
};

/** What a number is when it is left out (NaN: it must not be), and its range. */
export type NumberSpec = readonly [fallback: number, range: NumberRange];

/**
 * Checks a group of options, such as `retry`, and reads its numbers.
 *
 * @param group - "" when they stand by themselves.
 * @param others - What the group holds besides numbers.
 */
export const numberOptions = <Name extends string>(
  owner: string,
  group: string,
  given: { readonly [N in NoInfer<Name>]?: number | undefined } | undefined,
  specs: Readonly<Record<Name, NumberSpec>>,
  others: readonly string[] = [],
): Record<Name, number> => {
  const names = Object.keys(specs) as Name[];
  if (given !== undefined)
    checkOptions(group ? `${owner} \`${group}\`` : owner, given, [...names, ...others]);
  const read = {} as Record<Name, number>;
  for (const name of names) {
    const [fallback, range] = specs[name];
    read[name] = numberOption(
      owner,
      group ? `${group}.${name}` : name,
      given?.[name],
      fallback,
      range,
    );
  }
  return read;
};

/** `"a", "b"` */
export const quoted = (words: readonly string[]): string =>
  words.map((word) => `"${word}"`).join(", ");

/** One of a few words, or `fallback` when it is undefined. */
export const choiceOption = <T extends string>(
  owner: string,
  name: string,
  value: unknown,
  fallback: T,
  allowed: readonly T[],
): T => {
  if (value === undefined) return fallback;
  const found = allowed.find((word) => word === value);
  if (found !== undefined) return found;
  throw wrongOption(owner, name, `must be one of ${quoted(allowed)}.`);
};

export const flagOption = (
  owner: string,
  name: string,
  value: unknown,
  fallback: boolean,
): boolean => {
  if (value === undefined) return fallback;
  if (typeof value === "boolean") return value;
  throw wrongOption(owner, name, `must be true or false, but it is ${kind(value)}.`);
};

/** A clock, or the system's when it is undefined. */
export const clockOption = (owner: string, value: Clock | undefined): Clock => {
  if (value === undefined) return systemClock;
  const methods = ["now", "monotonic", "setTimer"] as const;
  if (methods.every((method) => typeof value?.[method] === "function")) return value;
  throw wrongOption(owner, "clock", "must have the methods `now`, `monotonic` and `setTimer`.");
};
