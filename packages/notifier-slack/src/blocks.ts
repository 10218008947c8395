import { escapeWithin, isBlank } from "./escape.ts";
import { limits } from "./limits.ts";

interface PlainText {
  readonly type: "plain_text";
  readonly text: string;
  /** false: `:8ball:` in an event stays what it is. */
  readonly emoji: false;
}

interface Mrkdwn {
  readonly type: "mrkdwn";
  readonly text: string;
  /** true: names and addresses in the text do not become links. */
  readonly verbatim: true;
}

export type Block =
  | { readonly type: "header"; readonly text: PlainText }
  | { readonly type: "section"; readonly text: PlainText | Mrkdwn }
  | { readonly type: "section"; readonly fields: Mrkdwn[] }
  | { readonly type: "context"; readonly elements: PlainText[] };

/** Blocks behind a bar of colour. */
export interface Attachment {
  readonly color: string;
  /** For clients that show no attachments: what stands there beside the message's `text`. Escaped. */
  readonly fallback: string;
  readonly blocks: Block[];
}

const plain = (text: string, max: number): PlainText => ({
  type: "plain_text",
  text: escapeWithin(text, max),
  emoji: false,
});

/** @param text - Escaped already. */
export const mrkdwn = (text: string): Mrkdwn => ({ type: "mrkdwn", text, verbatim: true });

export const header = (text: string): Block => ({
  type: "header",
  text: plain(text, limits.header),
});

/** Nothing for a blank text: Slack would refuse the whole message. */
export const paragraph = (text: string): Block[] =>
  isBlank(text) ? [] : [{ type: "section", text: plain(text, limits.text) }];

/** @param text - Escaped already, of at most `limits.summary`. */
export const context = (text: string): Block => ({
  type: "context",
  elements: [{ type: "plain_text", text, emoji: false }],
});

const textsOf = (block: Block): readonly (PlainText | Mrkdwn)[] => {
  if ("fields" in block) return block.fields;
  return "elements" in block ? block.elements : [block.text];
};

/** What a block counts against `limits.total`. */
export const sizeOf = (block: Block): number =>
  textsOf(block).reduce((sum, { text }) => sum + text.length, 0);
