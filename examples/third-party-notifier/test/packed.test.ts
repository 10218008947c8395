import { existsSync } from "node:fs";
import { lstat, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { conformanceCases } from "@datasync-monitor/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Project, packAndInstall } from "./packed/project.ts";
import { npm, run } from "./packed/run.ts";

/** What vitest reports of a run. */
interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

const slow = { timeout: 120_000 };

describe("outside of the workspace, with nothing but the published packages", () => {
  let project: Project;
  const script = (name: string) => npm(["run", "--silent", name], project.folder);

  beforeAll(async () => {
    project = await packAndInstall();
  }, slow.timeout);
  afterAll(() => project?.remove());

  it("finds copies there, and no link back", async () => {
    const scope = join(project.folder, "node_modules", "@datasync-monitor");
    expect((await readdir(scope)).sort()).toEqual(["core", "http", "testkit"]);
    for (const name of await readdir(scope)) {
      expect((await lstat(join(scope, name))).isSymbolicLink(), name).toBe(false);
      expect(existsSync(join(scope, name, "src")), name).toBe(false);
    }
  });

  it("builds what can be published", slow, async () => {
    await script("build");
    await script("check:pkg");
  });

  it("type-checks, and so does the sample of its README", slow, async () => {
    const readme = await readFile(join(project.folder, "README.md"), "utf8");
    const samples = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = ""]) => code);
    expect(samples).toHaveLength(1);
    await writeFile(join(project.folder, "test", "sample.ts"), samples.join());
    await script("typecheck");
  });

  it("passes every conformance case, and its own tests", slow, async () => {
    const { exitCode, output } = await run("npm", ["test"], project.folder);
    expect(exitCode, output).toBe(0);
    const file = join(project.folder, "test-results.json");
    const { testResults }: Report = JSON.parse(await readFile(file, "utf8"));
    const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
    expect(tests.filter(({ status }) => status !== "passed")).toEqual([]); // a skip too
    const missing = conformanceCases.filter(
      ({ id }) => !tests.some(({ title }) => title.endsWith(`(${id})`)),
    );
    expect(missing).toEqual([]);
  });

  it.each([
    ["an ES module", "module", (name: string) => `import { pager } from "${name}"`],
    ["CommonJS", "commonjs", (name: string) => `const { pager } = require("${name}")`],
  ])("is loaded as %s", async (_kind, type, load) => {
    const { name } = JSON.parse(await readFile(join(project.folder, "package.json"), "utf8"));
    const program = `${load(name)}; console.log(pager({ routingKey: "R1" }).id)`;
    const args = [`--input-type=${type}`, "--eval", program];
    expect(await run(process.execPath, args, project.folder)).toEqual({
      exitCode: 0,
      output: "pager\n",
    });
  });
});
