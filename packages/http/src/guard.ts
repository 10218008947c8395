import { isIP, type LookupFunction } from "node:net";
import { ConfigError, choiceOption, DeliveryError } from "@datasync-monitor/core";
import { linkLocalAndMetadata, notPublic } from "./blocked.ts";
import { judgedLookup, lookupOption } from "./lookup.ts";
import { AddressRanges } from "./ranges.ts";

/** Which addresses a client refuses to connect to. */
export type GuardMode = "standard" | "strict" | "off";

export interface GuardOptions {
  readonly guard?: unknown;
  readonly allow?: unknown;
  readonly lookup?: unknown;
}

export interface Guard {
  /** Looks names up as the user wishes, and judges nothing. */
  readonly resolve: LookupFunction;
  /**
   * For a socket to connect with: fails when any address of a name is blocked, and otherwise gives the
   * very addresses that were judged, so that a name which changes its mind gains nothing.
   */
  readonly lookup: LookupFunction;
  /** Throws when a host that is an address is blocked: sockets look up names alone. */
  checkLiteral(hostname: string): void;
  /** Rejects when a host is blocked that somebody else will connect to: all of it where `strict`, else literals. */
  inspect(hostname: string): Promise<void>;
}

/** Without the host: it may be the secret, and who chose it must not learn what it resolves to. */
const refusal = (mode: GuardMode): DeliveryError =>
  new DeliveryError(
    "config",
    `not connected: the address is one that \`guard: "${mode}"\` blocks. Check the URL; to permit it, list its host or address in \`allow\``,
  );

const withoutDot = (hostname: string): string => hostname.replace(/\.$/, "");

/** The host as `URL` spells it, or undefined when the text is more, or less, than a host. */
const hostOf = (text: string): string | undefined => {
  if (/[\s/\\?#@:]/.test(text) || !URL.canParse(`http://${text}`)) return undefined;
  const host = withoutDot(new URL(`http://${text}`).hostname);
  return /^[\w.-]+$/.test(host) ? host : undefined; // `URL` takes *.example for a host
};

interface Allowed {
  readonly ranges: AddressRanges;
  readonly hosts: ReadonlySet<string>;
}

const allowOption = (owner: string, value: unknown): Allowed => {
  const ranges = new AddressRanges();
  const hosts = new Set<string>();
  if (value !== undefined && !Array.isArray(value)) {
    throw new ConfigError("allow", `${owner}: \`allow\` must be a list of hosts and addresses.`);
  }
  for (const [index, entry] of (value ?? []).entries()) {
    const text = typeof entry === "string" ? entry.trim() : "";
    if (ranges.add(text)) continue;
    const host = hostOf(text);
    if (host === undefined) {
      throw new ConfigError(
        `allow[${index}]`,
        `${owner}: \`allow[${index}]\` must be a host name, an address or a range such as 10.0.0.0/8, without scheme and port.`,
      );
    }
    if (!ranges.add(host)) hosts.add(host);
  }
  return { ranges, hosts };
};

/**
 * The guard that `guard`, `allow` and `lookup` describe.
 *
 * @throws ConfigError naming the option that is wrong.
 */
export const guardOption = (owner: string, options: GuardOptions): Guard => {
  const mode = choiceOption<GuardMode>(owner, "guard", options.guard, "standard", [
    "standard",
    "strict",
    "off",
  ]);
  const allowed = allowOption(owner, options.allow);
  const resolver = lookupOption(owner, options.lookup);
  const blocked = new AddressRanges(mode === "strict" ? notPublic : linkLocalAndMetadata);

  const mayReach = (address: string): boolean =>
    mode === "off" || allowed.ranges.has(address) || (isIP(address) > 0 && !blocked.has(address));
  const isNamed = (hostname: string) => allowed.hosts.has(withoutDot(hostname).toLowerCase());

  const lookup = judgedLookup(resolver, (hostname, addresses) => {
    // A single bad address condemns the name: nobody knows which one would be connected to.
    const fine = isNamed(hostname) || addresses.every(({ address }) => mayReach(address));
    return fine ? undefined : refusal(mode);
  });

  const checkLiteral = (hostname: string): void => {
    if (isIP(hostname) > 0 && !mayReach(hostname)) throw refusal(mode);
  };

  return {
    resolve: judgedLookup(resolver, () => undefined),
    lookup,
    checkLiteral,
    async inspect(hostname) {
      checkLiteral(hostname);
      if (mode !== "strict" || isIP(hostname) > 0 || isNamed(hostname)) return;
      await new Promise<void>((done, fail) => {
        lookup(hostname, { all: true }, (error) => (error ? fail(error) : done()));
      });
    },
  };
};
