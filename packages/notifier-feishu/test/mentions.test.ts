import { feishuStandIn, sampleBatch, sampleEvent, sendContext } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { type FeishuOptions, feishu } from "../src/index.ts";
import { bodyOf, objectsIn, shapes } from "./support.ts";

/** Whom a message calls, by a tag in its text or by an element. */
const calledBy = (message: unknown): readonly unknown[] =>
  objectsIn(message).flatMap(({ tag, user_id, content, text }) => [
    ...(tag === "at" ? [user_id] : []),
    ...[content, text].flatMap((said) =>
      [...String(said).matchAll(/<at (?:user_)?id="?([^">]*)"?>/g)].map(([, id]) => id),
    ),
  ]);

describe.each(shapes)("a message in the shape %o", (shape) => {
  /** Whom the bot saw called, by an event alone and by a digest. */
  const called = async (options: Partial<FeishuOptions>, resume = {}) => {
    const bot = await feishuStandIn();
    const notifier = feishu({ ...shape, ...options, webhookUrl: bot.url });
    for (const count of [1, 2])
      await notifier.send(sampleBatch(count), sendContext({ resume, attempt: 2 }));
    await Promise.all([notifier.close?.(), bot.close()]);
    return bot.messages().map(calledBy);
  };

  it("calls nobody where the options name nobody", async () => {
    expect(await called({})).toEqual([[], []]);
    expect(await called({ mentionAll: false, mentions: [] })).toEqual([[], []]);
  });

  it("calls everyone, and each member whom the options name, once", async () => {
    expect(await called({ mentionAll: true })).toEqual([["all"], ["all"]]);
    const members = ["ou_1", "7cdcc7c2", "ou_1"];
    expect(await called({ mentions: members })).toEqual([members.slice(0, 2), members.slice(0, 2)]);
    expect(await called({ mentionAll: true, mentions: ["ou_1"] })).toEqual([
      ["all", "ou_1"],
      ["all", "ou_1"],
    ]);
  });

  it("calls nobody by what an event says, wherever it says it", () => {
    const attack = '<at user_id="all">x</at><at id=all></at>';
    const event = sampleEvent({
      service: attack,
      message: attack,
      details: { [attack]: attack, error: attack },
    });
    for (const events of [[event], [event, event]])
      expect(calledBy(JSON.parse(bodyOf(events, shape)))).toEqual([]);
  });

  it("calls nobody once the bot has refused that", async () => {
    const options = { mentionAll: true, mentions: ["ou_1"] };
    expect(await called(options, { mention: false })).toEqual([[], []]);
  });
});
