import { type Content, html, lines } from "../html.ts";
import { drawnBy, type Fields, fieldsOf, listOf, textOf, undrawn } from "../unknown.ts";
import { cardText, elements, nameOf } from "./elements.ts";

const bubble = (content: Content): Content => html`<div class="fs-bubble">${content}</div>`;

const tag = (value: unknown): Content => {
  const { text, color } = fieldsOf(value);
  return html`<span class="fs-tag fs-tag-${nameOf(color, "blue")}">${cardText(text)}</span>`;
};

const header = ({ template, title, subtitle, text_tag_list }: Fields): Content => {
  const colour = nameOf(template, "default");
  return html`<div class="fs-head fs-head-${colour}"><div class="fs-title">${cardText(title)} ${listOf(
    text_tag_list,
  ).map(
    tag,
  )}</div>${subtitle !== undefined && html`<div class="fs-subtitle">${cardText(subtitle)}</div>`}</div>`;
};

/** What the list of chats shows under the group's name. */
const preview = (card: Fields): Content => {
  const summary = textOf(fieldsOf(fieldsOf(card.config).summary).content);
  return summary !== "" && html`<div class="aside">in the list of chats: ${summary}</div>`;
};

const cardOn = (screen: string, card: Content): Content =>
  html`<figure class="fs-${screen}"><figcaption>${screen}</figcaption>${card}</figure>`;

const interactive = (message: Fields): Content => {
  const fields = fieldsOf(message.card);
  const body = fields.schema === "2.0" ? fieldsOf(fields.body).elements : fields.elements;
  const card = html`<div class="fs-card">${
    fields.header !== undefined && header(fieldsOf(fields.header))
  }<div class="fs-body">${elements(body)}</div></div>`;
  return html`${preview(fields)}<div class="screens">${cardOn("desktop", card)}${cardOn("phone", card)}</div>`;
};

const postNodes: Readonly<Record<string, (node: Fields) => Content>> = {
  text: ({ text }) => lines(textOf(text)),
  a: ({ text, href }) => html`<span class="link" title="${textOf(href)}">${textOf(text)}</span>`,
  at: ({ user_id }) =>
    html`<b class="fs-at">@${user_id === "all" ? "所有人" : textOf(user_id)}</b>`,
};

const post = (message: Fields): Content => {
  const [page] = Object.values(fieldsOf(fieldsOf(message.content).post)).map(fieldsOf);
  if (page === undefined) return undrawn(message);
  const paragraphs = listOf(page.content).map(
    (line) =>
      html`<p>${listOf(line)
        .map(fieldsOf)
        .map((node) => drawnBy(postNodes, node.tag, node))}</p>`,
  );
  return bubble(html`<div class="fs-post-title">${textOf(page.title)}</div>${paragraphs}`);
};

const text = (message: Fields): Content => bubble(lines(textOf(fieldsOf(message.content).text)));

/** A message as a group of Feishu or Lark shows it. */
export const feishuMessage = (value: unknown): Content => {
  const message = fieldsOf(value);
  return drawnBy({ interactive, post, text }, message.msg_type, message);
};
