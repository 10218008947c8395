import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import { ConfigError, textOption } from "@datasync-monitor/core";

export interface TlsOptions {
  readonly ca?: unknown;
  readonly cert?: unknown;
  readonly key?: unknown;
  readonly passphrase?: unknown;
}

/** Whom we trust, and who we say we are. Undefined: the well-known authorities, and nobody. */
export interface TlsContexts {
  readonly destination: SecureContext | undefined;
  /** The same trust, but our certificate is none of a proxy's business. */
  readonly proxy: SecureContext | undefined;
}

/** createSecureContext alone takes damaged certificates and trusts nobody. */
const certificateOption = (owner: string, name: string, value: unknown) => {
  const pem = textOption(owner, name, value);
  try {
    return { pem, certificate: new X509Certificate(pem) };
  } catch {
    throw new ConfigError(
      name,
      `${owner}: \`${name}\` must be the text of a PEM certificate, not the path of its file.`,
    );
  }
};

const keyOption = (owner: string, pem: string, passphrase: string | undefined): KeyObject => {
  try {
    return createPrivateKey({ key: pem, ...(passphrase !== undefined && { passphrase }) });
  } catch {
    if (!pem.includes("ENCRYPTED")) {
      throw new ConfigError(
        "key",
        `${owner}: \`key\` must be the text of a PEM private key, not the path of its file.`,
      );
    }
    const problem = passphrase === undefined ? "is missing" : "does not open it";
    throw new ConfigError(
      "passphrase",
      `${owner}: \`key\` is encrypted, and its \`passphrase\` ${problem}.`,
    );
  }
};

const identityOption = (owner: string, { cert, key, passphrase }: TlsOptions) => {
  const present = { cert, key, passphrase };
  const need = (name: keyof typeof present, other: keyof typeof present) => {
    if (present[name] !== undefined && present[other] === undefined) {
      throw new ConfigError(other, `${owner}: \`${name}\` needs \`${other}\` beside it.`);
    }
  };
  need("cert", "key");
  need("key", "cert");
  need("passphrase", "key");
  if (cert === undefined) return undefined;

  const { pem, certificate } = certificateOption(owner, "cert", cert);
  const secret = passphrase === undefined ? undefined : textOption(owner, "passphrase", passphrase);
  const keyPem = textOption(owner, "key", key);
  const opened = keyOption(owner, keyPem, secret);
  if (!certificate.checkPrivateKey(opened)) {
    throw new ConfigError(
      "key",
      `${owner}: \`key\` is not the key of \`cert\`, whose first certificate must be your own.`,
    );
  }
  return { cert: pem, key: keyPem, ...(secret !== undefined && { passphrase: secret }) };
};

/**
 * What `ca`, `cert`, `key` and `passphrase` become.
 *
 * @throws ConfigError naming the option at fault and never repeating it; most often it is the path of a file.
 */
export const tlsOptions = (owner: string, options: TlsOptions): TlsContexts => {
  const trust =
    options.ca === undefined ? undefined : { ca: certificateOption(owner, "ca", options.ca).pem };
  const identity = identityOption(owner, options);
  const proxy = trust && createSecureContext(trust);
  return { proxy, destination: identity ? createSecureContext({ ...trust, ...identity }) : proxy };
};
