import { type EventLevel, type EventTypeName, levels, type MonitorEvent } from "./event.ts";
import { choiceOption, wrongOption } from "./options.ts";
import { contain, isThenable } from "./thenable.ts";

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

/** Answers kept by type. A service has few types; one that makes them up must not grow this. */
const maxKnown = 1_000;

/** A type, or one `*` before or after what it ends or begins with. */
const typePattern = /^(?:[a-z][a-z0-9_.]*\*?|\*[a-z0-9_.]*)$/;

const adviceOn = (pattern: string): string => {
  if (pattern.trim() === "") return "It is empty; leave `types` out to get every type.";
  const meant = pattern.toLowerCase().replaceAll(/[\s-]+/g, "_");
  if (meant !== pattern && typePattern.test(meant)) return `Did you mean "${meant}"?`;
  if (pattern.replace(/^\*|\*$/, "").includes("*")) {
    return 'One `*` is allowed, as in "sync_*" or "*_failure".';
  }
  return 'A type begins with a letter and has a-z, 0-9, "_" and ".".';
};

/** @throws ConfigError with the type that was meant, for one that no event can have. */
export const checkPattern = (owner: string, pattern: unknown): string => {
  if (typeof pattern !== "string")
    throw wrongOption(owner, "types", `holds ${typeof pattern}, but event types are strings.`);
  if (typePattern.test(pattern)) return pattern;
  const shown = JSON.stringify(pattern.slice(0, 100));
  throw wrongOption(owner, "types", `holds ${shown}. ${adviceOn(pattern)}`);
};

const listOption = (
  owner: string,
  name: string,
  value: unknown,
): readonly unknown[] | undefined => {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw wrongOption(owner, name, "must be a list.");
  if (value.length > 0) return value;
  throw wrongOption(owner, name, "is empty, so nothing would arrive; leave it out for all.");
};

const compileTypes = (owner: string, value: unknown): ((type: string) => boolean) => {
  const patterns = listOption(owner, "types", value)?.map((one) => checkPattern(owner, one));
  if (patterns === undefined) return () => true;
  const any = patterns.join("|").replaceAll(".", "\\.").replaceAll("*", ".*");
  const wanted = new RegExp(`^(?:${any})$`);
  const known = new Map<string, boolean>();
  return (type) => {
    const before = known.get(type);
    if (before !== undefined) return before;
    const answer = wanted.test(type);
    if (known.size < maxKnown) known.set(type, answer);
    return answer;
  };
};

const compileLevels = (owner: string, filter: EventFilter<string>): ReadonlySet<string> => {
  const lowest = choiceOption(owner, "minLevel", filter.minLevel, "info", levels);
  const listed = listOption(owner, "levels", filter.levels)?.map((level) =>
    choiceOption(owner, "levels", level ?? null, "info", levels),
  );
  const wanted = levels
    .slice(levels.indexOf(lowest))
    .filter((level) => listed === undefined || listed.includes(level));
  if (wanted.length > 0) return new Set(wanted);
  throw wrongOption(owner, "levels", `has none that reaches \`minLevel\` "${lowest}".`);
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
    throw wrongOption(owner, "where", "must be a function from an event to true or false.");
  }
  const wantedLevels = compileLevels(owner, filter);
  const matches = compileTypes(owner, filter.types);
  const among = { levels: filter.levels?.join(", "), types: filter.types?.join(", ") };

  return {
    accepts: (type, level) => wantedLevels.has(level) && matches(type),
    where,
    why: ({ event_type, level }) => {
      if (levels.indexOf(level) < levels.indexOf(minLevel ?? "info"))
        return `level ${level} is below ${minLevel}`;
      if (!wantedLevels.has(level)) return `level ${level} is not among ${among.levels}`;
      return matches(event_type) ? undefined : `type ${event_type} is not among ${among.types}`;
    },
  };
};

/** Asks a `where`. One that throws, or is async, lets the event through: better one too many than one lost. */
export const passes = (
  where: (event: MonitorEvent) => boolean,
  event: MonitorEvent,
  failed: (how: "threw" | "is async", cause?: unknown) => void,
): boolean => {
  try {
    const answer: unknown = where(event);
    if (!isThenable(answer)) return Boolean(answer);
    contain(answer, () => {});
    failed("is async");
  } catch (cause) {
    failed("threw", cause);
  }
  return true;
};
