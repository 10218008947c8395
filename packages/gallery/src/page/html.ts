const brand = Symbol("markup");

/** HTML that is safe as it is: made by `html`, from texts that were escaped on their way in. */
export interface Markup {
  readonly [brand]: string;
}

/** What `html` takes between its tags; `undefined` and `false` show nothing. */
export type Content = string | number | undefined | false | Markup | readonly Content[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);

const markupOf = (content: Content): string => {
  if (content === undefined || content === false) return "";
  if (typeof content === "string") return escaped(content);
  if (typeof content === "number") return String(content);
  return brand in content ? content[brand] : content.map(markupOf).join("");
};

/** HTML in which every value is text, unless it came from `html` itself. Quote all attributes. */
export const html = (parts: TemplateStringsArray, ...values: readonly Content[]): Markup => ({
  [brand]: parts.reduce((text, part, index) => text + markupOf(values[index - 1]) + part),
});

/** Markup as text, to be written to a file. */
export const toText = (markup: Markup): string => markup[brand];

/** Text with its line ends kept. */
export const lines = (text: string): Content =>
  text.split("\n").map((line, index) => (index === 0 ? line : html`<br>${line}`));
