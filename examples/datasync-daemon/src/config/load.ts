import { readFileSync } from "node:fs";
import { ConfigError } from "@datasync-monitor/core";
import own from "../datasync.config.ts";
import type { Config, ConfigInput } from "./config.ts";
import { readConfig } from "./read.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

const wrongFile = (path: string, what: string): ConfigError =>
  new ConfigError("DATASYNC_CONFIG", `DATASYNC_CONFIG: ${path} ${what}`);

const readJson = (path: string): unknown => {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${error.code})` : "";
    throw wrongFile(path, `cannot be read${code}.`);
  }
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message repeats a piece of the file, which may hold a password.
    throw wrongFile(path, "is not JSON; comments and trailing commas are not allowed.");
  }
};

/** What is secret, or different on each machine. */
const fromEnvironment = (env: Environment): ConfigInput => ({
  ...(env.SOURCE_DATABASE_URL && { source: { url: env.SOURCE_DATABASE_URL } }),
  ...(env.DATABASE_URL && { target: { url: env.DATABASE_URL } }),
});

/**
 * `datasync.config.ts`, then the JSON file that `DATASYNC_CONFIG` names, then the environment; the latest word counts.
 *
 * @throws ConfigError naming the file and the option that is wrong.
 */
export const loadConfig = (env: Environment): Config => {
  let config = readConfig("datasync.config.ts", own);
  if (env.DATASYNC_CONFIG) {
    config = readConfig(env.DATASYNC_CONFIG, readJson(env.DATASYNC_CONFIG), config);
  }
  return readConfig("The environment", fromEnvironment(env), config);
};
