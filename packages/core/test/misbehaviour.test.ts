import { memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { DeliveryError } from "../src/errors.ts";
import { createMonitor } from "../src/monitor.ts";
import type { Notifier } from "../src/notifier.ts";
import { rig } from "./support/rig.ts";
import "./support/no-unhandled-rejection.ts";

const no = async (): Promise<never> => {
  throw new Error("no");
};

describe("hooks that are async and reject", () => {
  it("end nobody's process: onProblem, observers, attach and where", async () => {
    const { clock, monitor, emit } = rig({ onProblem: no });
    monitor.observe(no);
    const neighbour = memoryNotifier({ id: "neighbour" });
    monitor.registerNotifier({ contract: 1, id: "odd", attach: no, send: () => {} });
    monitor.registerCallback(no, { name: "rejecting" });
    monitor.registerCallback(() => {}, { name: "choosy", where: no as unknown as () => boolean });
    monitor.registerNotifier(neighbour);
    emit(2);
    await clock.advance(10);
    expect(neighbour.events).toHaveLength(2);
  });
});

describe("a `where` that gives no answer", () => {
  it.each([
    [
      "throws",
      () => {
        throw new Error("no");
      },
      "Its `where` threw: the event was let through.",
    ],
    ["is async", async () => false, "Its `where` is async: the event was let through."],
  ])(
    "lets the event through when it %s, and is reported as just that",
    async (_how, where, message) => {
      const { clock, monitor, emit, receiver, problems } = rig();
      monitor.registerCallback(() => {}, { name: "choosy", where: where as never });
      emit(1);
      await clock.advance(0);
      expect(receiver("choosy").delivered).toBe(1);
      expect(problems).toMatchObject([{ code: "filter-threw", receiver: "choosy", message }]);
    },
  );
});

type Then = (ok: () => void, bad: () => void) => void;

const thenable = (then: Then) =>
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
  Object.defineProperty({}, "then", { value: then }) as unknown as Promise<void>;

describe("answers that cannot be read", () => {
  const hostile: readonly (readonly [string, Notifier["send"]])[] = [
    [
      "a thenable that throws",
      () =>
        thenable(() => {
          throw new Error("no");
        }),
    ],
    [
      "a thenable that settles twice",
      () =>
        thenable((ok, bad) => {
          ok();
          bad();
          ok();
        }),
    ],
    [
      "a receipt whose reference throws",
      async () => ({
        get reference(): string {
          throw new Error("no");
        },
      }),
    ],
    ["undefined as a rejection", () => Promise.reject(undefined)],
    [
      "a revoked proxy as a rejection",
      () => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return Promise.reject(proxy);
      },
    ],
    [
      "a DeliveryError whose message throws",
      () =>
        Promise.reject(
          Object.defineProperty(new DeliveryError("payload", "x"), "message", {
            get: () => {
              throw new Error("no");
            },
          }),
        ),
    ],
    [
      "a DeliveryError that asks to wait for NaN",
      () =>
        Promise.reject(
          Object.assign(new DeliveryError("rate-limited", "x"), { retryAfterMs: Number.NaN }),
        ),
    ],
  ];
  it.each(hostile)("%s reaches no neighbour, and the event gets its one fate", async (_, send) => {
    const { clock, monitor, emit, receiver } = rig();
    const neighbour = memoryNotifier({ id: "neighbour" });
    monitor.registerNotifier(
      { contract: 1, id: "odd", send },
      { retry: { maxAttempts: 1, maxAgeMs: 60_000 } },
    );
    monitor.registerNotifier(neighbour);
    emit(1);
    await clock.advance(120_000);
    expect(neighbour.events).toHaveLength(1);
    expect(receiver("odd").pending).toBe(0);
  });

  it("an accepted event whose receipt throws is not sent again", async () => {
    const { clock, monitor, emit } = rig();
    let sends = 0;
    monitor.registerNotifier({
      contract: 1,
      id: "odd",
      send: async () => {
        sends += 1;
        return {
          get reference(): string {
            throw new Error("no");
          },
        };
      },
    });
    emit(1);
    await clock.advance(60_000);
    expect(sends).toBe(1);
  });
});

describe("a problem listener that emits what is refused", () => {
  it("does not keep the event loop from its turns", async () => {
    let told = 0;
    const monitor = createMonitor({
      onProblem: () => {
        told += 1;
        monitor.emitEvent({ event_type: "not-a-type", message: "" });
      },
    });
    monitor.emitEvent({ event_type: "not-a-type", message: "" });
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(told).toBeLessThan(10);
    await monitor.close();
  });
});

describe("leaving twice", () => {
  it("closes a notifier once when close() and unregister() meet", async () => {
    const { clock, monitor, emit } = rig();
    const notifier = memoryNotifier();
    notifier.fail(new DeliveryError("unavailable", "down"), 100);
    const registration = monitor.registerNotifier(notifier);
    emit(2);
    await clock.advance(0);
    const leaving = [
      registration.unregister({ deadlineMs: 2_000 }),
      monitor.close({ deadlineMs: 1_000 }),
    ];
    await clock.advance(4_000);
    await Promise.all(leaving);
    await registration.unregister();
    expect(notifier.closes).toBe(1);
  });

  it("counts what was given up in the report of whoever gave it up", async () => {
    const { clock, monitor, emit } = rig();
    const notifier = memoryNotifier();
    notifier.fail(new DeliveryError("unavailable", "down"), 100);
    const registration = monitor.registerNotifier(notifier);
    emit(5);
    await clock.advance(0);
    const leaving = registration.unregister({ drain: false });
    await clock.advance(1_000);
    expect(await leaving).toMatchObject({ dropped: 5, pending: 0, timed_out: true });
  });

  it("refuses receivers and replays after close", async () => {
    const { clock, monitor } = rig();
    const closing = monitor.close();
    await clock.advance(1_000);
    await closing;
    expect(() => monitor.registerNotifier(memoryNotifier())).toThrow("closed");
    await expect(monitor.replay({})).rejects.toThrow("closed");
  });

  it("waits for a turn at a destination that another receiver holds", async () => {
    const { clock, monitor, emit } = rig();
    const shared = { destinationKey: "held-by-another", rateLimits: [{ max: 1, perMs: 1_000 }] };
    const first = memoryNotifier({ id: "first", ...shared });
    const second = memoryNotifier({ id: "second", ...shared });
    const release = first.hold();
    monitor.registerNotifier(first);
    const registration = monitor.registerNotifier(second);
    emit(1);
    await clock.advance(0);
    const leaving = registration.unregister();
    await clock.advance(100);
    release();
    await clock.advance(2_000);
    expect(await leaving).toMatchObject({ delivered: 1, dropped: 0 });
  });
});
