import { type EventLevel, type Locale, singleLine, truncate } from "@datasync-monitor/core";
import type { Answer } from "../guard.ts";
import { levels } from "../levels.ts";
import { errorText, failureText } from "../text.ts";
import type { NamedCheck } from "./options.ts";
import { healthWords } from "./words.ts";

/** How a check went, made safe: bounded, checked, without anything a stranger's error may hold. */
export interface Finding {
  readonly level: EventLevel;
  readonly message: string | null;
  readonly details: object | undefined;
}

const longestMessage = 300;

const finding = (level: EventLevel, message: string | null, details?: object): Finding => ({
  level,
  message,
  details,
});

const kind = (value: unknown): string => (value === null ? "null" : typeof value);

/** A result nobody foresaw fails: a check that means to say "down" must not pass by a slip. */
const resultFinding = (value: unknown, graveness: EventLevel, locale: Locale): Finding => {
  const words = healthWords[locale];
  if (value === undefined || value === true) return finding("info", null);
  if (value === false) return finding(graveness, words.answeredFalse);
  const isObject = typeof value === "object" && value !== null;
  const said: unknown = isObject && "level" in value ? value.level : undefined;
  const level = levels.find((known) => known === said);
  if (!isObject || level === undefined)
    return finding(graveness, words.answeredNonsense(kind(value)));
  const message: unknown = "message" in value ? value.message : undefined;
  const details: unknown = "details" in value ? value.details : undefined;
  return finding(
    level,
    typeof message === "string" ? truncate(singleLine(message), longestMessage) : null,
    typeof details === "object" && details !== null ? details : undefined,
  );
};

/** Reads whatever a check answered. Never throws. */
export const readFinding = (
  answer: Answer<unknown>,
  { level }: NamedCheck,
  timeoutMs: number,
  locale: Locale,
): Finding => {
  if (answer.kind !== "answered") return finding(level, failureText(answer, timeoutMs, locale));
  try {
    return resultFinding(answer.value, level, locale);
  } catch (error) {
    return finding(level, errorText(error, locale)); // a property of it throws
  }
};
