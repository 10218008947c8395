import { ConfigError } from "@datasync-monitor/core";
import { rehearse } from "./rehearsal/rehearse.ts";
import { serve } from "./serve.ts";

// A variable that is set to nothing counts as not set.
const env = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ""));
const [mode, ...others] = process.argv.slice(2);

try {
  if (others.length > 0 || (mode !== undefined && mode !== "--real")) {
    throw new ConfigError("arguments", "Usage: npm run daemon, or npm run daemon -- --real");
  }
  process.exitCode = await (mode === "--real" ? serve(env) : rehearse(env));
} catch (error) {
  console.error(ConfigError.is(error) ? error.message : error);
  process.exitCode = 1;
}
