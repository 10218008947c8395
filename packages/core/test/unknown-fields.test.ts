import { describe, expect, it, vi } from "vitest";
import { createMonitor } from "../src/monitor.ts";
import { rig } from "./support/rig.ts";

const later = () => new Promise((resolve) => setImmediate(resolve));
const sync = { event_type: "sync_success", message: "done" };

/** What a program without types may give. */
const given = (fields: object) => ({ ...sync, ...fields });

const toldOf = async (...inputs: unknown[]): Promise<string[]> => {
  const { monitor, problems } = rig();
  for (const input of inputs) monitor.emitEvent(input as never);
  await later();
  expect(problems.map(({ code }) => code)).toEqual(problems.map(() => "unknown-field"));
  return problems.map(({ message }) => message);
};

describe("a field that no event has", () => {
  it.each([
    ["metric", "Did you mean `metrics`?"],
    ["Details", "Did you mean `details`?"],
    ["tenant", "anything else in `details`"],
    ["records_synced", "Numbers belong in `metrics`"],
    ["service", "`child()`"],
    ["id", "an event has no such field"],
  ])("is told of, with where it belongs: %s", async (name, advice) => {
    const [message, ...others] = await toldOf(given({ [name]: 5 }));
    expect(message).toContain(`\`${name}\``);
    expect(message).toContain(advice);
    expect(others).toEqual([]);
  });

  it("is left out of the event, which is taken", () => {
    const taken = createMonitor({ onProblem: () => {} }).emitEvent(given({ tenant: "a" }));
    expect(taken).toMatchObject({ ok: true, event: { details: {}, metrics: {} } });
    expect(taken.ok && "tenant" in taken.event).toBe(false);
  });

  it("is told of beside the refusal that it is the reason of", async () => {
    const { monitor, problems } = rig();
    const refused = monitor.emitEvent({ event_type: "sync_success", messsage: "done" } as never);
    expect(refused).toMatchObject({ ok: false, reason: "invalid" });
    await later();
    expect(problems.map(({ code }) => code).sort()).toEqual(["event-invalid", "unknown-field"]);
  });

  it("is told of once, whoever emits it, and each of several", async () => {
    const { monitor, problems } = rig();
    const child = monitor.child({ service: "billing" });
    for (const emitter of [monitor, child, monitor])
      emitter.emitEvent(given({ metric: 1, tenant: 2 }));
    await later();
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining("`metric`"),
      expect.stringContaining("`tenant`"),
    ]);
  });

  it("is told of within bounds, though its names are data", async () => {
    const rows = Array.from({ length: 1_000 }, (_, n) => given({ [`row ${n}`]: n }));
    const told = await toldOf(given({ [`${"x".repeat(1e6)}\u001b[31m`]: 1 }), ...rows);
    expect(told).toHaveLength(50);
    expect(Math.max(...told.map((message) => message.length))).toBeLessThan(300);
  });

  it("is told of within bounds, though one event has a thousand of them", async () => {
    const row = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`column ${n}`, n]));
    expect(await toldOf(given(row))).toHaveLength(50);
  });

  it("is printed each, though others were printed in the same minute", async () => {
    const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const monitor = createMonitor();
    monitor.emitEvent(given({ metric: 1, tenant: 2 }));
    await later();
    const printed = write.mock.calls.map(([line]) => String(line));
    write.mockRestore();
    expect(printed).toEqual([
      expect.stringMatching(/^datasync-monitor unknown-field: .*`metric`.*\n$/),
      expect.stringMatching(/^datasync-monitor unknown-field: .*`tenant`.*\n$/),
    ]);
  });
});

it("reads each property of an event once: a getter may do something", async () => {
  const { monitor, problems } = rig();
  const reads: string[] = [];
  const counting = (fields: object) =>
    new Proxy(fields, {
      get: (target, name, self) => {
        reads.push(String(name));
        return Reflect.get(target, name, self);
      },
    });
  const all = { ...sync, level: "info", timestamp: new Date(0), details: {}, metrics: {} };
  monitor.emitEvent(counting(all) as never);
  expect(reads.sort()).toEqual(Object.keys(all).sort());
  reads.length = 0;
  monitor.emitEvent(counting({ ...sync, tenant: "a" }) as never);
  expect(reads.sort()).toEqual([...Object.keys(all), "tenant"].sort());
  await later();
  expect(problems).toMatchObject([{ code: "unknown-field" }]);
});

describe("no field is told of", () => {
  it("of an event that is passed on from another monitor", async () => {
    const taken = createMonitor().emitEvent({ ...sync, details: { rows: 1 }, metrics: { n: 1 } });
    expect(taken.ok && (await toldOf(taken.event, { ...taken.event, message: "again" }))).toEqual(
      [],
    );
  });

  it.each([
    ["one that has no value", given({ tenant: undefined, level: undefined })],
    ["a symbol", given({ [Symbol("trace")]: 1 })],
    ["one that is inherited", Object.assign(Object.create({ tenant: 1 }), sync)],
    [
      "one that throws",
      Object.defineProperty({ ...sync }, "tenant", {
        enumerable: true,
        get: () => {
          throw new Error("no");
        },
      }),
    ],
  ])("%s", async (_what, input) => {
    expect(await toldOf(input)).toEqual([]);
  });

  it("of a proxy that cannot be listed, whose event is taken as before", async () => {
    const trap = () => {
      throw new Error("no");
    };
    const input = new Proxy(sync, { ownKeys: trap, getOwnPropertyDescriptor: trap });
    expect(createMonitor().emitEvent(input).ok).toBe(true);
    expect(await toldOf(input)).toEqual([]);
  });

  it("where `Object.prototype` has been given a property that everything inherits", async () => {
    const prototype = Object.prototype as { tenant?: number };
    prototype.tenant = 1;
    try {
      expect(await toldOf(sync)).toEqual([]);
    } finally {
      delete prototype.tenant;
    }
  });
});
