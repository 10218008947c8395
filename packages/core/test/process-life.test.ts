import { describe, expect, it } from "vitest";
import { program } from "./support/program.ts";

describe("a process with a monitor", () => {
  it("delivers what was emitted in its last turn, and ends by itself", async () => {
    const { code, output } = await program(`
      const monitor = createMonitor();
      monitor.registerCallback((event) => console.log("got", event.message), { name: "print" });
      monitor.emitEvent({ event_type: "health_check", message: "last words" });
    `);
    expect([code, output.trim()]).toEqual([0, "got last words"]);
  });

  it.each([
    ["where nobody listens", "", /^4\n$/],
    [
      "where somebody listens for it",
      'process.stderr.on("error", ({ code }) => console.log("told of", code));',
      /^(?:told of EPIPE\n)+4\n$/,
    ],
  ])("lives on though nobody reads its stderr any more, %s", async (_where, listen, told) => {
    const source = `
      ${listen}
      const monitor = createMonitor();
      monitor.registerCallback(() => { throw new Error("no"); }, { name: "ops" });
      for (const event_type of ["sync_start", "sync_success"]) {
        monitor.emitEvent({ event_type, message: "x", [event_type]: "no field" });
        await monitor.flush();
        await new Promise(setImmediate);
      }
      console.log((await monitor.getComprehensiveStatus()).recent_problems.length);
    `;
    const { code, output } = await program(source, undefined, { unread: true });
    expect([code, output]).toEqual([0, expect.stringMatching(told)]);
  });

  it("waits at its natural end also when that is not the first: somebody had more to do", async () => {
    const { code, output } = await program(`
      const monitor = createMonitor({ drainOnExitMs: 400 });
      const later = (work, ms) => new Promise((resolve) => setTimeout(() => resolve(work()), ms).unref());
      monitor.registerCallback((event) => later(() => console.log("got", event.message), 100), { name: "print" });
      process.once("beforeExit", () => setTimeout(() => {
        monitor.emitEvent({ event_type: "health_check", message: "last words" });
      }, 1_000));
    `);
    expect([code, output.trim()]).toEqual([0, "got last words"]);
  });

  it("waits at its natural end for a retry that is due within drainOnExitMs", async () => {
    const { code, output } = await program(`
      const monitor = createMonitor({ drainOnExitMs: 3_000, onProblem: () => {} });
      let attempts = 0;
      monitor.registerNotifier({ contract: 1, id: "flaky", send: () => {
        attempts += 1;
        if (attempts < 3) throw Object.assign(new Error("no"));
        console.log("delivered after", attempts);
      } }, { retry: { baseMs: 50 } });
      monitor.emitEvent({ event_type: "health_check", message: "x" });
    `);
    expect([code, output.trim()]).toEqual([0, "delivered after 3"]);
  });

  it("sends at its natural end what waits for company, for none will come", async () => {
    const { code, output, ms } = await program(`
      const monitor = createMonitor();
      monitor.registerNotifier(
        { contract: 1, id: "digest", maxBatchSize: 10, send: (batch) => console.log("sent", batch.length) },
        { batch: { maxWaitMs: 600_000 } },
      );
      for (const message of ["one", "two"]) monitor.emitEvent({ event_type: "health_check", message });
    `);
    expect([code, output.trim()]).toEqual([0, "sent 2"]);
    expect(ms).toBeLessThan(4_000);
  });

  it.each([
    ["at its natural end", ""],
    ["when it is closed", "await monitor.close();"],
  ])("has told of every dropped event %s, on stderr too, however soon", async (_when, end) => {
    const { output } = await program(`
      const monitor = createMonitor();
      monitor.registerCallback(() => new Promise((done) => setTimeout(done, 1)), { name: "slow", queue: { maxEvents: 10 } });
      for (let n = 0; n < 500; n += 1) monitor.emitEvent({ event_type: "health_check", message: "x" });
      ${end}
      process.once("exit", () => console.log("lost", monitor.stats().receivers[0].dropped.overflow));
    `);
    const told = [...output.matchAll(/dropped: (\d+) \(overflow\)/g)].map(([, n]) => Number(n));
    expect(output).toContain(`lost ${told.reduce((sum, n) => sum + n, 0)}\n`);
    expect(told.length).toBeLessThanOrEqual(2);
  });

  it("ends though a receiver never settles, once drainOnExitMs is over", async () => {
    const { code, ms } = await program(`
      const monitor = createMonitor({ drainOnExitMs: 300 });
      monitor.registerNotifier({ contract: 1, id: "hung", send: () => new Promise(() => {}) });
      monitor.emitEvent({ event_type: "health_check", message: "x" });
    `);
    expect(code).toBe(0);
    expect(ms).toBeLessThan(5_000);
  });

  /** In a program: a durable store whose commits do what they are told. */
  const durable = (commit: string): string => `
    const inner = memoryStore();
    const store = {
      ...Object.fromEntries(
        ["open", "claim", "renew", "move", "events", "deliveries", "aggregate", "backlog", "prune", "close"]
          .map((name) => [name, (...given) => inner[name](...given)]),
      ),
      contract: 1,
      durable: true,
      commit: async (group) => { ${commit} },
    };
    const soon = (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref());
  `;

  it("waits at its natural end for what a durable store that fails has not got", async () => {
    const { code, output } = await program(`
      ${durable(`throw new Error("full");`)}
      const monitor = createMonitor({ store, drainOnExitMs: 5_000, onProblem: () => {} });
      monitor.registerNotifier({ contract: 1, id: "slow", send: async ([event]) => {
        await soon(100);
        console.log("got", event.message);
      } });
      monitor.emitEvent({ event_type: "health_check", message: "last words" });
    `);
    expect([code, output.trim()]).toEqual([0, "got last words"]);
  });

  it("waits at its natural end until a durable store has what was emitted", async () => {
    const { code, output } = await program(`
      ${durable(`await soon(100); console.log(group.accepted.length, "committed"); return inner.commit(group);`)}
      const monitor = createMonitor({ store, drainOnExitMs: 5_000, onProblem: () => {} });
      monitor.emitEvent({ event_type: "health_check", message: "last words" });
    `);
    expect([code, output.trim()]).toEqual([0, "1 committed"]);
  });

  it("waits at its natural end for one more try of a durable store that failed", async () => {
    const { code, output } = await program(`
      let tries = 0;
      ${durable(`if (tries++ === 0) throw new Error("busy"); console.log("committed"); return inner.commit(group);`)}
      const monitor = createMonitor({ store, drainOnExitMs: 5_000, onProblem: () => {} });
      monitor.emitEvent({ event_type: "health_check", message: "last words" });
    `);
    expect([code, output.trim()]).toEqual([0, "committed"]);
  });

  it("does not wait at its natural end for what a durable store has", async () => {
    const { code, ms } = await program(`
      ${durable(`return inner.commit(group);`)}
      const monitor = createMonitor({ store, drainOnExitMs: 25_000, onProblem: () => {} });
      monitor.registerNotifier({ contract: 1, id: "hung", send: () => new Promise(() => {}) });
      monitor.emitEvent({ event_type: "health_check", message: "x" });
    `);
    expect(code).toBe(0);
    expect(ms).toBeLessThan(20_000);
  });

  it("keeps the process while somebody awaits flush or close", async () => {
    const { code, output } = await program(`
      const monitor = createMonitor({ drainOnExitMs: 0 });
      monitor.registerNotifier({ contract: 1, id: "hung", send: () => new Promise(() => {}) });
      monitor.emitEvent({ event_type: "health_check", message: "x" });
      console.log("flush", (await monitor.flush({ deadlineMs: 200 })).pending);
      console.log("close", (await monitor.close({ deadlineMs: 200 })).dropped);
    `);
    const dropped = expect.stringContaining(
      "[hung] events-dropped: Events were dropped: 1 (closed)",
    );
    expect([code, output.trim().split("\n")]).toEqual([0, ["flush 1", dropped, "close 1"]]);
  });
});

describe("the package", () => {
  it("installs no handler and no timer on import", async () => {
    const { output } = await program(`
      console.log(process.eventNames().length, process.getActiveResourcesInfo().filter((name) => name === "Timeout").length);
      void createMonitor;
    `);
    const bare = await program(`console.log(process.eventNames().length, 0);`);
    expect(output).toBe(bare.output);
  });
});
