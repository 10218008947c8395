import { readFileSync } from "node:fs";
import { mergeConfig } from "vitest/config";
import { base } from "../../vitest.base.ts";

const { version } = JSON.parse(readFileSync(new URL("./package.json", import.meta.url), "utf8"));

export default mergeConfig(base(), { define: { packageVersion: JSON.stringify(version) } });
