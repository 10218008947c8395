import { createHmac } from "node:crypto";

/**
 * The signature of a custom bot: `timestamp + "\n" + secret` is the HMAC's key, and the message is empty.
 *
 * @param timestamp - Unix seconds, as a string. The bot refuses one that is an hour off.
 * @see https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
 */
export const sign = (secret: string, timestamp: string): string =>
  createHmac("sha256", `${timestamp}\n${secret}`).digest("base64");

/** What a request carries beside its message: nothing without a secret. */
export type Envelope =
  | Readonly<Record<string, never>>
  | { readonly timestamp: string; readonly sign: string };

/** Made anew for every attempt: an event may have waited longer than a signature lives. */
export const envelope = (secret: string | undefined, nowMs: number): Envelope => {
  if (secret === undefined) return {};
  const timestamp = String(Math.floor(nowMs / 1000));
  return { timestamp, sign: sign(secret, timestamp) };
};
