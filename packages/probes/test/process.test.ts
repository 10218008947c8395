import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { MonitorEvent } from "@datasync-monitor/core";
import { describe, expect, it } from "vitest";

const probes = fileURLToPath(new URL("../dist/index.js", import.meta.url));
const core = fileURLToPath(import.meta.resolve("@datasync-monitor/core"));

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
  /** What was delivered: one JSON line each. */
  readonly events: readonly MonitorEvent[];
  /** How long it lived on after its last statement. */
  readonly lingeredMs: number;
}

/** Runs a program against the built packages, with a monitor that prints what it delivers. */
const program = (source: string) =>
  new Promise<Ended>((resolve) => {
    const text = `
      import { setTimeout as sleep } from "node:timers/promises";
      import { createMonitor } from ${JSON.stringify(core)};
      import * as probes from ${JSON.stringify(probes)};
      const monitor = createMonitor();
      monitor.registerCallback((event) => console.log(JSON.stringify(event)), { name: "print" });
      ${source}
      const over = performance.now();
      process.on("exit", () => console.log(performance.now() - over));
    `;
    const child = spawn(process.execPath, ["--input-type=module", "-e", text]);
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += String(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += String(chunk);
    });
    child.on("close", (code) => {
      const lines = stdout.trim().split("\n");
      const events = lines.slice(0, -1).map((line) => JSON.parse(line));
      resolve({ code, stderr, events, lingeredMs: Number(lines.at(-1)) });
    });
  });

describe("a process", () => {
  it("ends by itself while all probes run, one check hangs, and nobody closes anything", async () => {
    const { code, stderr, events, lingeredMs } = await program(`
      const checks = { fine: () => {}, hung: () => new Promise(() => {}) };
      probes.healthChecks(monitor, { checks, everyMs: 200, timeoutMs: 100 });
      probes.storageWatcher(monitor, { paths: [process.cwd()], everyMs: 200, warnAt: 0.000001, criticalAt: 1 });
      probes.eventLoopWatcher(monitor, { everyMs: 200 });
      probes.heartbeat(monitor, { everyMs: 200 });
      await sleep(700);
    `);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const types = events.map(({ event_type }) => event_type);
    expect(types.filter((type) => type === "health_check")).toHaveLength(1);
    expect(types.filter((type) => type === "storage_warning")).toHaveLength(1);
    expect(types.filter((type) => type === "service_status").length).toBeGreaterThan(1);
    expect(lingeredMs).toBeLessThan(3_000);
  });

  it("is told that its loop stood still, though it did so but once", async () => {
    const { code, stderr, events } = await program(`
      const warned = new Promise((resolve) => monitor.registerCallback(resolve, { types: ["performance_warning"], name: "wait" }));
      probes.eventLoopWatcher(monitor, { thresholdMs: 1000, everyMs: 1000 });
      await sleep(300);
      const end = performance.now() + 1500;
      while (performance.now() < end);
      const tooLate = setTimeout(() => process.exit(3), 20_000); // holds the process, for nothing else does
      await warned;
      clearTimeout(tooLate);
    `);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(events).toHaveLength(1);
    expect(events[0]?.message).toMatch(/^The event loop is slow: p99 \d{4,} ms/);
    expect(events[0]?.metrics.delay_max_seconds).toBeGreaterThan(1.4);
  });
});
