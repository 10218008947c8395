import type { Batch, JsonObject, MonitorEvent } from "@datasync-monitor/core";
import type { ConformanceCase, Rig } from "../harness.ts";
import { sampleBatch, sampleEvent } from "../samples.ts";
import { check } from "./check.ts";
import { checkAccepted, send } from "./sending.ts";

const family = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}";

/** Text that breaks a careless renderer, by the name its case goes by. */
const texts: Readonly<Record<string, string>> = {
  quotes: `"double" 'single' \`back\` \\ {"json": null} %s %n \${x} {{y}}`,
  "slack-mentions": "@here @channel <!channel> <!here|here> <@U1> <!subteam^S1> <#C1|general>",
  "feishu-mentions": `<at user_id="all">all</at> <at id=all></at> <AT\nuser_id="all"></AT>`,
  "other-mentions": "@everyone @all @room <@&1> <@!1> <!everyone> <users/all> @_all <at>all</at>",
  html: "<script>alert(1)</script> <img src=x onerror=alert(1)> &lt;b&gt; &amp;amp; ]]> -->",
  markdown: "*b* _i_ ~s~ `c` ```\nfence\n``` [x](javascript:alert(1)) ![](http://x.example) # h",
  "line-breaks": "first\r\nBcc: stranger@example.com\r\n\r\n.\r\nsecond\u2028third\u0085fourth",
  control: "\u0000\u0007\u001b[31mred\u001b[0m\b\b\u009b2J\u007f",
  bidi: "\u202egnp.exe\u202c \u2066isolate\u2069 \u200e\u200f\ufeff",
  "lone-surrogate": "torn \ud83d here and \udc00 there",
  blank: " \t ",
};

const eventOf = (text: string): MonitorEvent =>
  sampleEvent({
    message: text,
    service: text,
    details: { [text]: text, list: [text, { [text]: text }] },
    metrics: { [text]: 1.5 },
  });

/** About 100 kB in the message, and as much again in many details. */
const largeEvent = (event: MonitorEvent): MonitorEvent => {
  const many = Array.from({ length: 1000 }, (_, index) => [`key_${index}`, "长".repeat(30)]);
  const details: JsonObject = Object.fromEntries(many);
  return sampleEvent({ ...event, message: "长".repeat(34_000), details });
};

const nested = (depth: number): JsonObject =>
  depth === 0 ? { end: true } : { [`level_${depth}`]: nested(depth - 1) };

const nameKeys = ["__proto__", "constructor", "toString", "hasOwnProperty", "length", ""];

/** Half of a surrogate pair, the mark that stands in for one, or one spelled out in JSON. */
const tornPair =
  /\p{Surrogate}|\ufffd|\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]/u;

const checkUnharmed = (rig: Rig, what: string, whole: boolean): void => {
  const alerted = rig.alerted?.() ?? [];
  check(alerted.length === 0, `${what} must alert nobody, but it alerts ${alerted.join(", ")}.`);
  const torn = whole && rig.received().some((text) => tornPair.test(text));
  check(
    !torn,
    `A character was torn in two: ${what}. truncate() and truncateBytes() of core cut between them.`,
  );
};

/** Event by event, so that one that arrives cannot hide one that does not. */
const arrives = (
  id: string,
  what: string,
  events: (batchSize: number) => readonly Batch[],
  { whole = true } = {},
): ConformanceCase => ({
  id: `hostile/${id}`,
  title: `${what} arrives`,
  needs: ["accept"],
  async run(rig) {
    await rig.meet("accept");
    for (const batch of events(rig.notifier.maxBatchSize ?? 1)) {
      const before = rig.received().length;
      checkAccepted(await send(rig, batch), `for ${what}`);
      check(rig.received().length > before, `send() resolved, but nothing arrived: ${what}.`);
    }
    checkUnharmed(rig, what, whole);
  },
});

export const hostileCases: readonly ConformanceCase[] = [
  ...Object.entries(texts).map(([id, text]) =>
    arrives(id, `text with ${id.replace("-", " ")}`, () => [[eventOf(text)]], {
      whole: text.isWellFormed(),
    }),
  ),
  arrives("names", "an event with details named like an object's own methods", () => {
    const entries = nameKeys.map((key) => `${JSON.stringify(key)}: {"x": 1}`);
    return [[sampleEvent({ details: JSON.parse(`{${entries.join()}}`) as JsonObject })]];
  }),
  arrives("deep", "an event with details 30 levels deep", () => [
    [sampleEvent({ details: nested(30) })],
  ]),
  arrives("empty", "an event without details and metrics", () => [
    [sampleEvent({ details: {}, metrics: {} })],
  ]),
  arrives("emoji", "a long text of joined emoji, wherever it is cut", () =>
    ["", "a", "ab", "abc"].map((lead) => [eventOf(lead + family.repeat(1500))]),
  ),
  arrives("large", "an event of 100 kB in its message and its details", () => [
    [largeEvent(sampleEvent())],
  ]),
  arrives("large-batch", "a full batch (at most 20) of such events", (batchSize) => {
    const [first, ...rest] = sampleBatch(Math.min(batchSize, 20));
    return [[largeEvent(first), ...rest.map(largeEvent)]];
  }),
];
