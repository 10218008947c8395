import { type Content, html } from "../html.ts";
import { drawnBy, type Fields, fieldsOf, listOf, textOf } from "../unknown.ts";
import { mrkdwn, resolved } from "./mrkdwn.ts";

const textObject = (value: unknown): Content => {
  const { type, text } = fieldsOf(value);
  return type === "mrkdwn" ? mrkdwn(textOf(text)) : resolved(textOf(text));
};

const section = ({ text, fields }: Fields): Content =>
  html`<div class="sl-section">${text !== undefined && html`<div>${textObject(text)}</div>`}${
    fields !== undefined &&
    html`<div class="sl-fields">${listOf(fields).map((field) => html`<div>${textObject(field)}</div>`)}</div>`
  }</div>`;

/** https://docs.slack.dev/reference/block-kit/blocks */
const drawings: Readonly<Record<string, (fields: Fields) => Content>> = {
  header: ({ text }) => html`<div class="sl-header">${textObject(text)}</div>`,
  section,
  context: ({ elements }) =>
    html`<div class="sl-context">${listOf(elements).map((one) => html`<span>${textObject(one)}</span>`)}</div>`,
  divider: () => html`<hr>`,
};

const blocks = (value: unknown): Content =>
  listOf(value)
    .map(fieldsOf)
    .map((block) => drawnBy(drawings, block.type, block));

/** A colour that may stand in a style: Slack takes `#rrggbb` and three words. */
const colourOf = (value: unknown): string =>
  /^#[\da-f]{6}$/i.test(textOf(value)) ? textOf(value) : "#dddddd";

const attachment = ({ color, blocks: own, text }: Fields): Content =>
  html`<div class="sl-attachment" style="border-color:${colourOf(color)}">${
    text !== undefined && html`<div class="sl-section">${mrkdwn(textOf(text))}</div>`
  }${blocks(own)}</div>`;

/**
 * A message as a channel of Slack shows it. `text` is read out and pushed alone where there are
 * top-level blocks; else it is the message, and attachments stand below it.
 */
export const slackMessage = (value: unknown): Content => {
  const message = fieldsOf(value);
  const text = mrkdwn(textOf(message.text));
  const body =
    message.blocks === undefined
      ? html`<div class="sl-text">${text}</div>`
      : html`<div class="aside">push notification: ${text}</div>${blocks(message.blocks)}`;
  return html`<div class="sl-message"><div class="sl-avatar">D</div><div class="sl-main"><div class="sl-name">DataSync <span class="sl-app">APP</span></div>${body}${listOf(
    message.attachments,
  )
    .map(fieldsOf)
    .map(attachment)}</div></div>`;
};
