import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type SecondActOptions, secondAct } from "../src/crash/second-act.ts";
import { Progress } from "../src/progress.ts";
import { type Built, buildService } from "./support/build.ts";

let service: Built;
beforeAll(async () => {
  service = await buildService();
}, 60_000);
afterAll(() => service.remove());

let printed = "";
beforeEach(() => {
  printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** A small second act, four times as fast, on the store of that name: faster, a busy machine misses the deadlines of a store. */
const play = (store: string, options: Partial<SecondActOptions> = {}): Promise<boolean> => {
  vi.stubEnv("STORE", store);
  vi.stubEnv("CLOCK_FACTOR", "4");
  vi.stubEnv("CLOCK_BEGAN_AT", String(Date.now()));
  return secondAct({
    program: service.program,
    progress: new Progress({ color: false }),
    signal: new AbortController().signal,
    killAfter: 16, // by then each destination has been told of something
    stepsAfter: 2,
    paceMs: 50,
    ...options,
  });
};

describe("the second act", { timeout: 120_000 }, () => {
  it("finds everything delivered that was committed before a kill -9, and the rest by the process after", async () => {
    expect(await play("sql"), printed).toBe(true);
    expect(printed).toMatch(/kill -9: process \d+ is dead; of \d+ events taken it told of \d+/);
    expect(printed).toMatch(/ sync_start +✓ \d.* ✓ \d+ ↻/);
    expect(printed).toMatch(/ 0 missing, 0 spurious, \d+ duplicates?\n$/);
    expect(printed).not.toContain("✗");
  });

  it("finds everything missing that a store forgets which calls itself durable", async () => {
    expect(await play("forgetful"), printed).toBe(false);
    expect(printed).toMatch(/✗ sync_start \S+ at feishu: no delivery; found 0 times/);
    expect(printed).toMatch(/ [1-9]\d* missing, 0 spurious, /);
  });

  it("does not call it survived when nothing was committed", async () => {
    expect(await play("memory"), printed).toBe(false);
    expect(printed).toContain("✗ nothing was committed when the process was killed");
  });

  it("takes its process with it when it is interrupted", async () => {
    const interrupted = new AbortController();
    const playing = play("sql", { signal: interrupted.signal, stepsAfter: 1_000_000 });
    const pids = () => [...printed.matchAll(/process (\d+) begins/g)].map(([, pid]) => Number(pid));
    await vi.waitUntil(() => pids().length === 2, { timeout: 30_000 });
    interrupted.abort();
    expect(await playing).toBe(false);
    for (const pid of pids()) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect(printed).not.toContain("missing");
  });
});
