import { type Batch, singleLine } from "@datasync-monitor/core";
import type { Block } from "./blocks.ts";
import { isBlank, mrkdwnWithin, printable } from "./escape.ts";
import { limits } from "./limits.ts";
import { digestBlocks } from "./render-digest.ts";
import { eventBlocks } from "./render-event.ts";
import {
  factsOf,
  gravest,
  headlineOf,
  originOf,
  type RenderOptions,
  summaryOf,
  type Telling,
  tell,
} from "./telling.ts";

/** The most events of one digest: with more, each would have too little room to be told. */
export const maxBatchSize = 20;

export interface SlackMessage {
  /** Never empty: without it a push notification says nothing. */
  readonly text: string;
  readonly unfurl_links: false;
  readonly unfurl_media: false;
  readonly attachments?: { color: string; fallback: string; blocks: Block[] }[];
}

/** A batch as Block Kit behind a colour bar: one event in full, several as a digest. */
export const renderBlocks = (batch: Batch, options: RenderOptions): SlackMessage => {
  const tellings = tell(batch, options);
  const text = summaryOf(tellings, options.locale);
  const blocks =
    tellings.length === 1
      ? eventBlocks(tellings[0], options.locale)
      : digestBlocks(tellings, options.locale);
  return {
    text,
    unfurl_links: false,
    unfurl_media: false,
    attachments: [{ color: gravest(tellings).said.color, fallback: text, blocks }],
  };
};

const plainly = (telling: Telling): string => {
  const lines = [headlineOf(telling), printable(telling.said.message), originOf(telling)];
  const facts = factsOf(telling).map(({ label, value }) => `${label}: ${singleLine(value)}`);
  return [...lines, ...facts].filter((line) => !isBlank(line)).join("\n");
};

/** The same without blocks, for when Slack refuses them. */
export const renderPlain = (batch: Batch, options: RenderOptions): SlackMessage => {
  const tellings = tell(batch, options);
  const room = Math.floor(limits.plain / tellings.length) - 2;
  const text = tellings.map((telling) => mrkdwnWithin(plainly(telling), room)).join("\n\n");
  return { text, unfurl_links: false, unfurl_media: false };
};
