import { type LookupAddress, lookup as systemLookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { ConfigError } from "@datasync-monitor/core";

/** @throws ConfigError when it is no function. */
export const lookupOption = (owner: string, value: unknown): LookupFunction => {
  if (value === undefined) return systemLookup;
  if (typeof value === "function") return value as LookupFunction;
  throw new ConfigError("lookup", `${owner}: \`lookup\` must be a function like dns.lookup.`);
};

/** What a resolver found, as a list, whichever of its forms it chose. */
const listOf = (found: unknown): readonly LookupAddress[] => {
  const entries: unknown[] = Array.isArray(found) ? found : [{ address: found }];
  return entries.flatMap((entry) => {
    const address: unknown =
      typeof entry === "object" && entry !== null ? Reflect.get(entry, "address") : undefined;
    return typeof address === "string" ? [{ address, family: isIP(address) }] : [];
  });
};

/**
 * A look-up that asks `resolver` for every address of a name, even where the caller wants one, and gives
 * what it found unless `problem` finds something wrong with it.
 */
export const judgedLookup =
  (
    resolver: LookupFunction,
    problem: (hostname: string, addresses: readonly LookupAddress[]) => Error | undefined,
  ): LookupFunction =>
  (hostname, options, callback) => {
    let settled = false;
    const answer = (error: Error | null, found: unknown) => {
      if (settled) return; // a socket takes one answer
      settled = true;
      if (error) return callback(error, []);
      const addresses = listOf(found);
      const [first] = addresses;
      if (first === undefined) {
        return callback(Object.assign(new Error(), { code: "ENOTFOUND" }), []);
      }
      const wrong = problem(hostname, addresses);
      if (wrong !== undefined) return callback(wrong, []);
      if (options.all) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    };
    const asked: unknown = resolver(hostname, { ...options, all: true }, answer);
    // An `async` one that rejects calls nobody back, and would end the process.
    Promise.resolve(asked).catch((reason) => answer(reason, []));
  };
