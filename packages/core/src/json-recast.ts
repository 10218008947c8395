import { types } from "node:util";
import { cutMark } from "./json-text.ts";

/** What an object that is neither a plain object nor a plain array is walked as. */
export interface Members {
  readonly source: object;
  /** The first of them, in the order they are walked; undefined: it is a list. */
  readonly keys: readonly string[] | undefined;
  readonly count: number;
}

const asMembers = (
  source: object,
  keys: readonly string[] = Object.keys(source),
  count = keys.length,
): Members => ({ source, keys, count });

/** A proxy or a subclass may claim any length. */
export const lengthOf = (source: ArrayLike<unknown>): number => {
  const length: unknown = source.length;
  return typeof length === "number" && length > 0 ? Math.min(Math.floor(length), 2 ** 32 - 1) : 0;
};

const asItems = (source: ArrayLike<unknown>, count = lengthOf(source)): Members => ({
  source,
  keys: undefined,
  count,
});

/** As far as `Object.prototype.toString` knows: "Uint8Array", "Promise". */
const tag = (value: object): string => Object.prototype.toString.call(value).slice(8, -1);

/** How many bytes of binary data are shown. */
const shownBytes = 1024;

const binary = (type: string, bytes: Uint8Array): Members => {
  const shown = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, shownBytes));
  const base64 = shown.toString("base64");
  const cut = bytes.length > shownBytes;
  return asMembers({ type, length: bytes.length, base64: cut ? base64 + cutMark : base64 });
};

const binaryOf = (view: ArrayBufferView): Members => {
  if (types.isTypedArray(view) && !types.isUint8Array(view) && !types.isUint8ClampedArray(view)) {
    return asItems(view as unknown as ArrayLike<unknown>);
  }
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return binary(Buffer.isBuffer(view) ? "Buffer" : tag(view), bytes);
};

/** `most + 1` entries are enough: the walk stops before it can look at a later one. */
const first = (values: Iterable<unknown>, most: number): unknown[] => {
  const taken: unknown[] = [];
  for (const value of values) {
    taken.push(value);
    if (taken.length > most) break;
  }
  return taken;
};

const mapOf = (map: Map<unknown, unknown>, most: number): Members => {
  const entries = first(Map.prototype.entries.call(map), most) as [unknown, unknown][];
  if (!entries.every(([key]) => typeof key === "string")) return asItems(entries, map.size);
  const source: Record<string, unknown> = Object.create(null);
  for (const [key, value] of entries) source[String(key)] = value;
  return asMembers(source, Object.keys(source), map.size);
};

const errorKeys = ["name", "message", "code", "cause", "errors"];

/** The stack comes last, so that it is what a tight budget cuts. */
const errorOf = (error: object): Members => {
  const own = Object.keys(error).filter((key) => key !== "stack");
  return asMembers(error, [...new Set([...errorKeys, ...own]), "stack"]);
};

const opaque = (value: object): boolean =>
  types.isPromise(value) ||
  types.isWeakMap(value) ||
  types.isWeakSet(value) ||
  value instanceof WeakRef ||
  types.isGeneratorObject(value) ||
  types.isMapIterator(value) ||
  types.isSetIterator(value);

const unboxed = (value: object): string | number | bigint | boolean | symbol => {
  if (types.isNumberObject(value)) return Number.prototype.valueOf.call(value);
  if (types.isStringObject(value)) return String.prototype.valueOf.call(value);
  if (types.isBooleanObject(value)) return Boolean.prototype.valueOf.call(value);
  if (types.isBigIntObject(value)) return BigInt.prototype.valueOf.call(value);
  return Symbol.prototype.valueOf.call(value);
};

/**
 * How to walk an object that is not plain; or what stands for it. May throw whatever the object's own code throws.
 *
 * @param most - How many nodes may still be taken, so that no more of a collection is copied.
 */
export const recast = (
  value: object,
  most: number,
): Members | string | number | bigint | boolean | symbol => {
  if (ArrayBuffer.isView(value)) return binaryOf(value);
  if (types.isAnyArrayBuffer(value)) return binary(tag(value), new Uint8Array(value));
  if (Array.isArray(value)) return asItems(value);
  if (types.isMap(value)) return mapOf(value, most);
  if (types.isSet(value)) return asItems(first(Set.prototype.values.call(value), most), value.size);
  if (types.isNativeError(value) || value instanceof Error) return errorOf(value);
  if (types.isRegExp(value)) return RegExp.prototype.toString.call(value);
  if (value instanceof URL) return value.href;
  if (types.isBoxedPrimitive(value)) return unboxed(value);
  if (opaque(value)) return `[${tag(value)}]`;
  return asMembers(value);
};
