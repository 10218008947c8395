import { singleLine, truncate } from "@datasync-monitor/core";
import { type ListBounds, troubleWithin, type View } from "./view.ts";
import type { Words } from "./words.ts";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => entities[sign] ?? "");

// Outlook knows no `white-space: pre-wrap`.
const lines = (text: string): string =>
  escapeHtml(text)
    .replaceAll("\n", "<br>")
    .replace(/ (?= )/g, "&nbsp;");

/** For names: they part at their underscores before they part anywhere. A value stays whole, to be searched and compared. */
const name = (text: string): string => escapeHtml(text).replaceAll("_", "_<wbr>");

// Outlook lays out tables and little else, and some programs drop the style sheet: what a mail cannot do
// without is in tables, attributes and the inline styles that cells inherit. Rules and the dark colours are a
// bonus; the font is there twice, since in Outlook a nested table does not inherit it.
const font =
  "font-family:-apple-system,'Segoe UI',Roboto,'PingFang SC','Microsoft YaHei',Arial,sans-serif";
const styleSheet =
  `table,td,div{${font}}.line{border-bottom:1px solid #e5e7eb;padding:5px 10px 5px 0}.dim{color:#6b7280}.time{white-space:nowrap}` +
  "@media (max-width:480px){.edge{padding:0!important}.body{padding:16px 16px 0!important}}" +
  "@media (prefers-color-scheme:dark){.page{background:#111827!important}.card{background:#1f2937!important}" +
  ".ink{color:#f3f4f6!important}.dim{color:#9ca3af!important}.line{border-color:#374151!important}}";

const ink = "color:#1f2937";
const wrap = "word-break:break-word;overflow-wrap:anywhere";
const layout = 'role="presentation" cellspacing="0" border="0" width="100%"';

/** White on amber is hard to read. */
const inkOn = (level: View["level"]): string => (level === "warning" ? "#111827" : "#ffffff");

// The spaces are for Outlook, which pads no span.
const badge = ({ color, level, levelLabel }: View): string =>
  `<b style="background:${color};color:${inkOn(level)};font-size:12px;padding:2px 3px;white-space:nowrap">&nbsp;${escapeHtml(levelLabel)}&nbsp;</b>`;

const fieldRow = ({ label, value }: View["fields"][number]): string =>
  `<tr><td class="line dim" valign="top" width="30%">${name(label)}</td><td class="line" valign="top">${lines(value)}</td></tr>\n`;

const fieldTable = (fields: View["fields"]): string =>
  `<table ${layout} cellpadding="5" class="ink" style="${ink};margin-top:10px;font-size:13px">\n` +
  `${fields.map(fieldRow).join("")}</table>\n`;

const block = (style: string, text: string): string =>
  text === "" ? "" : `<div style="${style}">${lines(text)}</div>\n`;

const aside = (style: string, text: string): string =>
  text === "" ? "" : `<div class="dim" style="${style}">${lines(text)}</div>\n`;

/** One event in full, beside a bar in the colour of its level. */
export const htmlSection = (view: View, words: Words): string =>
  `<table ${layout} cellpadding="0" style="margin-bottom:24px"><tr>` +
  `<td width="5" bgcolor="${view.color}" style="font-size:0">&nbsp;</td>` +
  `<td class="ink" style="${ink};padding:2px 0 2px 16px;font-size:14px;line-height:1.5">\n` +
  `${badge(view)}\n` +
  block("font-size:18px;font-weight:bold;padding-top:6px", view.title) +
  (view.above.length === 0 ? "" : fieldTable(view.above)) +
  block("padding-top:4px", view.message) +
  fieldTable(view.fields) +
  aside("font-size:12px;padding-top:6px", view.hidden > 0 ? words.moreFields(view.hidden) : "") +
  aside("font-size:12px;padding-top:6px", `${words.eventId} ${view.id}`) +
  "</td></tr></table>\n";

const row = (view: View, longestMessage: number, more: readonly string[]): string =>
  `<tr><td class="line" valign="top">${badge(view)}</td>` +
  `<td class="line" valign="top" width="99%"><b>${name(view.type)}</b> · ${name(view.service)} <span class="dim time">${escapeHtml(view.time)}</span><br>` +
  `${escapeHtml(truncate(singleLine(view.message), longestMessage))}` +
  `${more.map((text) => `<br><span class="dim">${escapeHtml(text)}</span>`).join("")}</td></tr>\n`;

/** One event in the list that a digest opens with: two cells, for four would not fit a phone. */
export const htmlRow = (view: View, { message }: ListBounds): string => row(view, message, []);

/** The same for one that is listed only: what its section would have said first and last. */
export const htmlListed = (view: View, words: Words, bounds: ListBounds): string => {
  const trouble = troubleWithin(view, bounds);
  return row(view, bounds.message, [
    ...(trouble === "" ? [] : [trouble]),
    `${words.eventId} ${view.id}`,
  ]);
};

export const htmlList = (rows: readonly string[]): string =>
  `<table ${layout} cellpadding="5" class="ink" style="${ink};margin-bottom:28px;font-size:13px;line-height:1.5">\n` +
  `${rows.join("")}</table>\n`;

export const htmlHeading = (text: string): string =>
  `<div class="ink" style="${ink};font-size:20px;font-weight:bold;padding-bottom:12px">${escapeHtml(text)}</div>\n`;

export const htmlNote = (text: string): string => aside("font-size:13px;padding-bottom:20px", text);

/** The page around `body`, with a bar in `color` across its head. */
export const htmlPage = (title: string, color: string, lang: string, body: string): string =>
  `<!doctype html>\n<html lang="${lang}"><head><meta charset="utf-8">` +
  '<meta name="viewport" content="width=device-width,initial-scale=1">' +
  '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">' +
  `<title>${escapeHtml(title)}</title><style>${styleSheet}</style></head>\n` +
  `<body class="page" style="margin:0;padding:0;background:#f3f4f6">\n` +
  `<table ${layout} cellpadding="0" class="page" bgcolor="#f3f4f6"><tr><td align="center" class="edge" style="padding:24px 12px">\n` +
  '<table role="presentation" cellspacing="0" cellpadding="0" border="0" width="640" class="card" bgcolor="#ffffff" style="width:100%;max-width:640px">\n' +
  `<tr><td height="6" bgcolor="${color}" style="font-size:0;line-height:6px">&nbsp;</td></tr>\n` +
  `<tr><td align="left" class="body" style="padding:24px 24px 0;${font};${wrap}">\n${body}</td></tr>\n` +
  "</table>\n</td></tr></table>\n</body></html>\n";
