import { readFileSync } from "node:fs";
import { sampleEvent } from "@datasync-monitor/testkit";
import { expect, it } from "vitest";
import { bodyOf, readable } from "./support.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const blocks = (language: string): readonly string[] =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(
    ([, block = ""]) => block,
  );
const [card, cardV2, text] = blocks("json").map((block) => JSON.parse(block));

it("shows the card that is sent, to the letter", () => {
  expect(card).toEqual(JSON.parse(bodyOf([sampleEvent()])));
});

it("shows the 2.0 card that is sent, to the letter", () => {
  expect(cardV2).toEqual(JSON.parse(bodyOf([sampleEvent()], { cardSchema: "2.0" })));
});

it("shows the text that is sent, to the letter", () => {
  expect(text).toEqual(JSON.parse(bodyOf([sampleEvent()], { format: "text" })));
});

it("shows how a digest reads, to the letter", () => {
  const failure = sampleEvent({
    event_type: "sync_failure",
    level: "error",
    message: "源库没有应答",
    details: { table: "coin_data", error: "connect ETIMEDOUT" },
    metrics: { records_synced: 1200, duration_seconds: 30.5 },
  });
  const body = bodyOf([sampleEvent(), failure, sampleEvent()]);
  const lines = readable(JSON.parse(body)).replaceAll("**", "").split("\n");
  expect(blocks("text")).toEqual([`${lines.slice(0, 6).join("\n")}\n`]);
});
