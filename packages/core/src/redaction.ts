import { ConfigError } from "./errors.ts";

/** What stands where a redacted value stood. */
export const redacted = "[redacted]";

/** How far a set of redaction paths has been followed. */
export interface Redaction {
  /** true: what stands here is replaced, and never read. */
  readonly redacts: boolean;
  /** One key or array index further down; undefined where no path can match any more. */
  next(key: string): Redaction | undefined;
}

type Path = readonly string[];

/** The paths that may still match after `key`. */
const follow = (path: Path, key: string): Path[] => {
  const [head, ...rest] = path;
  if (head === "**") return [path, ...follow(rest, key)];
  return head === "*" || head === key ? [rest] : [];
};

/** What all states of one set share, so that each is built once and a step is one look-up. */
interface Automaton {
  /** Keys that some path names. All others behave alike. */
  readonly named: ReadonlySet<string>;
  readonly states: Map<string, State>;
}

const anyOther = "*";

class State implements Redaction {
  readonly redacts: boolean;
  readonly #paths: readonly Path[];
  readonly #shared: Automaton;
  readonly #next = new Map<string, State | undefined>();

  constructor(paths: readonly Path[], shared: Automaton) {
    this.redacts = paths.some((path) => path.length === 0);
    this.#paths = paths;
    this.#shared = shared;
  }

  next(key: string): State | undefined {
    const step = this.#shared.named.has(key) ? key : anyOther;
    if (this.#next.has(step)) return this.#next.get(step);
    const state = this.#build(step);
    this.#next.set(step, state);
    return state;
  }

  #build(step: string): State | undefined {
    const left = new Map(
      this.#paths.flatMap((path) => follow(path, step)).map((path) => [path.join("."), path]),
    );
    if (left.size === 0) return undefined;
    const id = JSON.stringify([...left.keys()].sort());
    const known = this.#shared.states.get(id);
    if (known !== undefined) return known;
    const state = new State([...left.values()], this.#shared);
    this.#shared.states.set(id, state);
    return state;
  }
}

const refuse = (problem: string): never => {
  throw new ConfigError(
    "redact",
    `\`redact\` is a list of paths into an event's details, such as "password", "user.token", "*.secret" (one level) or "**.secret" (any depth), but ${problem}.`,
  );
};

/** Keys, `*` and `**`, of which `**` is not the last. */
const pathPattern = /^(?:(?:[^.*]+|\*\*?)\.)*(?:[^.*]+|\*)$/;

const parse = (path: unknown): Path => {
  if (typeof path !== "string") return refuse(`it holds a ${typeof path}`);
  if (!pathPattern.test(path)) {
    return refuse(
      `${JSON.stringify(path)} is none: it is keys, \`*\` and \`**\` between dots, and \`**\` is not the last`,
    );
  }
  const keys = path.split(".");
  return keys[0] === "details"
    ? refuse(`${JSON.stringify(path)} begins before it: write "${path.slice(8) || "*"}"`)
    : keys;
};

/**
 * Compiles paths into an event's `details` whose values become `"[redacted]"` and are never read.
 *
 * A path is keys joined by dots. `*` is any one key, `**` any number of them, none included. An
 * array index is a key: `"users.*.token"`. Keys match case and all. undefined for an empty list.
 *
 * @throws ConfigError naming `redact`.
 */
export const compileRedaction = (paths: readonly string[]): Redaction | undefined => {
  if (!Array.isArray(paths)) return refuse("it is not a list");
  if (paths.length === 0) return undefined;
  const parsed = paths.map(parse);
  const named = new Set(parsed.flat().filter((segment) => !segment.startsWith("*")));
  return new State(parsed, { named, states: new Map() });
};
