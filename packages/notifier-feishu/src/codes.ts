import type { DeliveryErrorCode } from "@datasync-monitor/core";

export interface Meaning {
  readonly code: DeliveryErrorCode;
  /** What happened and what to do. Follows "Feishu answered 19001: ". */
  readonly says: string;
}

const limited = "too many messages for this bot";
const badCard = "it refuses the content of the card";
const audited = "it refuses the content as sensitive";

/**
 * The vendor's codes. Those that depend on more than the code are refined by `judge()`.
 *
 * @see https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
 */
export const codes: ReadonlyMap<number, Meaning> = new Map<number, Meaning>([
  [9499, { code: "payload", says: "it refuses the shape or the size of the message" }],
  [11231, { code: "endpoint", says: "the group is gone" }],
  [11232, { code: "rate-limited", says: limited }],
  [11233, { code: "rate-limited", says: limited }],
  [11235, { code: "payload", says: "only an administrator may mention everyone in this group" }],
  [11237, { code: "endpoint", says: "the group is dissolved" }],
  [11242, { code: "endpoint", says: "the group is banned" }],
  [11246, { code: "payload", says: badCard }],
  [11247, { code: "rate-limited", says: limited }],
  [11248, { code: "payload", says: audited }],
  [11249, { code: "endpoint", says: "the bot is no longer in the group" }],
  [11310, { code: "payload", says: badCard }],
  [11312, { code: "payload", says: audited }],
  [18121, { code: "unavailable", says: "the same request is still being processed" }],
  [
    19001,
    {
      code: "endpoint",
      says: "the webhook token is invalid: the bot was removed or its address reset; put its present address into `webhookUrl`",
    },
  ],
  [19002, { code: "payload", says: "it refuses the format of the message" }],
  [19021, { code: "config", says: "the signature does not match" }],
  [
    19022,
    {
      code: "config",
      says: "this machine's IP address is not on the bot's list; add it in the bot's security settings",
    },
  ],
  [19024, { code: "config", says: "the message holds none of the bot's keywords" }],
  [19036, { code: "payload", says: "the message is too large" }],
  [230_099, { code: "payload", says: badCard }],
  [99_991_400, { code: "rate-limited", says: limited }],
]);

/** Where the next simpler format may pass. */
export const badCards: ReadonlySet<number> = new Set([11246, 11310, 230_099]);
