import { readFileSync } from "node:fs";
import { sampleEvent } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { renderBlocks } from "../src/render.ts";
import { blocksOf, textsOf } from "./support.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

const blockOf = (language: string): string =>
  new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "m").exec(readme)?.[1] ?? "";

const failure = sampleEvent({
  event_type: "sync_failure",
  level: "error",
  message: "the source did not answer",
  details: { table: "coin_data", error: "ETIMEDOUT\n  after 30 s" },
  metrics: { records_synced: 1200, duration_seconds: 30.5 },
});

const options = { locale: "en", timeZone: "UTC" } as const;

describe("README.md", () => {
  it("shows the message that arrives, to the letter", () => {
    expect(JSON.parse(blockOf("json"))).toEqual(renderBlocks([failure], options));
  });

  it("shows a section of a digest, to the letter", () => {
    const digest = renderBlocks([sampleEvent(), failure, sampleEvent()], options);
    const [header, section] = blocksOf(digest).flatMap((block) => textsOf(block));
    expect(readme).toContain(`(\`${header}\`)`);
    expect(blockOf("text")).toBe(`${section}\n`);
  });
});
