import { readFileSync } from "node:fs";
import { sampleEvent } from "@datasync-monitor/testkit";
import { expect, it } from "vitest";
import { bodyOf } from "./support.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const [card, cardV2, text] = [...readme.matchAll(/```json\n([\s\S]*?)```/g)].map(([, block = ""]) =>
  JSON.parse(block),
);

it("shows the card that is sent, to the letter", () => {
  expect(card).toEqual(JSON.parse(bodyOf([sampleEvent()])));
});

it("shows the 2.0 card that is sent, to the letter", () => {
  expect(cardV2).toEqual(JSON.parse(bodyOf([sampleEvent()], { cardSchema: "2.0" })));
});

it("shows the text that is sent, to the letter", () => {
  expect(text).toEqual(JSON.parse(bodyOf([sampleEvent()], { format: "text" })));
});
