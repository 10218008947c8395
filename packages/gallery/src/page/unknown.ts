import { type Content, html, type Markup } from "./html.ts";

/** Reading what a notifier sent: it is looked at as its destination would, and trusted as little. */

export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** Marks what the gallery cannot draw, so that it is seen and not left out. */
export const undrawn = (what: unknown): Markup =>
  html`<pre class="undrawn">not drawn: ${JSON.stringify(what)}</pre>`;

/** The drawing for the first of some kinds that fits, or a mark. */
export const drawnBy = (
  drawings: Readonly<Record<string, (fields: Fields) => Content>>,
  kind: unknown,
  fields: Fields,
): Content => {
  const draw = Object.hasOwn(drawings, textOf(kind)) ? drawings[textOf(kind)] : undefined;
  return draw === undefined ? undrawn(fields) : draw(fields);
};
