import { readFileSync } from "node:fs";
import { sampleEvent } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { jsonLine, prettyEvent } from "../src/render.ts";

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

describe("README.md", () => {
  it("shows what arrives, to the letter", () => {
    const options = { color: false, locale: "en", timeZone: "UTC" } as const;
    expect(blockOf("text")).toBe(prettyEvent(failure, options));
    expect(blockOf("json")).toBe(jsonLine(failure));
  });
});
