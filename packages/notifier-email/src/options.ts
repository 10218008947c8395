import {
  ConfigError,
  checkOptions,
  checkTimeZone,
  choiceOption,
  type Locale,
  numberOption,
  singleLine,
} from "@datasync-monitor/core";
import { type Mailbox, mailboxesOption, mailboxOption } from "./address.ts";
import { type Server, serverOption } from "./server.ts";

/** Where the mail server is, given as `url` or as `host` and its companions; who writes, and to whom. */
export interface EmailOptions {
  /** Secret. `smtps://user:password@host:465` (TLS from the start) or `smtp://user:password@host:587` (STARTTLS). */
  readonly url?: string | undefined;
  /** Instead of `url`: a host name or an IP address. */
  readonly host?: string | undefined;
  /** Default 465 with `secure`, else 587. */
  readonly port?: number | undefined;
  /** TLS from the first byte. Default: true on port 465. */
  readonly secure?: boolean | undefined;
  readonly user?: string | undefined;
  /** Secret. */
  readonly password?: string | undefined;
  /**
   * Sends nothing unless STARTTLS succeeds. Default: true when there is a password and the server is
   * another machine, so that nobody can make us send it in the clear.
   */
  readonly requireTls?: boolean | undefined;
  /** One mailbox: `"ops@example.com"` or `"DataSync <ops@example.com>"`. */
  readonly from: string | undefined;
  /** One mailbox, or an array of at most 100. All recipients see each other. */
  readonly to: string | readonly (string | undefined)[] | undefined;
  /** What each subject begins with. Default `[DataSync]`; `""` for nothing. */
  readonly subjectPrefix?: string | undefined;
  /** Default: the monitor's. */
  readonly locale?: Locale | undefined;
  /** An IANA name. Default: the monitor's. */
  readonly timeZone?: string | undefined;
  /** Certificates to trust instead of the system's, as PEM text. The server's is always checked. */
  readonly ca?: string | readonly string[] | undefined;
  /** Connections kept to the server, 1 to 100. Default 5; no more are used than the receiver's `concurrency`. */
  readonly connections?: number | undefined;
}

/** Options, checked. */
export interface Settings {
  readonly server: Server;
  readonly from: Mailbox;
  readonly to: readonly Mailbox[];
  readonly subjectPrefix: string;
  readonly locale: Locale | undefined;
  readonly timeZone: string | undefined;
  readonly connections: number;
}

const known = [
  "url",
  "host",
  "port",
  "secure",
  "user",
  "password",
  "requireTls",
  "from",
  "to",
  "subjectPrefix",
  "locale",
  "timeZone",
  "ca",
  "connections",
] as const satisfies readonly (keyof EmailOptions)[];

const longestPrefix = 60;

const prefixOption = (owner: string, value: unknown): string => {
  if (value === undefined) return "[DataSync]";
  const prefix = typeof value === "string" ? singleLine(value) : undefined;
  if (prefix !== undefined && prefix.length <= longestPrefix) return prefix;
  throw new ConfigError(
    "subjectPrefix",
    `${owner}: \`subjectPrefix\` must be a string of at most ${longestPrefix} characters.`,
  );
};

/** @throws ConfigError naming the option that is missing or wrong. */
export const readOptions = (owner: string, options: EmailOptions): Settings => {
  checkOptions(owner, options, known);
  return {
    server: serverOption(owner, options),
    from: mailboxOption(owner, "from", options.from),
    to: mailboxesOption(owner, "to", options.to),
    subjectPrefix: prefixOption(owner, options.subjectPrefix),
    locale:
      options.locale === undefined
        ? undefined
        : choiceOption<Locale>(owner, "locale", options.locale, "en", ["en", "zh-CN"]),
    timeZone: options.timeZone === undefined ? undefined : checkTimeZone(owner, options.timeZone),
    connections: numberOption(owner, "connections", options.connections, 5, {
      min: 1,
      max: 100,
      integer: true,
    }),
  };
};
