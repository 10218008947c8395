import { type Batch, singleLine } from "@datasync-monitor/core";
import type { Attachment, Block } from "./blocks.ts";
import { entryOf } from "./entry.ts";
import { escapeText, printable } from "./escape.ts";
import { limits } from "./limits.ts";
import { digestLayout } from "./render-digest.ts";
import { eventLayout } from "./render-event.ts";
import { type RenderOptions, summaryOf, tally, tell } from "./telling.ts";

/** The most events of one digest: with more, each would have too little room to be told. */
export const maxBatchSize = 20;

export interface SlackMessage {
  /** Never empty: without it a push notification says nothing. Not shown where there are `blocks`. */
  readonly text: string;
  readonly unfurl_links: false;
  readonly unfurl_media: false;
  readonly blocks?: Block[];
  readonly attachments?: Attachment[];
}

/** A batch as Block Kit with bars of colour: one event in full, several as a digest. */
export const renderBlocks = (batch: Batch, options: RenderOptions): SlackMessage => {
  const { locale } = options;
  const tellings = tell(batch, options);
  const layout =
    tellings.length === 1 ? eventLayout(tellings[0], locale) : digestLayout(tellings, locale);
  return {
    text: summaryOf(tellings, locale),
    unfurl_links: false,
    unfurl_media: false,
    ...layout,
  };
};

/** Continued lines stand in, so that none can pass for the headline of another event. */
const indented = (text: string): string => printable(text).replaceAll("\n", "\n    ");

/** The same without blocks, for when Slack refuses them. */
export const renderPlain = (batch: Batch, options: RenderOptions): SlackMessage => {
  const tellings = tell(batch, options);
  const isDigest = tellings.length > 1;
  const room = Math.floor((limits.plain - limits.header) / tellings.length) - 2;
  const entries = tellings.map((telling) => {
    const { message } = telling.said;
    return entryOf(telling, room, isDigest ? singleLine(message) : indented(message));
  });
  const counted = isDigest ? [escapeText(tally(tellings, options.locale))] : [];
  return {
    text: [...counted, ...entries].join("\n\n"),
    unfurl_links: false,
    unfurl_media: false,
  };
};
