import { memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { defineNotifier } from "../src/define-notifier.ts";
import { ConfigError } from "../src/errors.ts";
import { createMonitor } from "../src/monitor.ts";
import { memoryStore } from "../src/store/memory.ts";
import { rig } from "./support/rig.ts";

const later = () => new Promise((resolve) => setImmediate(resolve));

const refusalOf = async (call: () => unknown): Promise<ConfigError> => {
  try {
    await call();
  } catch (error) {
    if (ConfigError.is(error)) return error;
    throw error;
  }
  return expect.unreachable("nothing was refused");
};

describe("createMonitor and memoryStore", () => {
  it.each([{}, null, 0, "now", Date, { now: Date.now }])(
    "refuses %j as its clock",
    async (clock) => {
      for (const make of [createMonitor, memoryStore]) {
        const { option, message } = await refusalOf(() => make({ clock: clock as never }));
        expect(option).toBe("clock");
        expect(message).toContain("setTimer");
      }
    },
  );

  it("refuses options that nobody has awaited, of which it would see none", async () => {
    const options = Promise.resolve({ service: "billing" });
    const { message } = await refusalOf(() => createMonitor(options as never));
    expect(message).toContain("a promise");
  });

  it("refuses by its name an option that throws whenever it is looked at", async () => {
    const trap = () => {
      throw new RangeError("a trap");
    };
    const service = new Proxy({}, { get: trap, has: trap, getPrototypeOf: trap });
    const { option } = await refusalOf(() => createMonitor({ service: service as never }));
    expect(option).toBe("service");
  });
});

describe("defineNotifier", () => {
  it.each([undefined, null, 5, "pager", {}])(
    "refuses %j, which is no notifier",
    async (notifier) => {
      const { option } = await refusalOf(() => defineNotifier(notifier as never));
      expect(option).toBe("id");
    },
  );
});

describe("observe", () => {
  it.each([undefined, null, {}, "log"])("refuses %j as a listener", async (listener) => {
    const { monitor } = rig();
    const { option } = await refusalOf(() => monitor.observe(listener as never));
    expect(option).toBe("listener");
  });
});

describe("registerCallback", () => {
  it.each([true, null, 5, { failure: 3 }, { failures: "3" }])(
    "checks a breaker, %j, though a callback has none",
    async (breaker) => {
      const { monitor } = rig();
      const { option } = await refusalOf(() =>
        monitor.registerCallback(() => {}, { breaker: breaker as never }),
      );
      expect(option).toMatch(/^(?:options|failure|breaker\.failures)$/);
    },
  );
});

describe("explain", () => {
  it.each([undefined, null, 5, "sync_start", true])(
    "refuses %j, which is no event",
    async (event) => {
      const { monitor } = rig();
      const { option } = await refusalOf(() => monitor.explain(event as never));
      expect(option).toBe("event");
    },
  );

  it("refuses what has an id and is no event all the same", async () => {
    const { monitor } = rig();
    const { message } = await refusalOf(() => monitor.explain({ id: "a" } as never));
    expect(message).toContain("event_type");
  });
});

describe("replay", () => {
  it.each([null, 5, true, "memory", [[]]])("refuses %j, and replays nothing", async (query) => {
    const { monitor } = rig();
    const { option } = await refusalOf(() => monitor.replay(query as never));
    expect(option).toBe("options");
  });

  it.each([[["dropped"]], [["dead", "delivered"]], [[]], ["dead"]])(
    "refuses the states %j: it would replay others than those asked for",
    async (states) => {
      const { monitor } = rig();
      const { option } = await refusalOf(() => monitor.replay({ states: states as never }));
      expect(option).toBe("states");
    },
  );

  it("takes the one state that it replays", async () => {
    const { monitor } = rig();
    expect(await monitor.replay({ states: ["dead"] })).toBe(0);
  });
});

const wrongDeadlines = [null, Number.NaN, "5000", 5n, Symbol("soon"), {}];

describe("flush and persisted", () => {
  it.each(["flush", "persisted"] as const)(
    "%s refuses a deadline that is no number",
    async (method) => {
      const { monitor } = rig();
      for (const deadlineMs of wrongDeadlines) {
        const { option } = await refusalOf(() =>
          monitor[method]({ deadlineMs: deadlineMs as never }),
        );
        expect(option).toBe("deadlineMs");
      }
    },
  );

  it.each(["flush", "persisted"] as const)(
    "%s refuses an option that it does not know",
    async (method) => {
      const { monitor } = rig();
      const { option, message } = await refusalOf(() => monitor[method]({ timeoutMs: 5 } as never));
      expect(option).toBe("timeoutMs");
      expect(message).toContain("deadlineMs");
      await refusalOf(() => monitor[method](null as never));
    },
  );

  it("takes a deadline that has passed, and one that never comes", async () => {
    const { monitor } = rig();
    expect(await monitor.flush({ deadlineMs: -5 })).toMatchObject({ timed_out: false });
    expect(await monitor.flush({ deadlineMs: Number.POSITIVE_INFINITY })).toMatchObject({
      timed_out: false,
    });
  });
});

describe("close and unregister", () => {
  it.each([{ timeoutMs: 5 }, null, 5, ...wrongDeadlines.map((deadlineMs) => ({ deadlineMs }))])(
    "close delivers what waits, though its options are wrong, and says so: %#",
    async (options) => {
      const { clock, monitor, problems } = rig();
      const notifier = memoryNotifier();
      monitor.registerNotifier(notifier, { batch: { maxWaitMs: 60_000 } });
      monitor.emitEvent({ event_type: "sync_start", message: "go" });
      const closing = monitor.close(options as never);
      await clock.advance(1_000);
      expect(await closing).toMatchObject({ delivered: 1, dropped: 0, timed_out: false });
      await later();
      expect(problems.map(({ code }) => code)).toEqual(["wrong-option"]);
      expect(problems[0]?.message).toContain("close()");
    },
  );

  it.each([{ timeoutMs: 5 }, null, { drain: null }, { deadlineMs: Number.NaN }])(
    "unregister delivers what waits, though its options are wrong, and says so: %#",
    async (options) => {
      const { clock, monitor, problems } = rig();
      const notifier = memoryNotifier();
      const registration = monitor.registerNotifier(notifier, { batch: { maxWaitMs: 60_000 } });
      monitor.emitEvent({ event_type: "sync_start", message: "go" });
      const leaving = registration.unregister(options as never);
      await clock.advance(1_000);
      expect(await leaving).toMatchObject({ delivered: 1, dropped: 0 });
      await later();
      expect(problems.map(({ code }) => code)).toEqual(["wrong-option"]);
    },
  );
});

describe("track", () => {
  it.each([null, 5, { slowAfter: 5 }, { slowAfterMs: Number.NaN }, { slowAfterMs: "5" }])(
    "runs the work though its options are wrong, and says so: %#",
    async (options) => {
      const { clock, monitor, problems } = rig();
      expect(await monitor.track("sync", () => "done", options as never)).toBe("done");
      await later();
      await clock.advance(0);
      expect(problems.map(({ code }) => code)).toEqual(["wrong-option"]);
      expect(problems[0]?.message).toContain("track()");
      const told = await monitor.getEvents();
      expect(told.rows.map((event) => event.event_type)).toEqual(["sync_success", "sync_start"]);
    },
  );

  it.each([undefined, null, 5, Symbol("sync"), {}])(
    "runs the work under a name that is no text, of which it can tell nothing: %#",
    async (operation) => {
      const { monitor, problems } = rig();
      expect(await monitor.track(operation as never, () => "done")).toBe("done");
      await later();
      expect(monitor.stats().taken).toBe(0);
      expect(problems.map(({ code }) => code)).toEqual(["event-invalid"]);
    },
  );

  it.each(["sync_start", "cleanup_success", "migration_failure"])(
    "says that it takes the operation where it is given an event's type, %s, and runs the work",
    async (type) => {
      const { monitor, problems } = rig();
      expect(await monitor.track(type, () => "done")).toBe("done");
      await later();
      expect(problems.map(({ code }) => code)).toEqual(["wrong-option"]);
      expect(problems[0]?.message).toContain(`must be "${type.split("_")[0]}"`);
      expect(monitor.stats().taken).toBe(2);
    },
  );

  it.each(["sync", "cold_start", "sync_start_retry", "health_check"])(
    "says nothing of the operation %s",
    async (operation) => {
      const { monitor, problems } = rig();
      await monitor.track(operation, () => "done");
      await later();
      expect(problems).toEqual([]);
    },
  );

  it("lets no amount fail the work, not even one that cannot become a number", async () => {
    const { monitor } = rig();
    const worked = monitor.track("sync", (run) => {
      run.add("added", Symbol("many") as never);
      run.set("set", Object.create(null));
      return "done";
    });
    expect(await worked).toBe("done");
    expect((await monitor.getEvents()).rows[0]).toMatchObject({
      event_type: "sync_success",
      details: { invalid_metrics: ["added", "set"] },
    });
  });

  it("says what it takes where the work is no function, as a promise of it is none", async () => {
    const { monitor } = rig();
    const { option, message } = await refusalOf(() =>
      monitor.track("sync", Promise.resolve() as never),
    );
    expect(option).toBe("work");
    expect(message).toContain("function");
    expect((await monitor.getEvents()).rows[0]).toMatchObject({ event_type: "sync_failure" });
  });
});

describe("child", () => {
  it.each([
    ...[undefined, null, "billing", { servise: "billing" }],
    ...[{ service: "" }, { service: "\n" }, { service: 5 }, { service: null }],
  ])("speaks as its parent where its bindings are wrong, and says so: %#", async (bindings) => {
    const { monitor, problems } = rig();
    const taken = monitor.child(bindings as never).emitEvent({ event_type: "a", message: "b" });
    expect(taken).toMatchObject({ ok: true, event: { service: "datasync" } });
    await later();
    expect(problems.map(({ code }) => code)).toEqual(["wrong-option"]);
    expect(problems[0]?.message).toContain("child()");
  });
});
