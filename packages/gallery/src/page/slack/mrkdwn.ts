import { type Content, html, lines } from "../html.ts";
import { type Rule, scan } from "../scan.ts";

const entities: Readonly<Record<string, string>> = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

/** The only three entities that Slack knows. */
export const resolved = (text: string): Content =>
  lines(text.replace(/&(?:amp|lt|gt);/g, (entity) => entities[entity] ?? entity));

/** A pair of marks that stand free of words on the outside, and touch them on the inside. */
const pair = (mark: string): RegExp =>
  new RegExp(`(?<![\\w${mark}])${mark}(?=\\S)([^\\n${mark}]*[^\\s${mark}])${mark}(?![\\w${mark}])`);

/** https://docs.slack.dev/messaging/formatting-message-text */
const rules: readonly Rule[] = [
  {
    pattern: /```\n?([\s\S]*?)\n?```/,
    draw: ([, text = ""]) => html`<pre class="sl-code">${resolved(text)}</pre>`,
  },
  { pattern: /`([^`\n]+)`/, draw: ([, text = ""]) => html`<code>${resolved(text)}</code>` },
  {
    pattern: /<!(channel|here|everyone)>/,
    draw: ([, name = ""]) => html`<b class="sl-mention">@${name}</b>`,
  },
  { pattern: /<[@#](\w+)>/, draw: ([, name = ""]) => html`<b class="sl-mention">@${name}</b>` },
  {
    pattern: /<(https?:[^|>]+)(?:\|([^>]*))?>/,
    draw: ([, address = "", text = address]) =>
      html`<span class="link" title="${address}">${resolved(text)}</span>`,
  },
  { pattern: pair("\\*"), draw: ([, text = ""], inner) => html`<b>${inner(text)}</b>` },
  { pattern: pair("_"), draw: ([, text = ""], inner) => html`<i>${inner(text)}</i>` },
  { pattern: pair("~"), draw: ([, text = ""], inner) => html`<s>${inner(text)}</s>` },
];

export const mrkdwn = (text: string): Content => scan(text, rules, resolved);
