import type { Content } from "./html.ts";

/** One mark of a markup language. The leftmost match wins; of those, the rule that stands first. */
export interface Rule {
  /** Without the flags `g` and `y`. */
  readonly pattern: RegExp;
  /** @param inner - Draws a text within the mark by the same rules. */
  readonly draw: (match: RegExpExecArray, inner: (text: string) => Content) => Content;
}

/** Text with its marks drawn. What is between them goes through `plain`, which resolves entities. */
export const scan = (
  text: string,
  rules: readonly Rule[],
  plain: (text: string) => Content,
): Content => {
  const drawn: Content[] = [];
  const inner = (part: string): Content => scan(part, rules, plain);
  let rest = text;
  while (rest !== "") {
    let first: { match: RegExpExecArray; rule: Rule } | undefined;
    for (const rule of rules) {
      const match = rule.pattern.exec(rest);
      if (match === null || match[0] === "") continue;
      if (first === undefined || match.index < first.match.index) first = { match, rule };
    }
    if (first === undefined) break;
    const { match, rule } = first;
    drawn.push(plain(rest.slice(0, match.index)), rule.draw(match, inner));
    rest = rest.slice(match.index + match[0].length);
  }
  return [...drawn, plain(rest)];
};
