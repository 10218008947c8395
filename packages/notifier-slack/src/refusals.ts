import type { DeliveryErrorCode } from "@datasync-monitor/core";

/** What one of Slack's words means, whatever the status it comes with. */
interface Refusal {
  readonly code: DeliveryErrorCode;
  readonly advice: string;
  /** Only the blocks are at fault: the same events may be accepted as plain text. */
  readonly blocks?: true;
}

/**
 * Slack's own words for a refusal, the body of its answer.
 *
 * https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks lists the most; users
 * report the others. The two disagree on the status of several, so a word counts whatever its status.
 */
export const refusals: ReadonlyMap<string, Refusal> = new Map(
  Object.entries({
    invalid_blocks: { code: "payload", advice: "it refuses the blocks", blocks: true },
    invalid_blocks_format: { code: "payload", advice: "it refuses the blocks", blocks: true },
    invalid_attachments: { code: "payload", advice: "it refuses the blocks", blocks: true },
    msg_blocks_too_long: { code: "payload", advice: "the blocks are too long", blocks: true },
    invalid_payload: { code: "payload", advice: "it cannot read the message" },
    no_text: { code: "payload", advice: "the message is empty" },
    missing_text_or_fallback_or_attachments: { code: "payload", advice: "the message is empty" },
    too_many_attachments: { code: "payload", advice: "the message has too many attachments" },
    user_not_found: { code: "payload", advice: "the user it is for does not exist" },
    no_service: { code: "endpoint", advice: "the webhook was removed; create a new one" },
    no_service_id: { code: "endpoint", advice: "the webhook was removed; create a new one" },
    no_active_hooks: { code: "endpoint", advice: "the webhook was disabled; create a new one" },
    channel_not_found: { code: "endpoint", advice: "the webhook's channel does not exist" },
    channel_is_archived: { code: "endpoint", advice: "the webhook's channel is archived" },
    no_team: { code: "endpoint", advice: "the webhook's workspace does not exist" },
    team_disabled: { code: "endpoint", advice: "the webhook's workspace is disabled" },
    invalid_token: { code: "config", advice: "the last part of the webhook's URL is wrong" },
    action_prohibited: { code: "config", advice: "an administrator forbids the webhook to post" },
    posting_to_general_channel_denied: {
      code: "config",
      advice: "an administrator forbids the webhook to post in this channel",
    },
    rate_limited: { code: "rate-limited", advice: "it asks us to wait" },
    ratelimited: { code: "rate-limited", advice: "it asks us to wait" },
    rollup_error: { code: "unavailable", advice: "it has trouble of its own" },
  } satisfies Record<string, Refusal>),
);
