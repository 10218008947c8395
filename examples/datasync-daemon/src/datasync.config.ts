import type { ConfigInput } from "./config/config.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

// Secrets and what differs between machines come from the environment, or from the JSON file that
// DATASYNC_CONFIG names. `config/config.ts` says what each option means, and its default.
export default {
  service: "datasync",
  source: { url: "data/source.db" },
  target: { url: "data/target.db" },
  sync: { everyMs: minuteMs, settleMs: 5_000 },
  cleanup: { everyMs: 60 * minuteMs, retentionMs: 60 * dayMs, maxShare: 0.5 },
  health: { everyMs: 30_000, timeoutMs: 5_000 },
  storage: { paths: ["."], warnAt: 0.85, criticalAt: 0.95 },
  eventLoop: { thresholdMs: 200 },
  heartbeat: { everyMs: 5 * minuteMs },
  metrics: { port: 9_464 },
  sample: { rows: 100_000, newRows: 100, everyMs: minuteMs },
} satisfies ConfigInput;
