import { type EventLevel, singleLine, truncate } from "@datasync-monitor/core";
import type { Answer } from "../guard.ts";
import { levels } from "../levels.ts";
import { errorText, failureText } from "../words.ts";
import type { NamedCheck } from "./options.ts";

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
const resultFinding = (value: unknown, graveness: EventLevel): Finding => {
  if (value === undefined || value === true) return finding("info", null);
  if (value === false) return finding(graveness, "answered false");
  const isObject = typeof value === "object" && value !== null;
  const said: unknown = isObject && "level" in value ? value.level : undefined;
  const level = levels.find((known) => known === said);
  if (!isObject || level === undefined) {
    const rule = "return nothing, true, false, or { level, message }";
    return finding(graveness, `answered ${kind(value)} without a level: ${rule}`);
  }
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
): Finding => {
  if (answer.kind !== "answered") return finding(level, failureText(answer, timeoutMs));
  try {
    return resultFinding(answer.value, level);
  } catch (error) {
    return finding(level, errorText(error)); // a property of it throws
  }
};
