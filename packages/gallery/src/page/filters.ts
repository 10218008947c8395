import { type Content, html } from "./html.ts";

/** One way to narrow down what is shown: a row of buttons of which one is pressed. */
export interface Filter {
  /** Also the `data-` attribute that carries the value. */
  readonly name: string;
  readonly values: readonly string[];
  readonly pressed: string;
}

export const everything = "all";

const idsOf = ({ name, values }: Filter): readonly string[] =>
  [everything, ...values].map((value) => `${name}.${value}`);

/** The state of the buttons: stands before all that it rules, for a style sees only what comes after. */
export const filterStates = (filters: readonly Filter[]): Content =>
  filters.flatMap((filter) =>
    idsOf(filter).map((id) => {
      const checked = id === `${filter.name}.${filter.pressed}` ? html` checked` : "";
      return html`<input type="radio" name="${filter.name}" id="${id}"${checked}>`;
    }),
  );

export const filterBar = (filters: readonly Filter[]): Content =>
  html`<nav>${filters.map(
    (filter) =>
      html`<div class="filter"><b>${filter.name}</b>${idsOf(filter).map(
        (id) => html`<label for="${id}">${id.slice(filter.name.length + 1)}</label>`,
      )}</div>\n`,
  )}</nav>`;

const pressedRule = (id: string): Content =>
  html`[id="${id}"]:checked~header [for="${id}"]{background:#1f2937;border-color:#1f2937;color:#fff}
[id="${id}"]:focus-visible~header [for="${id}"]{outline:2px solid #2563eb}
`;

/**
 * Hides what does not carry the pressed value. What has no such value, as a digest has no level, stays.
 * So does what the address names, whatever is pressed.
 */
export const filterRules = (filters: readonly Filter[]): Content =>
  filters.flatMap((filter) => [
    ...idsOf(filter).map(pressedRule),
    ...filter.values.map(
      (value) =>
        html`[id="${filter.name}.${value}"]:checked~main [data-${filter.name}]:not([data-${filter.name}="${value}"],:target){display:none}\n`,
    ),
  ]);
