import type { Exhibit } from "../collect/deliver.ts";
import type { Sample } from "../samples/samples.ts";
import { exhibitFigure } from "./exhibit.ts";
import { everything, type Filter, filterBar, filterRules, filterStates } from "./filters.ts";
import { type Content, html, toText } from "./html.ts";
import { style } from "./style/style.ts";

/** Nothing is loaded and nothing runs; styles stand in the page, as mails bring theirs along. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const uniqueOf = (values: readonly (string | undefined)[]): readonly string[] =>
  [...new Set(values)].filter((value) => value !== undefined);

const pressedOf = (values: readonly string[], wanted: string): string =>
  values.includes(wanted) ? wanted : everything;

/** What the page opens with: one failure, at every receiver. */
const filtersOf = (exhibits: readonly Exhibit[]): readonly Filter[] => {
  const filter = (
    name: string,
    wanted: string,
    of: (one: Exhibit) => string | undefined,
  ): Filter => {
    const values = uniqueOf(exhibits.map(of));
    return { name, values, pressed: pressedOf(values, wanted) };
  };
  return [
    filter("type", "sync_failure", ({ sample }) => sample.type),
    filter("level", "error", ({ sample }) => sample.level),
    filter("exhibitor", everything, ({ exhibitor }) => exhibitor),
    filter("locale", "zh-CN", ({ locale }) => locale),
  ];
};

const section = (sample: Sample, exhibits: readonly Exhibit[]): Content => {
  const level = sample.level === undefined ? "" : html` data-level="${sample.level}"`;
  return html`<section data-type="${sample.type}"${level}><h2>${sample.id.replace(".", " · ")}</h2><div class="exhibits">${exhibits.map(exhibitFigure)}</div></section>\n`;
};

/** Every exhibit on one page, which needs nothing but itself. */
export const galleryPage = (exhibits: readonly Exhibit[]): string => {
  const filters = filtersOf(exhibits);
  const samples = new Map(exhibits.map(({ sample }) => [sample.id, sample]));
  const of = (id: string) => exhibits.filter(({ sample }) => sample.id === id);
  const sections = [...samples].map(([id, sample]) => section(sample, of(id)));
  const rules = html`<style>${style}${filterRules(filters)}</style>`;
  return toText(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>What datasync-monitor sends</title>
${rules}</head>
<body>${filterStates(filters)}
<header><h1>What datasync-monitor sends</h1>${filterBar(filters)}</header>
<main>${sections}</main></body></html>
`);
};
