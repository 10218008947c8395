import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { skipReason } from "../src/conformance/run.ts";
import { conformanceCases, type Harness } from "../src/index.ts";
import { memoryHarness } from "./support/memory-harness.ts";

/** What the first-party notifiers hand to `testNotifier()`, instead of being tested here once more. */
const found = vi.hoisted(() => new Map<string, { harness: Harness; folder: string }>());
const reading = vi.hoisted(() => ({ folder: "" }));
vi.mock("@datasync-monitor/testkit", () => import("../src/index.ts"));
vi.mock("@datasync-monitor/testkit/vitest", () => ({
  testNotifier: (name: string, harness: Harness) =>
    found.set(name.replace(/,$/, ""), { harness, folder: reading.folder }),
}));

const packages = fileURLToPath(new URL("../../", import.meta.url));
const notifiers = readdirSync(packages).filter((name) => name.startsWith("notifier-"));

const conformanceTests = (folder: string): readonly string[] => {
  const tests = join(packages, folder, "test");
  return readdirSync(tests)
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => join(tests, file))
    .filter((file) => readFileSync(file, "utf8").includes("testNotifier("));
};

beforeAll(async () => {
  vi.stubGlobal("packageVersion", "0.0.0"); // which the build of notifier-prometheus writes in
  for (const folder of notifiers) {
    reading.folder = folder;
    for (const file of conformanceTests(folder)) await import(file);
  }
  found.set("memoryNotifier", { harness: memoryHarness, folder: "testkit" });
});

/** The cases that are skipped, by the reason that is printed. */
const skipsOf = async (harness: Harness): Promise<ReadonlyMap<string, readonly string[]>> => {
  const skips = new Map<string, string[]>();
  for (const one of conformanceCases) {
    const reason = await skipReason(one, harness);
    if (reason !== undefined) skips.set(reason, [...(skips.get(reason) ?? []), one.id]);
  }
  return skips;
};

const table = (skips: ReadonlyMap<string, readonly string[]>): string => {
  const rows = [...skips].map(
    ([reason, ids]) => `| ${reason} | ${ids.map((id) => `\`${id}\``).join(", ")} |`,
  );
  return ["| reason | cases |", "|---|---|", ...rows].join("\n");
};

/** The page: what is held to everything by its package, the rest by the name of its run. */
const written = async (): Promise<string> => {
  const whole = new Set<string>();
  const sections = new Map<string, string[]>();
  for (const [name, { harness, folder }] of found) {
    const skips = await skipsOf(harness);
    if (skips.size === 0) whole.add(folder);
    else sections.set(table(skips), [...(sections.get(table(skips)) ?? []), name]);
  }
  const parts = [...sections].map(([text, names]) => `## ${names.join(" · ")}\n\n${text}`);
  const held = `Held to every case: ${[...whole].sort().join(", ")}.`;
  return `${[intro, held, ...parts].join("\n\n")}\n`;
};

const intro = `# What each notifier is not held to

Every case that is skipped for a notifier of this repository, with the reason that its run prints. A
notifier that posts over HTTP is held to every case. This page is written by
\`npx vitest run test/skips.test.ts -u\`, and compared by every run.`;

describe("the cases that are skipped", () => {
  it("are known for every notifier", () => {
    const read = new Set([...found.values()].map(({ folder }) => folder));
    expect([...read].sort()).toEqual([...notifiers, "testkit"].sort());
  });

  it("are none for a notifier that posts over HTTP", async () => {
    const http = notifiers.filter((folder) =>
      readFileSync(join(packages, folder, "package.json"), "utf8").includes(
        '"@datasync-monitor/http"',
      ),
    );
    expect(http.length).toBeGreaterThanOrEqual(3);
    for (const [name, { harness, folder }] of found) {
      if (!http.includes(folder)) continue;
      expect(harness.protocol, name).toBe("http");
      expect([...(await skipsOf(harness))], name).toEqual([]);
    }
  });

  it("are those that SKIPS.md lists", async () => {
    await expect(await written()).toMatchFileSnapshot("../SKIPS.md");
  });
});
