import { describe, expect, it } from "vitest";
import { program } from "./models/support/program.ts";
import { patience, scaled } from "./models/support/runs.ts";

const MiB = 2 ** 20;

/** In a program: prints the heap in use when all garbage is gone. */
const weighing = `
const weigh = async () => {
  for (let n = 0; n < 3; n += 1) { await new Promise((next) => setImmediate(next)); gc(); }
  console.log(process.memoryUsage().heapUsed);
};
const turn = () => new Promise((next) => setImmediate(next));
`;

const heaps = async (source: string): Promise<readonly number[]> => {
  const { code, printed, errors } = await program(weighing + source);
  expect([code, errors]).toEqual([0, ""]);
  return printed.trim().split("\n").map(Number);
};

describe("a receiver that swallows everything", () => {
  const events = scaled(10_000);
  it.each([
    ["never answers", "send: () => new Promise(() => {})"],
    [
      "is away, so that all wait for a retry",
      "send: async () => { throw new core.DeliveryError('unavailable', 'down'); }",
    ],
    [
      "refuses everything, so that all die",
      "send: async () => { throw new core.DeliveryError('payload', 'no'); }",
    ],
  ])(
    "and %s costs no more heap than its queue and the history may hold",
    async (_, send) => {
      const [before = 0, after = 0] = await heaps(`
        const monitor = core.createMonitor({ onProblem: () => {} });
        monitor.registerNotifier({ contract: 1, id: "hole", maxBatchSize: 20, ${send} });
        await weigh();
        for (let n = 0; n < ${events}; n += 1) {
          monitor.emitEvent({ event_type: "sync_failure", message: "x".repeat(1000) + n });
          if (n % 200 === 0) await turn();
        }
        await weigh();
        await monitor.close({ deadlineMs: 0 });
      `);
      // 4 MiB of queue, 16 MiB of events and as much of dead ones, and the rows about them.
      expect(after - before).toBeLessThan(50 * MiB);
    },
    patience,
  );
});

describe("a message that is far too long", () => {
  it(
    "leaves nothing of what is cut off it in the heap",
    async () => {
      const [before = 0, after = 0] = await heaps(`
        const monitor = core.createMonitor();
        await weigh();
        for (let n = 0; n < 20; n += 1) {
          monitor.emitEvent({ event_type: "sync_failure", message: n + "x".repeat(5_000_000) + n });
          await turn();
        }
        await weigh();
      `);
      expect(after - before).toBeLessThan(5 * MiB);
    },
    patience,
  );
});

describe("settled events of which each begins like the one before and ends otherwise", () => {
  const events = scaled(20_000);
  it(
    "leave nothing behind when the memory store has forgotten them",
    async () => {
      const [before = 0, after = 0] = await heaps(`
        const store = core.memoryStore({ maxEvents: 100 });
        const like = {
          timestamp: "2025-08-29T10:30:00.000Z", event_type: "sync_failure", level: "error",
          service: "datasync", message: "alike", metrics: {},
        };
        const remember = (n) => {
          const id = "0198f3a1-7c3e-7000-8000-" + n.toString(16).padStart(12, "0");
          const details = { text: String(n).padStart(1_000, "x"), ["key" + n]: n };
          const event = { ...like, id, details };
          store.commit({ now: n, leaseMs: 0, accepted: [{ event, receivers: [] }], outcomes: [] });
        };
        for (let n = 0; n < 200; n += 1) remember(n);
        await weigh();
        for (let n = 200; n < ${events}; n += 1) remember(n);
        await weigh();
      `);
      expect(after - before).toBeLessThan(3 * MiB);
    },
    patience,
  );
});

describe("names that come and go", () => {
  const keys = scaled(25_000);
  it(
    "leave the heap as it was: event types, receivers, destinations and their troubles",
    async () => {
      const [, early = 0, late = 0] = await heaps(`
        const monitor = core.createMonitor();
        process.stderr.write = () => true;
        const refuse = async () => { throw new core.DeliveryError("payload", "no"); };
        const live = async (from, to) => {
          for (let n = from; n < to; n += 1) {
            const send = n % 2 === 0 ? refuse : async () => {};
            const registration = n % 3 === 0
              ? monitor.registerCallback(send, { name: "receiver-" + n })
              : monitor.registerNotifier({ contract: 1, id: "one", destinationKey: "key-" + n, rateLimits: [{ max: 1000, perMs: 1000 }], send }, { name: "receiver-" + n });
            monitor.child({ service: "service-" + n }).emitEvent({ event_type: "type_" + n, message: "m" + n, metrics: { ["metric_" + n]: n }, details: { ["key_" + n]: n } });
            await registration.unregister();
          }
        };
        await weigh();
        await live(0, ${keys});
        await weigh();
        await live(${keys}, ${2 * keys});
        await weigh();
        await monitor.close({ deadlineMs: 0 });
      `);
      expect(late - early).toBeLessThan(2 * MiB);
    },
    patience,
  );
});
