import { describe, expect, it } from "vitest";
import { durableStore, program } from "./models/support/program.ts";
import { patience, scaled } from "./models/support/runs.ts";

const hung = `{ contract: 1, id: "hung", send: () => new Promise(() => {}), close: () => new Promise(() => {}) }`;
const event = `{ event_type: "health_check", message: "x" }`;

describe("a thousand monitors, one after another", () => {
  it(
    "leave no timer, handle, listener or heap behind, with all they can have",
    async () => {
      const cycles = scaled(1_000);
      const { code, printed, errors } = await program(`
        ${durableStore}
        const held = () => JSON.stringify([
          process.getActiveResourcesInfo().sort(),
          process.eventNames().map(String).sort().map((name) => [name, process.listenerCount(name)]),
        ]);
        const live = async (cycles) => {
          for (let n = 0; n < cycles; n += 1) {
            const monitor = core.createMonitor({
              handleSignals: true, selfReport: true, onProblem: () => {},
              ...(n % 2 === 0 ? { store: durableStore() } : {}),
            });
            monitor.attach({ id: "probe", attach: (host) => { host.observe(() => {}); }, close: () => {} });
            monitor.registerCallback(() => {}, { name: "callback" });
            const one = monitor.registerNotifier({ contract: 1, id: "one", destinationKey: "k", send: async () => {} });
            monitor.registerNotifier({ contract: 1, id: "bad", send: async () => { throw new core.DeliveryError("unavailable", "down"); } });
            monitor.observe(() => {});
            monitor.emitEvent(${event});
            await monitor.ready();
            await monitor.sendTest("one");
            await one.unregister();
            void monitor.flush({ deadlineMs: 5 });
            await monitor.close({ deadlineMs: 0 });
          }
          for (let n = 0; n < 3; n += 1) { await new Promise((next) => setTimeout(next, 10)); gc(); }
          return process.memoryUsage().heapUsed;
        };
        await live(100);
        const before = held();
        const early = await live(${cycles});
        const late = await live(${cycles});
        console.log(before === held() ? "nothing is left" : before + held());
        console.log(late - early);
      `);
      const [left, grown] = printed.trim().split("\n");
      expect([code, errors, left]).toEqual([0, "", "nothing is left"]);
      expect(Number(grown)).toBeLessThan(2 ** 20);
    },
    patience,
  );
});

describe("a process that ends", () => {
  it("by itself goes at once when a durable store remembers what is pending", async () => {
    const { code, printed, ms } = await program(`
      ${durableStore}
      const monitor = core.createMonitor({ store: durableStore(), drainOnExitMs: 20_000 });
      monitor.registerNotifier(${hung});
      monitor.emitEvent(${event});
      process.on("exit", (code) => console.log("exit", code));
    `);
    expect([code, printed]).toEqual([0, "exit 0\n"]);
    expect(ms).toBeLessThan(10_000);
  });

  it("keeps the exit code that was set, though it waits for a delivery", async () => {
    const { code, printed } = await program(`
      const monitor = core.createMonitor();
      monitor.registerNotifier({ contract: 1, id: "slow", send: async () => { await new Promise((next) => setTimeout(next, 50)); console.log("sent"); } });
      monitor.emitEvent(${event});
      process.exitCode = 7;
    `);
    expect([code, printed]).toEqual([7, "sent\n"]);
  });

  it("by process.exit() goes at once, with its own code, whatever hangs", async () => {
    const { code, printed, errors } = await program(`
      const monitor = core.createMonitor({ handleSignals: true });
      monitor.registerNotifier(${hung});
      monitor.emitEvent(${event});
      void monitor.close();
      process.exit(3);
    `);
    expect([code, printed, errors]).toEqual([3, "", ""]);
  });

  it("by an uncaught error does so with Node's own code and words", async () => {
    const { code, errors } = await program(`
      const monitor = core.createMonitor({ handleSignals: true });
      monitor.registerNotifier(${hung});
      monitor.emitEvent(${event});
      setTimeout(() => { throw new Error("the application's own"); }, 10);
    `);
    expect(code).toBe(1);
    expect(errors).toContain("the application's own");
  });

  it("by a rejection that nobody handles does so too", async () => {
    const { code, errors } = await program(`
      const monitor = core.createMonitor();
      monitor.registerCallback(() => {}, { name: "callback" });
      monitor.emitEvent(${event});
      Promise.reject(new Error("nobody's"));
    `);
    expect(code).toBe(1);
    expect(errors).toContain("nobody's");
  });
});

describe("a process that is told to end", () => {
  it("while its store is being opened closes all the same, and ends by that signal", async () => {
    const { signal, printed, ms } = await program(
      `
      ${durableStore}
      const monitor = core.createMonitor({ handleSignals: true, store: durableStore({ open: () => new Promise(() => {}) }) });
      monitor.registerNotifier({ contract: 1, id: "one", send: async () => {}, close: async () => console.log("closed") });
      monitor.ready().catch(() => console.log("never ready"));
      setInterval(() => {}, 1_000);
      console.log("up");
    `,
      (line, kill) => {
        if (line === "up") kill("SIGTERM");
      },
    );
    expect(signal).toBe("SIGTERM");
    expect(printed.trim().split("\n").sort()).toEqual(["closed", "never ready", "up"]);
    expect(ms).toBeLessThan(10_000);
  });

  it("ends at once on a second SIGTERM, though a receiver hangs", async () => {
    const { signal, ms } = await program(
      `
      const monitor = core.createMonitor({ handleSignals: true });
      monitor.registerNotifier({ ...${hung}, send: () => { console.log("sending"); return new Promise(() => {}); } });
      process.once("SIGTERM", () => console.log("first"));
      monitor.emitEvent(${event});
      setInterval(() => {}, 1_000);
    `,
      (line, kill) => {
        if (line === "sending") kill("SIGTERM");
        if (line === "first") kill("SIGTERM");
      },
    );
    expect(signal).toBe("SIGTERM");
    expect(ms).toBeLessThan(8_000);
  });

  it("is left to its own handler when the monitor handles no signals", async () => {
    const { code, printed } = await program(
      `
      const monitor = core.createMonitor();
      monitor.registerNotifier({ contract: 1, id: "one", send: async () => {}, close: async () => console.log("closed") });
      process.once("SIGTERM", async () => { console.log("own"); await monitor.close(); process.exit(5); });
      setInterval(() => {}, 1_000);
      console.log("up");
    `,
      (line, kill) => {
        if (line === "up") kill("SIGTERM");
      },
    );
    expect([code, printed]).toEqual([5, "up\nown\nclosed\n"]);
  });
});
