/**
 * What a card of structure 2.0 may hold, property by property, from the vendor's pages; the bot refuses
 * a card for one property more. https://open.feishu.cn/document/uAjLw4CM/ukzMukzMukzM/feishu-cards/card-json-v2-structure
 * and its pages on header, div, markdown, column_set and hr.
 */

/** Says what is wrong with a value, and where. */
type Rule = (value: unknown, at: string) => readonly string[];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const holds =
  (what: string, fits: (value: unknown) => boolean): Rule =>
  (value, at) =>
    fits(value) ? [] : [`${at}: not ${what}`];

const text = holds("text", (value) => typeof value === "string" && value !== "");
const flag = holds("a boolean", (value) => typeof value === "boolean");
const anything: Rule = () => [];
const oneOf = (...values: readonly unknown[]): Rule =>
  holds(`one of ${values.join(", ")}`, (value) => values.includes(value));
const list =
  (rule: Rule): Rule =>
  (value, at) =>
    Array.isArray(value)
      ? value.flatMap((item, index) => rule(item, `${at}[${index}]`))
      : [`${at}: not a list`];

/** Its own properties and no other; those in `needed` are there. */
const object =
  (rules: Readonly<Record<string, Rule>>, needed: readonly string[] = []): Rule =>
  (value, at) => {
    if (!isObject(value)) return [`${at}: not an object`];
    return [
      ...needed.filter((name) => !(name in value)).map((name) => `${at}.${name}: missing`),
      ...Object.entries(value).flatMap(([name, part]) => {
        const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
        return rule === undefined
          ? [`${at}.${name}: unknown property`]
          : rule(part, `${at}.${name}`);
      }),
    ];
  };

const pixels = holds("1 to 4 lengths", (value) =>
  /^-?\d{1,2}(?:px)?(?: -?\d{1,2}(?:px)?){0,3}$/.test(String(value)),
);
const spacing = holds("a spacing", (value) =>
  /^(?:small|medium|large|extra_large|\d{1,2}px)$/.test(String(value)),
);
const elementId = holds("an element id", (value) => /^[A-Za-z]\w{0,19}$/.test(String(value)));
const horizontal = oneOf("left", "center", "right");
const vertical = oneOf("top", "center", "bottom");
const direction = oneOf("vertical", "horizontal");
const size = oneOf(
  ...["heading-0", "heading-1", "heading-2", "heading-3", "heading-4", "heading", "normal"],
  ...["notation", "xxxx-large", "xxx-large", "xx-large", "x-large", "large", "medium", "small"],
  "x-small",
);
const template = oneOf(
  ...["blue", "wathet", "turquoise", "green", "yellow", "orange", "red", "carmine", "violet"],
  ...["purple", "indigo", "grey", "default"],
);

const icon = object({
  tag: oneOf("standard_icon", "custom_icon"),
  token: text,
  color: text,
  img_key: text,
});

const title = object({ tag: oneOf("plain_text", "lark_md"), content: text }, ["tag", "content"]);

const divText = object(
  {
    ...{ tag: oneOf("plain_text", "lark_md"), content: text, text_size: size, text_color: text },
    ...{ text_align: horizontal, lines: holds("a number", Number.isInteger) },
  },
  ["tag", "content"],
);

const link = object({ url: text, android_url: text, ios_url: text, pc_url: text });
const action = object({ multi_url: link });

const column: Rule = (value, at) =>
  object(
    {
      ...{ tag: oneOf("column"), element_id: elementId, background_style: text, action },
      width: holds("a width", (width) => /^(?:auto|weighted|\d{2,3}px)$/.test(String(width))),
      weight: oneOf(1, 2, 3, 4, 5),
      ...{ horizontal_spacing: spacing, horizontal_align: horizontal, vertical_align: vertical },
      ...{ vertical_spacing: spacing, direction, padding: pixels, margin: pixels },
      elements: list(element),
    },
    ["tag"],
  )(value, at);

const components: Readonly<Record<string, Rule>> = {
  div: object({
    ...{ tag: anything, element_id: elementId, margin: pixels, text: divText, icon },
    width: holds("a width", (width) => /^(?:fill|auto|\d{2,3}px)$/.test(String(width))),
  }),
  markdown: object(
    {
      ...{ tag: anything, element_id: elementId, margin: pixels, content: text, icon },
      ...{ text_size: size, text_align: horizontal },
    },
    ["content"],
  ),
  hr: object({ tag: anything, element_id: elementId, margin: pixels }),
  column_set: object(
    {
      ...{ tag: anything, element_id: elementId, margin: pixels, background_style: text, action },
      ...{ horizontal_spacing: spacing, horizontal_align: horizontal, columns: list(column) },
      flex_mode: oneOf("none", "stretch", "flow", "bisect", "trisect"),
    },
    ["columns"],
  ),
};

function element(value: unknown, at: string): readonly string[] {
  const tag = isObject(value) ? String(value.tag) : "";
  const rule = Object.hasOwn(components, tag) ? components[tag] : undefined;
  return rule === undefined ? [`${at}: unknown component ${tag}`] : rule(value, `${at}(${tag})`);
}

const card = object(
  {
    schema: oneOf("2.0"),
    config: object({
      ...{ streaming_mode: flag, streaming_config: anything, locales: list(text) },
      summary: object({ content: text, i18n_content: anything }),
      ...{ enable_forward: flag, update_multi: oneOf(true), style: anything },
      width_mode: oneOf("default", "compact", "fill"),
      ...{ use_custom_translation: flag, enable_forward_interaction: flag },
    }),
    card_link: link,
    header: object(
      {
        ...{ title, subtitle: title, template, icon, padding: pixels },
        ...{ text_tag_list: list(anything), i18n_text_tag_list: anything },
      },
      ["title"],
    ),
    body: object(
      {
        ...{ direction, padding: pixels, elements: list(element) },
        ...{ horizontal_spacing: spacing, horizontal_align: horizontal },
        ...{ vertical_spacing: spacing, vertical_align: vertical },
      },
      ["elements"],
    ),
  },
  ["schema", "body"],
);

/** Everything that the bot would refuse a 2.0 card for, as far as the vendor says; empty for a sound card. */
export const cardV2Faults = (value: unknown): readonly string[] => card(value, "card");
