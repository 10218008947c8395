import { X509Certificate } from "node:crypto";
import { isIP, isIPv4 } from "node:net";
import { ConfigError, flagOption, numberOption, textOption } from "@datasync-monitor/core";
import type { EmailOptions } from "./options.ts";

/** Which server to speak to, and how. */
export interface Server {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. */
  readonly secure: boolean;
  /** Without `secure`: STARTTLS, or no mail. */
  readonly requireTls: boolean;
  readonly auth: { readonly user: string; readonly pass: string } | undefined;
  readonly ca: readonly string[] | undefined;
}

type Place = Pick<Server, "host" | "port" | "secure" | "auth">;

const implicitTlsPort = 465;
const submissionPort = 587;
const shape = "`smtps://user:password@host:465` or `smtp://user:password@host:587`";

const bad = (owner: string, problem: string): ConfigError =>
  new ConfigError("url", `${owner}: \`url\` ${problem}. It looks like ${shape}.`);

const parseUrl = (owner: string, text: string): URL => {
  try {
    return new URL(text);
  } catch {
    throw bad(owner, "is not a URL (a special character in the password is percent-encoded)");
  }
};

const decode = (owner: string, text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw bad(owner, "has a user or password with a broken percent-encoding");
  }
};

const credentials = (owner: string, name: string, user: string, pass: string): Place["auth"] => {
  if (user === "" && pass === "") return undefined;
  if (user !== "" && pass !== "") return { user, pass };
  const lacks = user === "" ? "user" : "password";
  throw new ConfigError(
    name,
    `${owner}: a user needs a password and a password a user, but the ${lacks} is missing. If it comes from an environment variable, that variable is not set.`,
  );
};

/** nodemailer would read any option from a query, `tls.rejectUnauthorized` too: a URL says where and who, nothing else. */
const placeFromUrl = (owner: string, value: unknown): Place => {
  const url = parseUrl(owner, textOption(owner, "url", value));
  const secure = url.protocol === "smtps:";
  if (!secure && url.protocol !== "smtp:") throw bad(owner, "starts with neither smtp: nor smtps:");
  if (url.hostname === "") throw bad(owner, "names no host");
  if (url.search !== "" || url.hash !== "" || !["", "/"].includes(url.pathname)) {
    throw bad(
      owner,
      "has a path, a query or a fragment: percent-encode `/`, `?` and `#` in user and password, and set `requireTls` and `ca` beside it",
    );
  }
  const port = Number(url.port) || (secure ? implicitTlsPort : submissionPort);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port,
    secure: secure || port === implicitTlsPort,
    auth: credentials(owner, "url", decode(owner, url.username), decode(owner, url.password)),
  };
};

const placeFromHost = (owner: string, options: EmailOptions): Place => {
  const secure = flagOption(owner, "secure", options.secure, options.port === implicitTlsPort);
  const user = options.user === undefined ? "" : textOption(owner, "user", options.user);
  // Not trimmed as `user` is: a blank at the end of a password may be meant.
  if (options.password !== undefined) textOption(owner, "password", options.password);
  const pass = options.password?.replace(/[\r\n]+$/, "") ?? "";
  const host = textOption(owner, "host", options.host);
  if (!/^[\w.-]+$/.test(host) && isIP(host) === 0) {
    throw new ConfigError(
      "host",
      `${owner}: \`host\` is a host name or an IP address alone, such as \`smtp.example.com\`. Put the port into \`port\`, and a URL into \`url\`.`,
    );
  }
  return {
    host,
    port: numberOption(owner, "port", options.port, secure ? implicitTlsPort : submissionPort, {
      min: 1,
      max: 65_535,
      integer: true,
    }),
    secure,
    auth: credentials(owner, user === "" ? "user" : "password", user, pass),
  };
};

const caOption = (owner: string, value: unknown): readonly string[] | undefined => {
  if (value === undefined) return undefined;
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map((entry) => {
    const pem = textOption(owner, "ca", entry);
    try {
      new X509Certificate(pem);
    } catch {
      throw new ConfigError(
        "ca",
        `${owner}: \`ca\` is not a PEM certificate. Pass the text of the file, not its path.`,
      );
    }
    return pem;
  });
};

const isThisMachine = (host: string): boolean =>
  host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));

const besideUrl = ["host", "port", "secure", "user", "password"] as const;

/** @throws ConfigError unless exactly one of `url` and `host` is set, and what goes with it. */
export const serverOption = (owner: string, options: EmailOptions): Server => {
  if (options.url === undefined && options.host === undefined) {
    throw new ConfigError(
      "url",
      `${owner}: set \`url\`, such as ${shape}, or \`host\`. If it comes from an environment variable, that variable is not set.`,
    );
  }
  const extra = besideUrl.find((name) => options.url !== undefined && options[name] !== undefined);
  if (extra !== undefined) {
    throw new ConfigError(
      extra,
      `${owner}: \`url\` and \`${extra}\` cannot be set together: the URL says it already.`,
    );
  }
  const place =
    options.url === undefined ? placeFromHost(owner, options) : placeFromUrl(owner, options.url);
  const guarded = place.auth !== undefined && !isThisMachine(place.host);
  return {
    ...place,
    requireTls: flagOption(owner, "requireTls", options.requireTls, guarded),
    ca: caOption(owner, options.ca),
  };
};
