import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Cycle } from "../src/run/cycle.ts";
import { sources } from "../src/run/plan.ts";
import { whyNoStrace } from "../src/run/strace.ts";
import { tearLog } from "../src/run/torn.ts";
import { expectNothingLost, seed, skipFor } from "./support/run.ts";
import { syncsBefore } from "./support/syncs.ts";

describe("nothing that was committed is lost", () => {
  it("when a process is killed at any write or sync of its files", async (context) => {
    const { hits } = await expectNothingLost(sources.syscalls, context);
    const reached = [...hits].filter(([name]) => !name.startsWith("not reached"));
    expect(reached.reduce((sum, [, count]) => sum + count, 0)).toBeGreaterThanOrEqual(10);
  });

  it("when the disk is full or fails for a while, and the process goes on by itself", async (context) => {
    await expectNothingLost(sources.disk, context);
  });

  it("when the end of the log is cut off or garbage: all before it is there, no commit by halves", async () => {
    const { violations, kept, lost } = await tearLog({ seed, source: "torn-log", number: 0 }, 200);
    expect(violations).toEqual([]);
    expect(kept).toBeGreaterThan(0);
    expect(lost).toBeGreaterThan(0);
  });
});

it("says that an event is committed only when the log is on the disk up to it", async (context) => {
  const noStrace = whyNoStrace();
  if (noStrace !== undefined) skipFor(context, noStrace);
  const one = new Cycle({ seed, source: "syncs", number: 0 });
  try {
    const trace = join(one.folder, "trace");
    const wrapper = [
      ...["strace", "-f", "-y", "-qq", "-s", "80", "-o", trace, "-e", "signal=none"],
      ...["-e", "trace=pwrite64,fsync,fdatasync,write"],
    ];
    // Without receivers nothing but commits is written.
    const life = one.start({ events: 150, watchesLog: true, receivers: [] }, { wrapper });
    await life.said("committed", { matches: ({ count }) => count === 150 });
    await life.kill();
    const { told, unsynced } = syncsBefore(readFileSync(trace, "utf8"));
    expect(told).toBeGreaterThan(10);
    expect(unsynced).toEqual([]);
  } finally {
    await one.end({ keep: false });
  }
});
