import { type Content, html, lines } from "../html.ts";
import { type Rule, scan } from "../scan.ts";

const named: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  nbsp: "\u00a0",
  sim: "∼",
};

/** Entities are resolved last: an escaped mark is a character and no mark. */
const resolved = (text: string): Content =>
  lines(
    text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi, (whole, decimal, hex, name) => {
      if (name !== undefined) return named[name] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    }),
  );

const colours =
  "blue|green|red|orange|yellow|purple|violet|indigo|turquoise|wathet|carmine|lime|grey|neutral";

/** https://open.feishu.cn/document/feishu-cards/card-json-v2-components/content-components/rich-text */
const rules: readonly Rule[] = [
  {
    pattern: /<at id=["']?([\w-]+)["']?\s*><\/at>/,
    draw: ([, id = ""]) => html`<b class="fs-at">@${id === "all" ? "所有人" : id}</b>`,
  },
  {
    pattern: new RegExp(`<font color=["']?(${colours})["']?>([\\s\\S]*?)</font>`),
    draw: ([, colour = "", text = ""], inner) =>
      html`<span class="fs-ink-${colour}">${inner(text)}</span>`,
  },
  {
    pattern: new RegExp(`<text_tag color=["']?(${colours})["']?>([\\s\\S]*?)</text_tag>`),
    draw: ([, colour = "", text = ""], inner) =>
      html`<span class="fs-tag fs-tag-${colour}">${inner(text)}</span>`,
  },
  { pattern: /<br\s*\/?>/, draw: () => html`<br>` },
  {
    pattern: /\[([^\]\n]+)\]\((https?:\/\/[^\s)]+)\)/,
    draw: ([, text = "", address = ""], inner) =>
      html`<span class="link" title="${address}">${inner(text)}</span>`,
  },
  { pattern: /`([^`\n]+)`/, draw: ([, text = ""]) => html`<code>${resolved(text)}</code>` },
  {
    pattern: /\*\*([^*\n]+(?:\*[^*\n]+)*)\*\*/,
    draw: ([, text = ""], inner) => html`<b>${inner(text)}</b>`,
  },
  {
    pattern: /\*([^*\s](?:[^*\n]*[^*\s])?)\*/,
    draw: ([, text = ""], inner) => html`<i>${inner(text)}</i>`,
  },
  { pattern: /~~([^~\n]+)~~/, draw: ([, text = ""], inner) => html`<s>${inner(text)}</s>` },
];

/** The text of a `lark_md` element: marks within lines. */
export const larkText = (text: string): Content => scan(text, rules, resolved);

const listItems = (text: string): Content =>
  text
    .trim()
    .split("\n")
    .map((item) => html`<li>${larkText(item.replace(/^\S+ /, ""))}</li>`);

/** What only `markdown` elements know: fences, headings, lists, quotes and rules. */
const blocks: readonly Rule[] = [
  {
    pattern: /(?:^|\n)```[^\n]*\n([\s\S]*?)\n```[^\S\n]*(?:\n|$)/,
    draw: ([, text = ""]) => html`<pre class="fs-code">${resolved(text)}</pre>`,
  },
  {
    pattern: /(?:^|\n)#{1,6} ([^\n]+)/,
    draw: ([, text = ""]) => html`<div class="fs-heading">${larkText(text)}</div>`,
  },
  {
    pattern: /(?:^|\n)((?:[-*+] [^\n]+(?:\n|$))+)/,
    draw: ([, text = ""]) => html`<ul>${listItems(text)}</ul>`,
  },
  {
    pattern: /(?:^|\n)((?:\d+\. [^\n]+(?:\n|$))+)/,
    draw: ([, text = ""]) => html`<ol>${listItems(text)}</ol>`,
  },
  {
    pattern: /(?:^|\n)> ([^\n]+)/,
    draw: ([, text = ""]) => html`<blockquote>${larkText(text)}</blockquote>`,
  },
  { pattern: /(?:^|\n)---+(?:\n|$)/, draw: () => html`<hr>` },
];

/** The text of a `markdown` element, of structure 2.0 or 1.0. */
export const larkMarkdown = (text: string): Content => scan(text, blocks, larkText);
