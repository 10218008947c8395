import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const core = fileURLToPath(new URL("../dist/index.js", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly ms: number;
}

/** Runs a program against the built package; `act` sees what it prints. `unread`: nobody reads its stderr. */
const program = (
  source: string,
  act: (printed: string, kill: (signal: NodeJS.Signals) => void) => void = () => {},
  { unread = false } = {},
) =>
  new Promise<Ended>((resolve) => {
    const startedAt = performance.now();
    const text = `import { createMonitor, memoryStore } from ${JSON.stringify(core)};\n${source}`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", text]);
    let output = "";
    const read = (chunk: Buffer) => {
      output += String(chunk);
      act(output, (signal) => child.kill(signal));
    };
    child.stdout.on("data", read);
    if (unread) child.stderr.destroy();
    else child.stderr.on("data", read);
    child.on("exit", (code, signal) =>
      resolve({ code, signal, output, ms: performance.now() - startedAt }),
    );
  });

/** Sends SIGTERM, once, as soon as the program says "up", whatever it has printed since. */
const terminateOnceUp = () => {
  let sent = false;
  return (printed: string, kill: (signal: NodeJS.Signals) => void): void => {
    if (sent || !printed.startsWith("up\n")) return;
    sent = true;
    kill("SIGTERM");
  };
};

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

  it("closes on SIGTERM when it handles signals, and still ends by that signal", async () => {
    const { signal, output } = await program(
      `
      const monitor = createMonitor({ handleSignals: true });
      monitor.registerNotifier({ contract: 1, id: "print", send: ([event]) => console.log("got", event.message), close: async () => console.log("closed") });
      setInterval(() => {}, 1_000);
      console.log("up");
    `,
      terminateOnceUp(),
    );
    expect(signal).toBe("SIGTERM");
    expect(output).toBe("up\nclosed\n");
  });

  it.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ])(
    "ends after %s also as the first process of a container, whom the kernel spares that signal",
    async (signal, status) => {
      const { code, output } = await program(`
      Object.defineProperty(process, "pid", { value: 1 });
      process.kill = (pid, name) => console.log("spared", pid, name);
      const monitor = createMonitor({ handleSignals: true });
      monitor.registerNotifier({ contract: 1, id: "print", send: () => {}, close: async () => console.log("closed") });
      setInterval(() => {}, 1_000);
      process.emit("${signal}", "${signal}");
    `);
      expect([code, output]).toEqual([status, `closed\nspared 1 ${signal}\n`]);
    },
  );

  it("leaves it to others, who listen too, whether the first process of a container ends", async () => {
    const { code, output } = await program(`
      Object.defineProperty(process, "pid", { value: 1 });
      process.kill = () => setTimeout(() => process.exit(7), 10);
      createMonitor({ handleSignals: true });
      process.on("SIGTERM", () => console.log("heard"));
      setInterval(() => {}, 1_000);
      process.emit("SIGTERM", "SIGTERM");
    `);
    expect([code, output]).toEqual([7, "heard\n"]);
  });

  it("closes on SIGTERM though somebody is there who ends the process where nobody else listens", async () => {
    const { signal, output } = await program(
      `
      const monitor = createMonitor({ handleSignals: true });
      const send = () => new Promise((resolve) => setTimeout(() => { console.log("sent"); resolve(); }, 100));
      monitor.registerNotifier({ contract: 1, id: "slow", send });
      // As signal-exit does.
      const onlyOne = () => {
        if (process.listenerCount("SIGTERM") > 1) return;
        process.off("SIGTERM", onlyOne);
        process.kill(process.pid, "SIGTERM");
      };
      process.on("SIGTERM", onlyOne);
      monitor.emitEvent({ event_type: "health_check", message: "x" });
      setInterval(() => {}, 1_000);
      setImmediate(() => console.log("up"));
    `,
      terminateOnceUp(),
    );
    expect(signal).toBe("SIGTERM");
    expect(output).toBe("up\nsent\n");
  });

  it("ends at once on a second signal, though a receiver hangs", async () => {
    let sent = 0;
    const { signal, ms } = await program(
      `
      const monitor = createMonitor({ handleSignals: true });
      monitor.registerNotifier({ contract: 1, id: "hung", send: () => { console.log("sending"); return new Promise(() => {}); } });
      process.on("SIGTERM", () => console.log("first"));
      monitor.emitEvent({ event_type: "health_check", message: "x" });
      setInterval(() => {}, 1_000);
    `,
      (printed, kill) => {
        if (printed.includes("sending") && sent === 0) {
          sent = 1;
          kill("SIGTERM");
        } else if (printed.includes("first") && sent === 1) {
          sent = 2;
          kill("SIGINT");
        }
      },
    );
    expect(signal).toBe("SIGINT");
    expect(ms).toBeLessThan(8_000);
  });

  it("installs no handler and no timer on import", async () => {
    const { output } = await program(`
      console.log(process.eventNames().length, process.getActiveResourcesInfo().filter((name) => name === "Timeout").length);
      void createMonitor;
    `);
    const bare = await program(`console.log(process.eventNames().length, 0);`);
    expect(output).toBe(bare.output);
  });
});

describe("two monitors that handle signals", () => {
  it.each([
    ["of one copy of core", "createMonitor"],
    [
      "of two copies, as the ES module and the CommonJS build are",
      `process.getBuiltinModule("module").createRequire(${JSON.stringify(core)})("./index.cjs").createMonitor`,
    ],
  ])("both drain before the process ends by the signal, %s", async (_which, create) => {
    const { signal, output } = await program(
      `
      const slow = (id, ms) => ({ contract: 1, id, send: () => new Promise((resolve) => setTimeout(() => { console.log(id, "sent"); resolve(); }, ms)) });
      for (const [id, ms, create] of [["quick", 10, createMonitor], ["slow", 400, ${create}]]) {
        const monitor = create({ handleSignals: true });
        monitor.registerNotifier(slow(id, ms));
        monitor.emitEvent({ event_type: "health_check", message: "x" });
      }
      setInterval(() => {}, 1_000);
      setImmediate(() => console.log("up"));
    `,
      terminateOnceUp(),
    );
    expect(signal).toBe("SIGTERM");
    expect(output).toBe("up\nquick sent\nslow sent\n");
  });
});
