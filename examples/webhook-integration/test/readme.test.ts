import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { makeFolder, run } from "./support/program.ts";

const home = fileURLToPath(new URL("../", import.meta.url));
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

it("receiver.ts and the sample of the README compile where somebody has copied them", async () => {
  const folder = await makeFolder();
  onTestFinished(() => rm(folder, { recursive: true }));
  const readme = await readFile(join(home, "README.md"), "utf8");
  const samples = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = ""]) => code);
  expect(samples).toHaveLength(1);

  await copyFile(join(home, "src", "receiver.ts"), join(folder, "receiver.ts"));
  await writeFile(join(folder, "sample.ts"), samples.join());
  const config = { extends: join(home, "../../tsconfig.base.json"), include: ["*.ts"] };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  expect(await run([tsc, "-p", folder, "--pretty", "false"])).toEqual({
    code: 0,
    stdout: "",
    stderr: "",
  });
});
