import { type Locale, singleLine } from "@datasync-monitor/core";
import { type Block, header, mrkdwn } from "./blocks.ts";
import { isBlank, mrkdwnWithin } from "./escape.ts";
import { limits } from "./limits.ts";
import { factsOf, headlineOf, originOf, type Telling, type Tellings, tally } from "./telling.ts";

const lineRoom = 200;

/** A headline, the message and the facts as far as `room` goes, and where and when. */
const entry = (telling: Telling, room: number): Block => {
  const title = `*${mrkdwnWithin(headlineOf(telling), lineRoom)}*`;
  const origin = mrkdwnWithin(originOf(telling), lineRoom);
  let left = room - title.length - origin.length - 1;
  const texts = [
    singleLine(telling.said.message),
    factsOf(telling)
      .map(({ label, value }) => `${label}: ${singleLine(value)}`)
      .join(" · "),
  ];
  const middle = texts.flatMap((text) => {
    const line = isBlank(text) ? "" : mrkdwnWithin(text, left - 1);
    left -= line.length + 1;
    return line === "" ? [] : [line];
  });
  return { type: "section", text: mrkdwn([title, ...middle, origin].join("\n")) };
};

/** A headline that counts, and one section an event, each with the same share of the room. */
export const digestBlocks = (tellings: Tellings, locale: Locale): Block[] => {
  const share = Math.floor((limits.total - limits.header) / tellings.length);
  const room = Math.min(limits.text, share);
  return [header(tally(tellings, locale)), ...tellings.map((telling) => entry(telling, room))];
};
