import { ConfigError, checkOptions, type Notifier } from "@datasync-monitor/core";

/** What a notifier may leave out, by the kind of thing it is: a slip in one of these names goes unseen. */
const optional = {
  function: ["verify", "attach", "close"],
  other: ["maxBatchSize", "rateLimits", "destinationKey"],
} as const;

/** A notifier may have members of its own, so that only a slip of the pen counts, and no other word. */
const furthest = 2;

/** Core knows what was meant. */
const meantBy = (name: string, known: readonly string[]): string | undefined => {
  try {
    checkOptions("", { [name]: true }, known);
  } catch (error) {
    if (!ConfigError.is(error)) throw error;
    const meant = /Did you mean `(\w+)`/.exec(error.message)?.[1];
    const isNear = meant !== undefined && Math.abs(meant.length - name.length) <= furthest;
    if (isNear) return meant;
  }
  return undefined;
};

/** An own member that looks like one of the contract's which the notifier does not have, and that one's name. */
export const misspelt = (notifier: Notifier): string | undefined => {
  for (const [name, value] of Object.entries(notifier)) {
    const known = optional[typeof value === "function" ? "function" : "other"];
    const left = known.filter((one) => notifier[one] === undefined);
    const meant = meantBy(name, left);
    if (meant !== undefined) return `\`${name}\`. Did you mean \`${meant}\`?`;
  }
  return undefined;
};
