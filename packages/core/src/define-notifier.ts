import { ConfigError } from "./errors.ts";
import type { Notifier } from "./notifier.ts";

const idPattern = /^[a-z][a-z0-9-]{0,63}$/;

/** @throws ConfigError */
export const checkId = (what: string, id: unknown): void => {
  if (typeof id === "string" && idPattern.test(id)) return;
  throw new ConfigError(
    "id",
    `${what}'s \`id\` is lower-case kebab, such as \`my-pager\`, of at most 64 characters.`,
  );
};

/** The contract this core speaks. */
export const contractVersion = 1;

/**
 * Stamps the contract on a notifier, checks its id, and infers the arguments of its methods.
 *
 * @throws ConfigError when the id is not lower-case kebab, or `send` is missing.
 */
export const defineNotifier = <T extends Omit<Notifier, "contract">>(
  notifier: T & ThisType<T>,
): NoInfer<T> & { readonly contract: 1 } => {
  checkId("A notifier", notifier?.id);
  if (typeof notifier.send !== "function") {
    throw new ConfigError(
      "send",
      `The notifier \`${notifier.id}\` needs a \`send(batch, context)\` method.`,
    );
  }
  return Object.assign(notifier, { contract: contractVersion } as const);
};
