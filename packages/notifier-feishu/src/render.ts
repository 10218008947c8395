import { type Batch, describeBatch } from "@datasync-monitor/core";
import { fit, type Room } from "./fit.ts";
import type { FeishuFormat } from "./format.ts";
import { renderCard } from "./render-card.ts";
import { renderCardV2 } from "./render-card-v2.ts";
import { renderPost } from "./render-post.ts";
import { renderText } from "./render-text.ts";
import type { Envelope } from "./sign.ts";
import { type Look, tell } from "./story.ts";

/**
 * What the vendor takes as the whole request body, signature included.
 *
 * @see https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
 */
export const largestBody = 20_000;

/** No description has more. */
const fields = 30;

/** A text of one event may fill the message. */
const alone = { fields, textBytes: largestBody };
const inDigest = { fields, textBytes: 1_000 };

const cards = { "1.0": renderCard, "2.0": renderCardV2 } as const;
const others = { post: renderPost, text: renderText } as const;

/** The request body for a batch: valid JSON of at most `maxBytes`, whatever the events hold. */
export const renderBody = (
  batch: Batch,
  look: Look,
  { format, envelope, maxBytes }: { format: FeishuFormat; envelope: Envelope; maxBytes: number },
): string => {
  const full: Room = { events: batch.length, ...(batch.length === 1 ? alone : inDigest) };
  const stories = describeBatch(batch, look).events.map((event) => tell(event, look));
  const renderer = format === "card" ? cards[look.cardSchema] : others[format];
  const render = (room: Room) => JSON.stringify({ ...envelope, ...renderer(stories, room, look) });
  return fit(full, maxBytes, render);
};
