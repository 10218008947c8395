import { ConfigError } from "./errors.ts";
import { type EventLevel, type EventTypeName, levels, type MonitorEvent } from "./event.ts";
import { choiceOption } from "./options.ts";

/** Which events a receiver wants. Every condition that is given must hold; without any, all pass. */
export interface EventFilter<T extends string = EventTypeName> {
  /** Exact, or with one `*` at either end: `"sync_*"`, `"*_failure"`, `"*"`. */
  readonly types?: readonly T[] | undefined;
  readonly levels?: readonly EventLevel[] | undefined;
  /** This level and those that matter more. */
  readonly minLevel?: EventLevel | undefined;
  /** Synchronous; runs after `emitEvent` has returned. One that throws or is async lets the event through, and is reported. */
  readonly where?: ((event: MonitorEvent) => boolean) | undefined;
}

/** A filter that has been checked and is quick to ask. */
export interface CompiledFilter {
  /** What `types`, `levels` and `minLevel` say. Runs no code of the user's. */
  accepts(type: string, level: EventLevel): boolean;
  readonly where: ((event: MonitorEvent) => boolean) | undefined;
  /** Why `accepts` says no, for `explain()`; undefined when it says yes. */
  why(event: Pick<MonitorEvent, "event_type" | "level">): string | undefined;
}

type Match = (type: string) => boolean;

/** Answers kept by type. A service has few types; one that makes them up must not grow this. */
const maxKnown = 1_000;

const refuse = (owner: string, option: string, problem: string): never => {
  throw new ConfigError(option, `${owner}: ${problem}`);
};

/** A type, or one `*` before or after what it ends or begins with. */
const typePattern = /^(?:[a-z][a-z0-9_.]*\*?|\*[a-z0-9_.]+)$/;

const adviceOn = (pattern: string): string => {
  if (pattern.trim() === "") return "It is empty; leave `types` out to get every type.";
  const meant = pattern.toLowerCase().replaceAll(/[\s-]+/g, "_");
  if (meant !== pattern && typePattern.test(meant)) return `Did you mean "${meant}"?`;
  if (pattern.replace(/^\*|\*$/, "").includes("*")) {
    return 'One `*` is allowed, as in "sync_*" or "*_failure".';
  }
  return 'A type begins with a letter and has a-z, 0-9, "_" and ".".';
};

const compilePattern = (owner: string, pattern: unknown): Match => {
  if (typeof pattern !== "string") {
    return refuse(
      owner,
      "types",
      `\`types\` holds ${typeof pattern}, but event types are strings.`,
    );
  }
  if (pattern === "*") return () => true;
  if (typePattern.test(pattern)) {
    const word = pattern.replace("*", "");
    if (pattern.startsWith("*")) return (type) => type.endsWith(word);
    return pattern === word ? (type) => type === word : (type) => type.startsWith(word);
  }
  const shown = JSON.stringify(pattern.slice(0, 100));
  return refuse(owner, "types", `\`types\` holds ${shown}. ${adviceOn(pattern)}`);
};

const listOption = (
  owner: string,
  name: string,
  value: unknown,
): readonly unknown[] | undefined => {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) return refuse(owner, name, `\`${name}\` must be a list.`);
  if (value.length > 0) return value;
  return refuse(
    owner,
    name,
    `\`${name}\` is empty, so nothing would arrive; leave it out for all.`,
  );
};

const compileTypes = (owner: string, value: unknown): Match | undefined => {
  const matches = listOption(owner, "types", value)?.map((pattern) =>
    compilePattern(owner, pattern),
  );
  if (matches === undefined) return undefined;
  const known = new Map<string, boolean>();
  return (type) => {
    const before = known.get(type);
    if (before !== undefined) return before;
    const wanted = matches.some((match) => match(type));
    if (known.size < maxKnown) known.set(type, wanted);
    return wanted;
  };
};

const compileLevels = (owner: string, filter: EventFilter<string>): ReadonlySet<string> => {
  const lowest = choiceOption(owner, "minLevel", filter.minLevel, "info", levels);
  const listed = listOption(owner, "levels", filter.levels)?.map((level) =>
    level === undefined
      ? refuse(owner, "levels", "`levels` holds undefined.")
      : choiceOption(owner, "levels", level, "info", levels),
  );
  const wanted = levels
    .slice(levels.indexOf(lowest))
    .filter((level) => listed === undefined || listed.includes(level));
  if (wanted.length > 0) return new Set(wanted);
  return refuse(owner, "levels", `no level of \`levels\` reaches \`minLevel\` "${lowest}".`);
};

/**
 * Checks a filter and makes it quick: one look-up for the level, one for the type.
 *
 * @param owner - Who takes the filter, as the user spells it: `"registerNotifier()"`.
 * @throws ConfigError naming `types`, `levels`, `minLevel` or `where`.
 */
export const compileFilter = (owner: string, filter: EventFilter<string>): CompiledFilter => {
  const { where, minLevel } = filter;
  if (where !== undefined && typeof where !== "function") {
    return refuse(owner, "where", "`where` must be a function from an event to true or false.");
  }
  const wantedLevels = compileLevels(owner, filter);
  const matches = compileTypes(owner, filter.types);
  const among = { levels: filter.levels?.join(", "), types: filter.types?.join(", ") };

  const whyNotLevel = (level: EventLevel): string | undefined => {
    if (wantedLevels.has(level)) return undefined;
    const below = minLevel !== undefined && levels.indexOf(level) < levels.indexOf(minLevel);
    return below
      ? `level ${level} is below ${minLevel}`
      : `level ${level} is not among ${among.levels}`;
  };
  const whyNotType = (type: string): string | undefined =>
    matches === undefined || matches(type) ? undefined : `type ${type} is not among ${among.types}`;

  return {
    accepts: (type, level) => wantedLevels.has(level) && (matches === undefined || matches(type)),
    where,
    why: ({ event_type, level }) => whyNotLevel(level) ?? whyNotType(event_type),
  };
};
