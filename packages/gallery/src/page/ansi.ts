import { type Content, html } from "./html.ts";

/** SGR parameters (ECMA-48 §8.3.117) and the classes that draw them. */
const classes: Readonly<Record<string, string>> = {
  "1": "sgr-bold",
  "2": "sgr-dim",
  "31": "sgr-red",
  "33": "sgr-yellow",
  "36": "sgr-cyan",
  "41": "sgr-on-red",
  "97": "sgr-white",
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a terminal reads
const sequence = /\u001b\[([\d;]*)m/;

const drawn = (parameters: readonly string[], text: string): Content => {
  if (text === "" || parameters.length === 0) return text;
  const names = parameters.map((parameter) => classes[parameter] ?? "undrawn");
  return html`<span class="${names.join(" ")}">${text}</span>`;
};

/** What a terminal shows of text with colours. A parameter that is not drawn here is marked. */
export const terminalText = (text: string): Content => {
  const [before = "", ...rest] = text.split(sequence);
  const shown: Content[] = [before];
  let active: readonly string[] = [];
  for (let index = 0; index < rest.length; index += 2) {
    const codes = (rest[index] ?? "").split(";").filter((code) => code !== "");
    const reset = codes.lastIndexOf("0");
    active = codes.length === 0 ? [] : [...(reset < 0 ? active : []), ...codes.slice(reset + 1)];
    shown.push(drawn(active, rest[index + 1] ?? ""));
  }
  return shown;
};
