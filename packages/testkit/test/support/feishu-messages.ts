export const text = (words: string) => ({ msg_type: "text", content: { text: words } });

export const page = (content: unknown) => ({
  msg_type: "post",
  content: { post: { zh_cn: { title: "t", content } } },
});

export const card = (parts: object) => ({
  msg_type: "interactive",
  card: {
    header: { title: { tag: "plain_text", content: "t" }, template: "red" },
    elements: [{ tag: "markdown", content: "m" }],
    ...parts,
  },
});

export const card2 = (elements: unknown, parts: object = {}) => ({
  msg_type: "interactive",
  card: { schema: "2.0", body: { elements }, ...parts },
});

/** A message of every form that the vendor takes. */
export const whole = {
  text: text("hello"),
  post: page([[{ tag: "text", text: "a" }], [{ tag: "a", text: "b", href: "https://x.example" }]]),
  "post that mentions all": page([[{ tag: "at", user_id: "all" }]]),
  "card 1.0": card({
    elements: [
      { tag: "div", text: { tag: "lark_md", content: "x" } },
      { tag: "div", fields: [{ is_short: true, text: { tag: "plain_text", content: "x" } }] },
      { tag: "hr" },
      { tag: "note", elements: [{ tag: "plain_text", content: "x" }] },
      { tag: "action", actions: [{ tag: "button", text: { tag: "plain_text", content: "x" } }] },
      {
        tag: "column_set",
        columns: [{ tag: "column", elements: [{ tag: "markdown", content: "x" }] }],
      },
    ],
  }),
  "card 2.0": card2([{ tag: "markdown", content: "x" }], {
    config: { summary: { content: "x" } },
    header: { title: { tag: "plain_text", content: "t" } },
  }),
  image: { msg_type: "image", content: { image_key: "img_1" } },
};

/** What it refuses, each with the code of its answer. */
export const broken: Readonly<Record<string, readonly [number, unknown]>> = {
  "an empty body": [9499, ""],
  "what is not JSON": [9499, "{"],
  "a list": [9499, []],
  "no msg_type": [19002, { content: { text: "x" } }],
  "an unknown msg_type": [19002, { msg_type: "markdown", content: { text: "x" } }],
  "text without content": [9499, { msg_type: "text" }],
  "empty text": [9499, text("")],
  "a post without lines": [9499, page([])],
  "a post without a locale": [9499, { msg_type: "post", content: { post: {} } }],
  "a post's unknown tag": [9499, page([[{ tag: "b", text: "x" }]])],
  "a link that is none": [9499, page([[{ tag: "a", text: "x", href: "javascript:1" }]])],
  "a mention by e-mail": [9499, page([[{ tag: "at", user_id: "a@x.example" }]])],
  "a card under `content`": [9499, { msg_type: "interactive", content: card({}).card }],
  "a card without elements": [11246, card({ elements: undefined })],
  "a card's unknown tag": [11246, card({ elements: [{ tag: "h1", content: "x" }] })],
  "a card's empty text": [11246, card({ elements: [{ tag: "markdown", content: " " }] })],
  "a card's empty div": [11246, card({ elements: [{ tag: "div" }] })],
  "a fault deep in columns": [
    11246,
    card({ elements: [{ tag: "column_set", columns: [{ tag: "column", elements: [{}] }] }] }),
  ],
  "a header of another colour": [
    11246,
    card({ header: { title: { tag: "plain_text", content: "t" }, template: "pink" } }),
  ],
  "a header without a title": [11246, card({ header: { template: "red" } })],
  "a card 2.0 with an unknown property": [11246, card2([], { details: 1 })],
  "a card 2.0 with elements beside the body": [11246, card2([], { elements: [] })],
  "a card 2.0 of 201 elements": [11246, card2(Array(201).fill({ tag: "hr" }))],
  "a card of six tables": [230099, card2(Array(6).fill({ tag: "table", columns: [], rows: [] }))],
};
