import type {
  Clock,
  MonitorEvent,
  Notifier,
  NotifierHost,
  SendContext,
} from "@datasync-monitor/core";
import { DeliveryError, systemClock } from "@datasync-monitor/core";
import { notifierHost, sampleEvent, sendContext } from "@datasync-monitor/testkit";
import fc from "fast-check";
import type { FeishuFormat } from "../src/format.ts";
import type { FeishuOptions } from "../src/options.ts";
import { largestBody, renderBody } from "../src/render.ts";
import { type Envelope, envelope } from "../src/sign.ts";
import type { Look } from "../src/story.ts";

export const formats = ["card", "post", "text"] as const;

/** Every shape that a message can have. */
export const shapes = [
  { format: "card" },
  { format: "card", cardSchema: "2.0" },
  { format: "post" },
  { format: "text" },
] as const satisfies readonly Pick<FeishuOptions, "format" | "cardSchema">[];

export const signed: Envelope = envelope("demo", 1_599_360_473_000);

export const look = (overrides: Partial<Look> = {}): Look => ({
  locale: "zh-CN",
  timeZone: "Asia/Shanghai",
  keyword: undefined,
  mentions: [],
  cardSchema: "1.0",
  ...overrides,
});

export interface Shape extends Partial<Look> {
  readonly format?: FeishuFormat;
  readonly maxBytes?: number;
  readonly envelope?: Envelope;
}

/** The request body for these events. */
export const bodyOf = (events: readonly MonitorEvent[], shape: Shape = {}): string => {
  const { format = "card", maxBytes = largestBody, envelope = {}, ...overrides } = shape;
  const [first = sampleEvent(), ...others] = events;
  return renderBody([first, ...others], look(overrides), { format, maxBytes, envelope });
};

export type Json = { readonly [key: string]: unknown };

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Every object within a JSON value, itself included. */
export const objectsIn = (value: unknown): readonly Json[] => {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  return isObject(value) ? [value, ...Object.values(value).flatMap(objectsIn)] : [];
};

/** The texts of every element with this tag. */
export const textsOf = (body: string, tag: string): readonly string[] =>
  objectsIn(JSON.parse(body))
    .filter((part) => part.tag === tag)
    .map((part) => String(part.content ?? part.text));

/** The one text of the `text` form. */
export const textOf = (body: string): string => JSON.parse(body).content.text;

/** What a client makes of the entities in markup, and what a careless server may make of any text. */
export const decode = (text: string): string =>
  text
    .replace(/&sim;/g, "~")
    .replace(/&lt;?/gi, "<")
    .replace(/&gt;?/gi, ">")
    .replace(/&#x([0-9a-f]{1,6});?/gi, (_, hex) => fromCode(Number.parseInt(hex, 16)))
    .replace(/&#(\d{1,7});?/g, (_, digits) => fromCode(Number(digits)))
    .replace(/&amp;?/gi, "&");

const fromCode = (code: number): string =>
  code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";

const fragments = [
  ...[
    '<at user_id="all">x</at>',
    "<at id=all></at>",
    "<AT\nuser_id='all'>",
    "< at id=all >",
    "<\u200bat>",
  ],
  ...[
    "&lt;at user_id=&quot;all&quot;&gt;",
    "&#60;at id=all&#62;",
    "&#x3C;AT id=all>",
    "&amp;lt;at>",
    "<&#97;t>",
  ],
  ...["*a*", "**b**", "__c__", "~~d~~", "`e`", "[x](javascript:1)", "[x](https://evil.example)"],
  ...[
    "<font color=red>",
    "<link></link>",
    "![i](img_key)",
    "# h",
    "- l",
    "&#42;",
    "&",
    "\\*",
    "$v",
    "'",
    '"',
  ],
  ...["https://example.com/a_(b)?c=*d*&e=[f]", "javascript:alert(1)", "https://u:p@evil.example/"],
  ...[
    "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67\u200d\ud83d\udc66",
    "\ud800",
    "\udc00",
    "\u0000",
    "\u202e",
  ],
  ...["\r\n", "\n\n\n\n", "\u2028", "\t", "数据同步完成", "级别: critical", "__proto__", " "],
];

/** Shrinking a batch of long texts would take minutes; what is found by then is reported as it is. */
export const bounded = { numRuns: 60, interruptAfterTimeLimit: 3_000 } as const;

/** Text that means harm, some of it long. */
export const hostileText = fc
  .tuple(
    fc.array(fc.oneof(fc.constantFrom(...fragments), fc.string({ unit: "binary", maxLength: 8 })), {
      maxLength: 8,
    }),
    fc.constantFrom(1, 1, 1, 40, 2_000),
  )
  .map(([parts, times]) => parts.join("").repeat(times).slice(0, 40_000));

export const hostileEvent: fc.Arbitrary<MonitorEvent> = fc
  .record({
    event_type: fc.constantFrom("sync_success", "storage_warning", "billing.paid"),
    level: fc.constantFrom("info", "warning", "error", "critical"),
    service: hostileText,
    message: hostileText,
    details: fc.dictionary(hostileText, fc.oneof(hostileText, fc.boolean(), fc.constant(null)), {
      maxKeys: 6,
    }),
    metrics: fc.dictionary(hostileText, fc.double({ noNaN: true, noDefaultInfinity: true }), {
      maxKeys: 4,
    }),
  })
  .map((parts) => sampleEvent(parts));

export const hostileBatch = fc.array(hostileEvent, { minLength: 1, maxLength: 20, size: "max" });

/** A monitor in Shanghai, by the system's clock unless it is given another. */
export const hostOf = (clock: Clock = systemClock): NotifierHost =>
  notifierHost({ clock, timeZone: "Asia/Shanghai" });

/** What `send()` rejects with, or undefined when it resolves. */
export const failureOf = async (
  notifier: Notifier,
  context: Partial<SendContext> = {},
  event: MonitorEvent = sampleEvent(),
): Promise<DeliveryError | undefined> => {
  try {
    await notifier.send([event], sendContext(context));
    return undefined;
  } catch (error) {
    return asDeliveryError(error);
  }
};

export const asDeliveryError = (error: unknown): DeliveryError => {
  if (DeliveryError.is(error)) return error;
  throw new Error("expected a DeliveryError", { cause: error });
};

/** The words of an accepted message, as a person reads them. */
export const readable = (message: unknown): string =>
  objectsIn(message)
    .flatMap(({ title, content, text }) => [title, content, text])
    .filter((text) => typeof text === "string")
    .map(decode)
    .join("\n");
