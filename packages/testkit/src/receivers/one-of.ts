import { choiceOption } from "@datasync-monitor/core";

/** @throws ConfigError for a name that is none of these: JavaScript would wait for an answer that nobody gives. */
export const oneOf = <T extends string>(
  owner: string,
  name: string,
  given: T,
  ways: Readonly<Record<T, unknown>>,
): T => choiceOption(owner, name, String(given), given, Object.keys(ways) as T[]);
