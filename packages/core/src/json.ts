import type { JsonValue } from "./errors.ts";
import { put, read, unreadable } from "./json-property.ts";
import { lengthOf, recast } from "./json-recast.ts";
import {
  bigIntText,
  cutMark,
  cutText,
  functionText,
  moreText,
  shortestCut,
  throwsText,
} from "./json-text.ts";
import { type Redaction, redacted } from "./redaction.ts";

/** How much of a value a snapshot keeps. Below 256 bytes or 4 nodes little but markers is left. */
export interface JsonLimits {
  /** Heap bytes as `Snapshot.bytes` counts them. No one string takes more than half of them. */
  readonly maxBytes: number;
  /** Values of every kind, containers included. */
  readonly maxNodes: number;
  /** How many containers may stand in one another. */
  readonly maxDepth: number;
}

export interface Snapshot {
  /** Frozen all through. */
  readonly value: JsonValue;
  /** What it costs on the heap, roughly: twice the length of each string and key, and 16 a node. */
  readonly bytes: number;
}

const nodeBytes = 16;
/** The key under which an object says how much of it was cut. */
const more = "…";
/** Held back while a container is open, so that its marker always has room. */
const markerBytes = nodeBytes + 2 * (more.length + "[Truncated: 4,294,967,295 more]".length);

/** An error's stack begins with its message. */
const hidesMessage = (redaction: Redaction | undefined): boolean =>
  redaction?.next("message")?.redacts === true;

const isMethod = (value: unknown): value is () => unknown => typeof value === "function";

/**
 * One walk over one value. Whoever walks into a value has paid for its node and key already.
 *
 * Every open container with members to come holds back the price of one marker, so that it can
 * always say where it was cut; its last member may use what was held back. That makes a snapshot
 * of a snapshot the snapshot itself.
 */
class Walk {
  #bytes = 0;
  #nodes = 0;
  #longest = 0;
  #maxDepth = 0;
  #depth = 0;
  readonly #ancestors: (object | undefined)[] = [];

  run(value: unknown, limits: JsonLimits, redaction: Redaction | undefined): Snapshot {
    this.#bytes = limits.maxBytes - nodeBytes;
    this.#nodes = limits.maxNodes - 1;
    this.#longest = limits.maxBytes >> 2;
    this.#maxDepth = limits.maxDepth;
    this.#depth = 0;
    const json = this.#json(value, redaction);
    return {
      value: json === undefined ? cutMark : json,
      bytes: limits.maxBytes - this.#bytes,
    };
  }

  /** undefined: there is no room for it, and nothing was spent. */
  #json(value: unknown, redaction: Redaction | undefined): JsonValue | undefined {
    switch (typeof value) {
      case "string":
        return this.#string(value);
      case "number":
        return Number.isFinite(value) ? value + 0 : this.#string(String(value)); // + 0: no -0
      case "boolean":
        return value;
      case "object":
        return value === null ? null : this.#object(value, redaction);
      case "function":
        return this.#string(functionText(value));
      case "bigint":
        return this.#string(bigIntText(value));
      case "symbol":
        return this.#string(value === unreadable ? "[Throws]" : `[${String(value)}]`);
      default:
        return null;
    }
  }

  #string(text: string): string | undefined {
    const length = text.length;
    const room = Math.min(this.#longest, this.#bytes >> 1);
    if (length <= room) {
      this.#bytes -= 2 * length;
      return text.toWellFormed();
    }
    if (room < shortestCut) return undefined;
    const cut = cutText(text, room);
    this.#bytes -= 2 * cut.length;
    return cut;
  }

  #object(value: object, redaction: Redaction | undefined): JsonValue | undefined {
    const depth = this.#depth;
    const ancestors = this.#ancestors;
    if (depth >= this.#maxDepth) return this.#string("[Truncated: depth]");
    for (let i = 0; i < depth; i += 1) {
      if (ancestors[i] === value) return this.#string("[Circular]");
    }
    if (this.#bytes < markerBytes || this.#nodes < 1) return undefined;
    const bytes = this.#bytes;
    const nodes = this.#nodes;
    ancestors[depth] = value;
    this.#depth = depth + 1;
    let json: JsonValue | undefined;
    try {
      json = this.#container(value, redaction);
    } catch {
      // A proxy's trap, or the end of the stack. What was walked of it is given up.
      this.#bytes = bytes;
      this.#nodes = nodes;
      json = this.#string("[Throws]");
    }
    this.#depth = depth;
    ancestors[depth] = undefined;
    return json;
  }

  #container(value: object, redaction: Redaction | undefined): JsonValue | undefined {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) {
      const keys = Object.keys(value);
      return this.#members(value, keys, keys.length, true, redaction);
    }
    if (prototype === Array.prototype && Array.isArray(value)) {
      return this.#members(value, undefined, lengthOf(value), false, redaction);
    }
    return this.#special(value, redaction);
  }

  #special(value: object, redaction: Redaction | undefined): JsonValue | undefined {
    const own = ArrayBuffer.isView(value) ? undefined : read(value, "toJSON");
    return isMethod(own) ? this.#toJson(value, own, redaction) : this.#recast(value, redaction);
  }

  #toJson(
    value: object,
    own: () => unknown,
    redaction: Redaction | undefined,
  ): JsonValue | undefined {
    let result: unknown;
    try {
      result = Reflect.apply(own, value, [""]);
    } catch (thrown) {
      return this.#string(throwsText(thrown));
    }
    return result === value ? this.#recast(value, redaction) : this.#json(result, redaction);
  }

  #recast(value: object, redaction: Redaction | undefined): JsonValue | undefined {
    const as = recast(value, this.#nodes);
    if (typeof as !== "object") return this.#json(as, redaction);
    return this.#members(as.source, as.keys, as.count, false, redaction);
  }

  /**
   * @param keys - undefined: it is a list.
   * @param plain - Nobody has looked for a `toJSON` of its own yet.
   */
  #members(
    source: object,
    keys: readonly string[] | undefined,
    count: number,
    plain: boolean,
    redaction: Redaction | undefined,
  ): JsonValue | undefined {
    const json: Record<string, JsonValue> | JsonValue[] = keys ? {} : [];
    if (count === 0) return Object.freeze(json);
    const bytes = this.#bytes;
    const nodes = this.#nodes;
    this.#bytes -= markerBytes;
    this.#nodes -= 1;
    for (let i = 0; i < count; i += 1) {
      if (i === count - 1) this.#release();
      const key = keys === undefined ? "" : (keys[i] ?? more);
      const price = nodeBytes + 2 * key.length;
      if (this.#nodes < 1 || this.#bytes < price) return this.#cut(json, count, i);
      const next = redaction === undefined ? undefined : redaction.next(keys ? key : String(i));
      const hides = next?.redacts || (key === "stack" && hidesMessage(redaction));
      const value = hides ? redacted : read(source, keys ? key : i);
      this.#nodes -= 1; // for one that is left out, too: looking at it is work
      if (value === undefined && keys) continue;
      if (plain && key === "toJSON" && isMethod(value)) {
        this.#bytes = bytes;
        this.#nodes = nodes;
        return this.#toJson(source, value, redaction);
      }
      this.#bytes -= price;
      const member = this.#json(value, next);
      if (member === undefined) {
        this.#bytes += price;
        this.#nodes += 1;
        return this.#cut(json, count, i);
      }
      if (keys) put(json, key, member);
      else (json as JsonValue[]).push(member);
    }
    // An array that grows leaves room for 17, which an event would keep.
    return Object.freeze(Array.isArray(json) ? json.slice() : json);
  }

  #release(): void {
    this.#bytes += markerBytes;
    this.#nodes += 1;
  }

  /** Says how much is left out, and spends for that what was held back for it. */
  #cut(json: Record<string, JsonValue> | JsonValue[], count: number, done: number): JsonValue {
    if (done < count - 1) this.#release();
    const text = moreText(count - done);
    this.#bytes -= nodeBytes + 2 * text.length;
    this.#nodes -= 1;
    if (Array.isArray(json)) {
      json.push(text);
    } else {
      json[more] = text;
      this.#bytes -= 2 * more.length;
    }
    return Object.freeze(json);
  }
}

/** The walk of the last call, kept for the next. A getter that calls `toJson` gets one of its own. */
let idle: Walk | undefined;

/**
 * A frozen JSON snapshot of anything, within limits. Never throws, never changes its input; every
 * property is read once, and none that is redacted. A snapshot of a snapshot is the same again.
 *
 * What JSON cannot say becomes text or is left out:
 *
 * - undefined: left out of an object, null in an array and by itself
 * - NaN, Infinity, -Infinity: their names; -0: 0; bigint: decimal digits; boxed values: unboxed
 * - function: `"[Function name]"`; symbol: `"[Symbol(x)]"`; promise, weak reference, iterator: `"[Promise]"`
 * - Date, and all else with a `toJSON`: its result, else `"[Throws: why]"`
 * - Error: name, message, code, cause, errors, its own properties, stack
 * - Map: an object when all its keys are strings, else a list of pairs; Set: a list
 * - typed array: a list of numbers; bytes (Buffer, Uint8Array, ArrayBuffer, DataView):
 *   `{ type, length, base64 }` with the first 1,024
 * - RegExp, URL: their text; an instance of a class: its own enumerable properties
 * - a getter or proxy that throws: `"[Throws]"`; a container within itself: `"[Circular]"`
 * - lone surrogates: U+FFFD
 *
 * What was cut says so: a string ends in `"…[truncated]"`, an object in `"…": "[Truncated: 1,234 more]"`,
 * a list in that text; below `maxDepth` stands `"[Truncated: depth]"`.
 */
export const toJson = (value: unknown, limits: JsonLimits, redaction?: Redaction): Snapshot => {
  const walk = idle ?? new Walk();
  idle = undefined;
  try {
    return walk.run(value, limits, redaction);
  } catch {
    return { value: "[Throws]", bytes: nodeBytes }; // the stack ended before the walk began
  } finally {
    idle = walk;
  }
};
