import { ConfigError, numberOption } from "@datasync-monitor/core";

const dayMs = 86_400_000;

/** How often a probe looks. Below 100 ms watching would be felt. */
export const everyOption = (
  owner: string,
  value: number | undefined,
  fallback: number,
  max = dayMs,
): number => numberOption(owner, "everyMs", value, fallback, { min: 100, max });

/** How long what a probe asks may take to answer. */
export const timeoutOption = (owner: string, value: number | undefined, fallback: number): number =>
  numberOption(owner, "timeoutMs", value, fallback, { min: 1, max: 3_600_000 });

/** Undefined, or a function. */
export const functionOption = <T>(owner: string, name: string, value: T | undefined) => {
  if (value === undefined || typeof value === "function") return value;
  throw new ConfigError(name, `${owner}: \`${name}\` must be a function.`);
};
