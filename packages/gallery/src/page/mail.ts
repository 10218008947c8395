import type { ReceivedMail } from "@datasync-monitor/testkit";
import { type Content, html } from "./html.ts";

/**
 * Where a mail is read: each width and each scheme once, for browsers load every frame of the page, hidden
 * or not. `prefers-color-scheme` in a frame follows the frame's own `color-scheme`.
 */
interface Screen {
  readonly name: string;
  readonly width: number;
  readonly scheme: "light" | "dark";
}

const screens: readonly Screen[] = [
  { name: "desktop", width: 720, scheme: "light" },
  { name: "phone at night", width: 375, scheme: "dark" },
];

/** Of a page around its text, of a table, of a line, and of a row of a table around its lines; in pixels. */
const edges = 70;
const tableEdges = 14;
const lineHeight = 20;
const rowPadding = 11;
/** For fonts that are larger than they are here. */
const generosity = 1.05;
/** A field's value has some two thirds of the width, and a letter seven pixels. */
const lettersPerPixel = 0.6 / 7;

/**
 * A guess at how high a mail is when it is drawn: a frame without scripts cannot say, and one that is
 * too low would hide the end behind a scroll bar. Wide characters count double.
 */
const heightOf = (source: string, width: number): number => {
  const perLine = Math.floor(width * lettersPerPixel);
  const rows = source
    .replace(/<style>[\s\S]*?<\/style>|<title>[\s\S]*?<\/title>/g, "")
    .split(/<\/tr>|<\/div>|<br>/)
    .map((row) =>
      row
        .replace(/<[^>]*>/g, "")
        .replace(/&[#\w]+;/g, ".")
        .trim(),
    )
    .filter((row) => row !== "");
  const heights = rows.map((row) => {
    const columns = row.replace(/[\u1100-\uffef]/g, "xx").length;
    return Math.max(1, Math.ceil(columns / perLine)) * lineHeight + rowPadding;
  });
  const tables = source.split("<table").length - 1;
  const guess = heights.reduce((sum, height) => sum + height, edges + tables * tableEdges);
  return Math.ceil(guess * generosity);
};

/** `sandbox` without a word allows nothing, and the frame inherits the page's policy. */
const frame = (source: string, { name, width, scheme }: Screen): Content =>
  html`<figure class="screen"><figcaption>${name}, ${width} px</figcaption><iframe sandbox="" title="${name}" style="width:${width}px;height:${heightOf(source, width)}px;color-scheme:${scheme}" srcdoc="${source}"></iframe></figure>`;

const shownHeaders = ["from", "to", "date"];

/** A mail as a list of mails shows it, then opened on each screen, then its plain part. */
export const mailbox = ({ subject, headers, text, html: source }: ReceivedMail): Content =>
  html`<div class="mail"><div class="mail-subject">${subject}</div><div class="mail-head">${shownHeaders.map(
    (name) => html`<span><b>${name}</b> ${headers[name] ?? ""}</span> `,
  )}</div><div class="screens">${screens.map((screen) => frame(source, screen))}</div><details><summary>plain text</summary><pre>${text}</pre></details></div>`;
