import type { DescribedField, Description } from "@datasync-monitor/core";
import { sampleEvent } from "@datasync-monitor/testkit";
import fc from "fast-check";
import type { Block } from "../src/blocks.ts";
import type { SlackMessage } from "../src/render.ts";
import type { Layout } from "../src/render-event.ts";
import type { Telling } from "../src/telling.ts";

export const options = { locale: "en", timeZone: "UTC" } as const;

const origin = ["Service", "Event", "Time"].map((label) => ({ label, value: "x", short: true }));

/** An event as core would describe it, with the given words. */
export const telling = (
  said: Partial<Description> = {},
  errors: DescribedField[] = [],
): Telling => ({
  event: sampleEvent({ level: said.level ?? "error", event_type: "sync_failure" }),
  said: {
    title: "Data sync failed",
    level: "error",
    levelLabel: "Error",
    color: "#dc2626",
    message: "the source did not answer",
    time: "2025-08-29 10:30:00 +00:00",
    ...said,
    fields: [...origin, ...errors, ...(said.fields ?? [])],
    errors,
  },
});

export const field = (label: string, value: string, short = true): DescribedField => ({
  label,
  value,
  short,
});

export const messageOf = (layout: Layout): SlackMessage => ({
  text: "x",
  unfurl_links: false,
  unfurl_media: false,
  ...layout,
});

/** Any UTF-16 units, surrogates in any order; `fc.string({ unit: "binary" })` takes a second to start. */
const anyUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 })
  .map((units) => String.fromCharCode(...units));

/** Text that is likely to hit what matters: entities, fences, surrogates, marks, blanks. */
export const hostileText = (maxLength = 4_000): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        anyUnits,
        fc.constantFrom(
          ..."&<>`*_~".split(""),
          "<!channel>",
          "&lt;",
          "```",
          "\ud83d",
          "\udc68",
          "👨‍👩‍👧",
          "数据同步完成",
          "https://wiki.example.com/runbook?a=1&b=2|c",
          "é",
          "\n",
          "\u202e",
          " ",
          "",
        ),
        fc.constant("<".repeat(500)),
        fc.constant("`".repeat(500)),
      ),
      { maxLength: 12, size: "max" },
    )
    .map((parts) => parts.join("").slice(0, maxLength));

export const decode = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** A link that shows where it leads. */
const openLink = /<https?:[^<>|\s]+>/g;

/** What is wrong with escaped text: a bare control character of Slack's, half an entity, a lone surrogate. */
export const faultsOf = (escaped: string): string[] => [
  ...(/[<>]/.test(escaped.replace(openLink, "")) ? ["bare angle bracket"] : []),
  ...(/&(?!amp;|lt;|gt;)/.test(escaped) ? ["bare ampersand or half an entity"] : []),
  ...(escaped.isWellFormed() ? [] : ["lone surrogate"]),
];

/** Every text in a message, wherever it stands. */
export const textsOf = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    typeof part === "string" && (key === "text" || key === "fallback") ? [part] : textsOf(part),
  );
};

/** Those of the message itself, then those behind bars of colour. */
export const blocksOf = ({ blocks = [], attachments = [] }: SlackMessage): Block[] => [
  ...blocks,
  ...attachments.flatMap(({ blocks }) => blocks),
];

/** All that Slack would refuse in a message. */
export const refusedIn = (message: SlackMessage): string[] => {
  const faults = textsOf(message).flatMap(faultsOf);
  const blocks = blocksOf(message);
  let total = 0;
  const check = (what: string, text: string, max: number) => {
    total += text.length;
    if (text.trim() === "") faults.push(`${what} is blank`);
    if (text.length > max) faults.push(`${what} has ${text.length} of ${max}`);
  };
  if (message.text.trim() === "") faults.push("text is blank");
  if (blocks.length > 50) faults.push(`${blocks.length} blocks`);
  for (const block of blocks) {
    if ("fields" in block) {
      if (block.fields.length < 1 || block.fields.length > 10) faults.push("fields");
      for (const { text } of block.fields) check("field", text, 2_000);
    } else if ("elements" in block) {
      if (block.elements.length < 1 || block.elements.length > 10) faults.push("elements");
      for (const { text } of block.elements) check("context", text, 3_000);
    } else {
      check(block.type, block.text.text, block.type === "header" ? 150 : 3_000);
    }
  }
  if (total > 13_000) faults.push(`${total} characters in all`);
  return faults;
};

/** In every address: no error, line or property may hold it. */
export const secret = "XXXXsecretXXXXsecretXXXX";
