import { describe, expect, it } from "vitest";
import { core, program } from "./support/program.ts";

/** Sends SIGTERM, once, as soon as the program says "up", whatever it has printed since. */
const terminateOnceUp = () => {
  let sent = false;
  return (printed: string, kill: (signal: NodeJS.Signals) => void): void => {
    if (sent || !printed.startsWith("up\n")) return;
    sent = true;
    kill("SIGTERM");
  };
};

describe("a process whose monitor handles signals", () => {
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
