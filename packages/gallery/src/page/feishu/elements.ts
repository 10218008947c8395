import { type Content, html } from "../html.ts";
import { drawnBy, type Fields, fieldsOf, listOf, textOf } from "../unknown.ts";
import { larkMarkdown, larkText } from "./markup.ts";

/** A text object: `plain_text` shows its characters, `lark_md` reads them. */
export const cardText = (value: unknown): Content => {
  const { tag, content, text_color } = fieldsOf(value);
  const text = textOf(content);
  if (tag === "lark_md") return larkText(text);
  const colour = nameOf(text_color, "");
  return html`<span class="fs-plain${colour && ` fs-ink-${colour}`}">${text}</span>`;
};

/** A word of the vendor's that becomes part of a class. */
export const nameOf = (value: unknown, otherwise: string): string =>
  textOf(value).replace(/[^\w-]/g, "") || otherwise;

const sizeOf = (fields: Fields): string => nameOf(fields.text_size, "normal");

const div = (fields: Fields): Content => {
  const pairs = listOf(fields.fields).map(fieldsOf);
  return html`<div class="fs-div">${
    fields.text !== undefined &&
    html`<div class="fs-size-${sizeOf(fieldsOf(fields.text))}">${cardText(fields.text)}</div>`
  }${
    pairs.length > 0 &&
    html`<div class="fs-fields">${pairs.map(
      ({ is_short, text }) =>
        html`<div class="${is_short === true ? "fs-short" : "fs-long"}">${cardText(text)}</div>`,
    )}</div>`
  }</div>`;
};

const note = (fields: Fields): Content =>
  html`<div class="fs-note">${listOf(fields.elements).map(cardText)}</div>`;

const button = (fields: Fields): Content =>
  html`<span class="fs-button fs-button-${nameOf(fields.type, "default")}">${cardText(fields.text)}</span>`;

/** The widths of columns: `weighted` ones share what is left, others take what they need. */
const column = (fields: Fields): Content => {
  const weight = typeof fields.weight === "number" ? Math.min(5, Math.max(1, fields.weight)) : 1;
  const width = fields.width === "weighted" ? `fs-weight-${weight}` : "fs-auto";
  return html`<div class="fs-column ${width}">${elements(fields.elements)}</div>`;
};

const columnSet = (fields: Fields): Content => {
  const background = nameOf(fields.background_style, "default");
  const mode = nameOf(fields.flex_mode, "none");
  return html`<div class="fs-columns fs-flex-${mode} fs-background-${background}">${listOf(
    fields.columns,
  ).map((one) => column(fieldsOf(one)))}</div>`;
};

const panel = (fields: Fields): Content => {
  const { title } = fieldsOf(fields.header);
  const body = html`<summary>${panelTitle(title)}</summary>${elements(fields.elements)}`;
  return fields.expanded === true
    ? html`<details class="fs-panel" open>${body}</details>`
    : html`<details class="fs-panel">${body}</details>`;
};

const panelTitle = (title: unknown): Content => {
  const { tag, content } = fieldsOf(title);
  return tag === "markdown" ? larkMarkdown(textOf(content)) : cardText(title);
};

const cell = (value: unknown, kind: unknown): Content => {
  if (kind === "markdown" || kind === "lark_md") return larkMarkdown(textOf(value));
  return typeof value === "number" ? value : textOf(value);
};

const table = (fields: Fields): Content => {
  const columns = listOf(fields.columns).map(fieldsOf);
  const rows = listOf(fields.rows).map(fieldsOf);
  return html`<table class="fs-table"><tr>${columns.map(
    ({ display_name, name }) => html`<th>${textOf(display_name) || textOf(name)}</th>`,
  )}</tr>${rows.map(
    (row) =>
      html`<tr>${columns.map(
        ({ name, data_type }) => html`<td>${cell(row[textOf(name)], data_type)}</td>`,
      )}</tr>`,
  )}</table>`;
};

const markdown = (fields: Fields): Content =>
  html`<div class="fs-markdown fs-size-${sizeOf(fields)}">${larkMarkdown(textOf(fields.content))}</div>`;

const drawings: Readonly<Record<string, (fields: Fields) => Content>> = {
  div,
  note,
  button,
  markdown,
  table,
  hr: () => html`<hr>`,
  action: ({ actions }) => html`<div class="fs-actions">${elements(actions)}</div>`,
  column_set: columnSet,
  column,
  collapsible_panel: panel,
};

/** The components of a card, of structure 1.0 or 2.0. */
export const elements = (value: unknown): Content =>
  listOf(value)
    .map(fieldsOf)
    .map((fields) => drawnBy(drawings, fields.tag, fields));
