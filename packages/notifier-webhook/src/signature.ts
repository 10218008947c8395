import { createHash, createHmac } from "node:crypto";
import { ConfigError, textOption } from "@datasync-monitor/core";

/**
 * Standard Webhooks: what is signed, with which key, and how the headers are called.
 *
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const idHeader = "webhook-id";
export const timestampHeader = "webhook-timestamp";
export const signatureHeader = "webhook-signature";

const secretPrefix = "whsec_";
const fewestBytes = 24;
const mostBytes = 64;

const keyOf = (owner: string, name: string, value: unknown): Buffer => {
  const secret = textOption(owner, name, value);
  const fail = (why: string) => {
    const how = "It is `whsec_` and the base64 of 24 to 64 random bytes.";
    return new ConfigError(name, `${owner}: \`${name}\` ${why}. ${how}`);
  };
  if (!secret.startsWith(secretPrefix)) throw fail("must start with `whsec_`");
  const encoded = secret.slice(secretPrefix.length);
  const key = Buffer.from(encoded, "base64");
  // Node decodes anything, skipping what it does not know; only the round trip tells.
  if (key.toString("base64") !== encoded) throw fail("is not base64 after `whsec_`");
  if (key.length < fewestBytes || key.length > mostBytes) {
    throw fail(`holds ${key.length} bytes`);
  }
  return key;
};

/**
 * The signing keys in a `secret` option: one, or several while a secret is rotated.
 *
 * @throws ConfigError that never repeats a secret.
 */
export const signingKeys = (owner: string, value: unknown): readonly Buffer[] => {
  if (!Array.isArray(value)) return [keyOf(owner, "secret", value)];
  if (value.length === 0) {
    throw new ConfigError("secret", `${owner}: \`secret\` must hold at least one secret.`);
  }
  return value.map((secret, index) => keyOf(owner, `secret[${index}]`, secret));
};

/** A full stop would move the borders of what is signed, and a header carries no line break or 你好. */
export const safeId = (idempotencyKey: string): string =>
  /^[\w-]{1,128}$/.test(idempotencyKey)
    ? idempotencyKey
    : `id_${createHash("sha256").update(idempotencyKey).digest("hex").slice(0, 32)}`;

export interface Signed {
  readonly id: string;
  /** Unix seconds, as the header has them. */
  readonly timestamp: string;
  /** The bytes on the wire, not a text that may be encoded again. */
  readonly body: Uint8Array;
}

/** The base64 of one HMAC-SHA256, without its `v1,`. */
export const signatureOf = (key: Buffer, { id, timestamp, body }: Signed): string =>
  createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");

/** The three headers of one attempt; without keys there is no signature among them. */
export const webhookHeaders = (
  keys: readonly Buffer[],
  signed: Signed,
): Record<string, string> => ({
  [idHeader]: signed.id,
  [timestampHeader]: signed.timestamp,
  ...(keys.length > 0 && {
    [signatureHeader]: keys.map((key) => `v1,${signatureOf(key, signed)}`).join(" "),
  }),
});
