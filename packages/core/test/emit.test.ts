import { memoryNotifier } from "@datasync-monitor/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventInput } from "../src/event-input.ts";
import { isEvent } from "../src/is-event.ts";
import { createMonitor } from "../src/monitor.ts";
import { rig } from "./support/rig.ts";

const runs = 20_000 * Number(process.env.FC_RUNS ?? 1);

const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const throwing = (property: string) => ({
  event_type: "sync_start",
  message: "x",
  get [property]() {
    throw new Error("no");
  },
});
const circular: Record<string, unknown> = {};
circular.self = circular;
let deep: unknown = 1;
for (let i = 0; i < 20_000; i += 1) deep = [deep];

describe("an emitter's methods", () => {
  it.each([
    ["a monitor", () => createMonitor()],
    ["a child", () => createMonitor().child({ service: "billing" })],
  ])(
    "of %s work when they are taken off it, as for a handler or by destructuring",
    async (_what, make) => {
      const { emitEvent, track, child } = make();
      expect(emitEvent({ event_type: "sync_start", message: "x" }).ok).toBe(true);
      expect(await track("sync", () => "done")).toBe("done");
      expect(child({}).emitEvent({ event_type: "sync_start", message: "x" }).ok).toBe(true);
    },
  );
});

it.each([10n, Symbol("billing"), { toJSON: () => 10n }, 5, null])(
  "a child whose service is no text speaks as its parent, for no store could hold what it says: %#",
  (service) => {
    const child = createMonitor({ service: "datasync" }).child({ service: service as never });
    const taken = child.emitEvent({ event_type: "sync_start", message: "x" });
    expect(taken).toMatchObject({ ok: true, event: { service: "datasync" } });
  },
);

const hostile: readonly (readonly [string, unknown])[] = [
  ["nothing", undefined],
  ["null", null],
  ["a symbol", Symbol("x")],
  ["a function", () => 1],
  ["a revoked proxy", revoked()],
  ["a throwing type", throwing("event_type")],
  ["a throwing message", throwing("message")],
  ["throwing details", throwing("details")],
  ["throwing metrics", throwing("metrics")],
  ["a throwing level", throwing("level")],
  ["a throwing timestamp", throwing("timestamp")],
  ["a revoked proxy for details", { event_type: "sync_start", message: "x", details: revoked() }],
  ["a revoked proxy for metrics", { event_type: "sync_start", message: "x", metrics: revoked() }],
  ["circular details", { event_type: "sync_start", message: "x", details: circular }],
  ["20,000-deep details", { event_type: "sync_start", message: "x", details: { deep } }],
  ["a 10 MB message", { event_type: "sync_start", message: "x".repeat(10_000_000) }],
  [
    "a 10 MB detail",
    { event_type: "sync_start", message: "x", details: { text: "x".repeat(10_000_000) } },
  ],
  [
    "a throwing toJSON",
    {
      event_type: "sync_start",
      message: "x",
      details: {
        toJSON: () => {
          throw new Error("no");
        },
      },
    },
  ],
  [
    "prototype keys",
    {
      event_type: "sync_start",
      message: "x",
      details: JSON.parse('{"__proto__":{"polluted":1}}'),
      metrics: JSON.parse('{"__proto__":1}'),
    },
  ],
  ["an invalid date", { event_type: "sync_start", message: "x", timestamp: new Date(Number.NaN) }],
  [
    "a date beyond RFC 3339",
    { event_type: "sync_start", message: "x", timestamp: new Date(8.64e15) },
  ],
  [
    "metrics of all kinds",
    {
      event_type: "sync_start",
      message: "x",
      metrics: { a: Number.NaN, b: 10n, c: "1", d: {}, e: -0, f: Infinity },
    },
  ],
];

const emitAnything = (monitor: { emitEvent(input: EventInput): unknown }, input: unknown) =>
  monitor.emitEvent(input as EventInput) as { ok: boolean; reason?: string };

describe("emitEvent", () => {
  it.each(hostile)("survives %s while open, closing and closed", async (_, input) => {
    const { clock, monitor } = rig();
    monitor.registerNotifier(memoryNotifier());
    const open = emitAnything(monitor, input);
    expect(["invalid", undefined]).toContain(open.reason);
    await clock.advance(10);
    const closing = monitor.close({ deadlineMs: 100 });
    expect(emitAnything(monitor, input)).toMatchObject({ ok: false, reason: "closed" });
    await clock.advance(1_000);
    await closing;
    expect(emitAnything(monitor, input)).toMatchObject({ ok: false, reason: "closed" });
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it("takes -0 for 0, which is all that JSON has", () => {
    const monitor = createMonitor();
    const taken = monitor.emitEvent({
      event_type: "sync_start",
      message: "",
      metrics: { rows: -0 },
    });
    expect(taken.ok && Object.is(taken.event.metrics.rows, 0)).toBe(true);
  });

  it("never throws, and takes only events that are valid JSON, for anything at all", async () => {
    const monitor = createMonitor({ onProblem: () => {}, limits: { turnEvents: 1_000_000 } });
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withNullPrototype: true,
    });
    const input = fc.oneof(
      anything,
      fc.record(
        {
          event_type: fc.constant("sync_start"),
          message: fc.oneof(fc.string(), anything),
          details: anything,
          metrics: anything,
          level: fc.oneof(fc.constant("info"), anything),
          timestamp: fc.oneof(fc.date(), anything),
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(input, (value) => {
        const result = monitor.emitEvent(value as EventInput);
        if (!result.ok) return result.problem.length > 0;
        const text = JSON.stringify(result.event);
        expect(JSON.parse(text)).toEqual(result.event);
        return (
          Object.isFrozen(result.event) &&
          Object.isFrozen(result.event.details) &&
          Object.isFrozen(result.event.metrics)
        );
      }),
      { numRuns: runs },
    );
    const { emitted, taken, refused } = monitor.stats();
    expect(emitted).toBe(runs);
    expect(taken).toBeGreaterThan(runs / 100);
    expect(refused.invalid).toBe(runs - taken);
    await monitor.close({ deadlineMs: 0 });
  }, 60_000);

  it("takes a snapshot: what changes later is not seen, and the input is neither changed nor frozen", async () => {
    const { clock, monitor } = rig();
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier);
    const details = { tables: ["coin_data"], nested: { n: 1 } };
    const metrics = { records_synced: 1 };
    const before = structuredClone({ details, metrics });
    monitor.emitEvent({ event_type: "sync_success", message: "x", details, metrics });
    expect({ details, metrics }).toEqual(before);
    details.tables.push("later");
    details.nested.n = 2;
    metrics.records_synced = 2;
    await clock.advance(0);
    expect(notifier.events[0]).toMatchObject(before);
  });

  it("fills in the level by the type, and normalises the timestamp to UTC milliseconds", () => {
    const { monitor } = rig();
    const made = (input: EventInput) => {
      const result = monitor.emitEvent(input);
      return result.ok ? result.event : undefined;
    };
    expect(made({ event_type: "sync_failure", message: "x" })?.level).toBe("error");
    expect(made({ event_type: "storage_warning", message: "x" })?.level).toBe("warning");
    expect(made({ event_type: "invoice_paid", message: "x" })?.level).toBe("info");
    expect(made({ event_type: "sync_failure", message: "x", level: "critical" })?.level).toBe(
      "critical",
    );
    expect(
      made({ event_type: "sync_start", message: "x", timestamp: "2025-08-29T18:30:00+08:00" })
        ?.timestamp,
    ).toBe("2025-08-29T10:30:00.000Z");
    expect(made({ event_type: "sync_start", message: "x" })?.timestamp).toBe(
      "2025-08-29T10:30:00.000Z",
    );
  });

  it("leaves metrics that are not finite numbers out, and names them in the details", () => {
    const { monitor } = rig();
    const metrics = { good: 1, nan: Number.NaN, inf: Number.POSITIVE_INFINITY };
    const result = monitor.emitEvent({
      event_type: "sync_success",
      message: "x",
      details: { a: 1 },
      metrics,
    });
    expect(result).toMatchObject({
      ok: true,
      event: { metrics: { good: 1 }, details: { a: 1, invalid_metrics: ["nan", "inf"] } },
    });
  });

  it.each([
    ["event_type", { event_type: "Sync", message: "x" }],
    ["message", { event_type: "sync_start", message: 5 as unknown as string }],
    ["level", { event_type: "sync_start", message: "x", level: "fatal" as unknown as "error" }],
    ["timestamp", { event_type: "sync_start", message: "x", timestamp: "yesterday" }],
  ])(
    "refuses a wrong `%s` with a sentence that names it, and reports it in a later turn",
    async (name, input) => {
      const { clock, monitor, problems } = rig();
      const result = monitor.emitEvent(input);
      expect(result).toMatchObject({
        ok: false,
        reason: "invalid",
        problem: expect.stringContaining(`\`${name}\``),
      });
      expect(problems).toEqual([]);
      await clock.advance(0);
      expect(problems.map(({ code }) => code)).toEqual(["event-invalid"]);
    },
  );

  it("hides redacted paths from every receiver and from the history", async () => {
    const { clock, monitor } = rig({ redact: ["user.token", "**.password"] });
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier);
    monitor.emitEvent({
      event_type: "sync_start",
      message: "x",
      details: { user: { token: "CANARY-1" }, a: { b: { password: "CANARY-2" } } },
    });
    await clock.advance(0);
    const shown = JSON.stringify([notifier.events, await monitor.getEvents()]);
    expect(shown).not.toContain("CANARY");
    expect(shown).toContain("[redacted]");
  });
});

it("isEvent() tells an event of a type from the others", () => {
  const taken = createMonitor().emitEvent({ event_type: "sync_start", message: "x" });
  expect(taken.ok && isEvent(taken.event, "sync_start")).toBe(true);
  expect(taken.ok && isEvent(taken.event, "sync_success")).toBe(false);
});
