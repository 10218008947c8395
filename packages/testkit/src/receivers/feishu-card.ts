import { type Fields, isList, isObject, isText } from "./json.ts";

/** Why a card is refused: the vendor's code and words. */
export interface Refusal {
  readonly code: number;
  readonly msg: string;
}

/** https://open.feishu.cn/document/feishu-cards/card-json-v2-components/content-components/title */
const templates = [
  ...["blue", "wathet", "turquoise", "green", "yellow", "orange", "red", "carmine"],
  ...["violet", "purple", "indigo", "grey", "default"],
];

const invalid = (what: string): Refusal => ({
  code: 11246,
  msg: `card content is invalid: ${what}`,
});

const isPlain = (value: unknown): boolean =>
  isObject(value) && ["plain_text", "lark_md"].includes(String(value.tag)) && isText(value.content);

const isEach = (value: unknown, fits: (item: unknown) => boolean): boolean =>
  isList(value) && value.length > 0 && value.every(fits);

const isDiv = ({ text, fields }: Fields): boolean =>
  (text !== undefined || fields !== undefined) &&
  (text === undefined || isPlain(text)) &&
  (fields === undefined || isEach(fields, (field) => isObject(field) && isPlain(field.text)));

const isButton = (value: unknown): boolean => isObject(value) && isPlain(value.text);

/** What each component needs; components within it are judged on their own. */
const components: Readonly<Record<string, (element: Fields) => boolean>> = {
  div: isDiv,
  markdown: ({ content }) => isText(content),
  hr: () => true,
  img: ({ img_key }) => isText(img_key),
  note: ({ elements }) =>
    isEach(elements, (item) => isPlain(item) || (isObject(item) && isText(item.img_key))),
  action: ({ actions }) => isEach(actions, isButton),
  button: isButton,
  column_set: ({ columns }) => isEach(columns, isObject),
  column: ({ elements }) => isList(elements),
  collapsible_panel: ({ elements }) => isList(elements),
  table: ({ columns, rows }) => isList(columns) && isList(rows),
};

/** Every component of a card, those within columns and panels too. */
const flatten = (elements: readonly unknown[]): readonly unknown[] =>
  elements.flatMap((element) => {
    if (!isObject(element) || element.tag === "note") return [element];
    const inner = [element.columns, element.elements].filter(isList).flat();
    return element.tag === "table" ? [element] : [element, ...flatten(inner)];
  });

const elementsRefusal = (elements: unknown): Refusal | undefined => {
  if (!isList(elements)) return invalid("elements must be a list");
  const all = flatten(elements);
  if (all.length > 200) return invalid("more than 200 elements");
  for (const element of all) {
    const tag = isObject(element) ? String(element.tag) : "";
    if (!isObject(element) || components[tag]?.(element) !== true) {
      return invalid(`element \`${tag}\``);
    }
  }
  const tables = all.filter((element) => isObject(element) && element.tag === "table").length;
  if (tables <= 5) return undefined;
  return {
    code: 230099,
    msg: "Failed to create card content, ext=ErrCode: 11310; ErrMsg: card table number over limit;",
  };
};

const headerRefusal = (header: unknown): Refusal | undefined => {
  if (header === undefined) return undefined;
  if (!isObject(header) || !isPlain(header.title)) return invalid("header.title");
  const { template } = header;
  const known = template === undefined || templates.includes(String(template));
  return known ? undefined : invalid("header.template");
};

const unknownKey = (value: unknown, known: readonly string[]): string | undefined =>
  isObject(value) ? Object.keys(value).find((key) => !known.includes(key)) : undefined;

/** Version 2.0 takes no property it does not know; version 1.0 ignores it. */
const strictRefusal = (card: Fields): Refusal | undefined => {
  const header = ["title", "subtitle", "text_tag_list", "template", "icon", "padding"];
  const stray =
    unknownKey(card, ["schema", "config", "card_link", "header", "body"]) ??
    unknownKey(card.header, header);
  return stray === undefined ? undefined : invalid(`unknown property \`${stray}\``);
};

/** What is wrong with a card of either version, or undefined. */
export const cardRefusal = (card: unknown): Refusal | undefined => {
  if (!isObject(card)) return { code: 9499, msg: "Bad Request: `card` must be an object" };
  if (card.schema !== "2.0") return headerRefusal(card.header) ?? elementsRefusal(card.elements);
  const body = isObject(card.body) ? card.body : {};
  return strictRefusal(card) ?? headerRefusal(card.header) ?? elementsRefusal(body.elements);
};
