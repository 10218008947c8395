import { type Locale, singleLine } from "@datasync-monitor/core";
import { type Attachment, header, mrkdwn } from "./blocks.ts";
import { entryOf } from "./entry.ts";
import { mrkdwnWithin } from "./escape.ts";
import { limits } from "./limits.ts";
import type { Layout } from "./render-event.ts";
import { headlineOf, type Telling, type Tellings, tally } from "./telling.ts";

const attachment = (telling: Telling, room: number): Attachment => ({
  color: telling.said.color,
  fallback: mrkdwnWithin(headlineOf(telling), limits.summary),
  blocks: [
    {
      type: "section",
      text: mrkdwn(entryOf(telling, room, singleLine(telling.said.message))),
    },
  ],
});

/** A headline that counts, and each event behind a bar in the colour of its level, with the same share of the room. */
export const digestLayout = (tellings: Tellings, locale: Locale): Layout => {
  const share = Math.floor((limits.total - limits.header) / tellings.length);
  const room = Math.min(limits.text, share);
  return {
    blocks: [header(tally(tellings, locale))],
    attachments: tellings.map((telling) => attachment(telling, room)),
  };
};
