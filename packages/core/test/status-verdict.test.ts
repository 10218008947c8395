import { memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { DeliveryError } from "../src/errors.ts";
import type { StatusSources } from "../src/status.ts";
import type { EventStore } from "../src/store/store.ts";
import { rig } from "./support/rig.ts";
import {
  day,
  failure,
  now,
  receiverOf,
  type Said,
  statsOf,
  statusOf,
  storeOf,
} from "./support/status-kit.ts";
import { hour, iso, minute } from "./support/store-kit.ts";

/** A moment as a reader in UTC is told it. */
const told = (at: number): string => `${iso(at).slice(0, 19).replace("T", " ")} +00:00`;

const verdictOf = async (said: readonly Said[], sources: Partial<StatusSources> = {}) => {
  const { status, reasons } = await statusOf(said, sources);
  return { status, reasons };
};

describe("the service is unhealthy", () => {
  it("when the store fails", async () => {
    const stats = statsOf([], { failing: true, uncommitted: 42 });
    expect(await verdictOf([], { stats })).toEqual({
      status: "unhealthy",
      reasons: ["The store is failing; 42 rows wait to be written."],
    });
    const one = await verdictOf([], { stats: statsOf([], { failing: true, uncommitted: 1 }) });
    expect(one.reasons).toEqual(["The store is failing; 1 row waits to be written."]);
  });

  it("when the store cannot be asked, and then says so instead of failing itself", async () => {
    const aggregate = () => Promise.reject(new Error("password=hunter2"));
    const store = { ...storeOf([]), aggregate } as unknown as EventStore;
    const status = await statusOf([], { store });
    expect(status).toMatchObject({
      status: "unhealthy",
      reasons: ["The store does not answer, so the metrics are empty."],
      sync_metrics: { complete: false, since: iso(now), sync_start_count: 0 },
    });
    expect(JSON.stringify(status)).not.toContain("hunter2");
  });

  it.each(["open", "half-open"] as const)(
    "when a breaker is %s for a reason that somebody must see to",
    async (breaker) => {
      const receivers = ["endpoint", "config"].map((code) =>
        receiverOf(code, { breaker, last_error: failure(code) }),
      );
      expect(await verdictOf([], { stats: statsOf(receivers) })).toEqual({
        status: "unhealthy",
        reasons: [
          "Receiver `endpoint` is cut off until somebody acts (endpoint): it said no",
          "Receiver `config` is cut off until somebody acts (config): it said no",
        ],
      });
    },
  );

  it("when the latest health check is critical", async () => {
    const check = { event_type: "health_check", message: "no database" } as const;
    expect(await verdictOf([{ ...check, ago: 5 * day, level: "critical" }])).toEqual({
      status: "unhealthy",
      reasons: [
        `The latest health check is at level critical, at ${told(now - 5 * day)}: no database`,
      ],
    });
    expect(
      await verdictOf([
        { ...check, ago: 5 * day, level: "critical" },
        { ...check, ago: 4 * day },
      ]),
    ).toEqual({ status: "healthy", reasons: [] });
  });
});

describe("the service is degraded", () => {
  it("for 15 minutes after a drop, a death or an opened breaker, one sentence for all alike", async () => {
    const trouble = (
      kind: "dropped" | "dead" | "breaker-open",
      ago: number,
      reason: string | null,
    ) => ({
      receiver: "slack",
      kind,
      reason,
      at: now - ago,
    });
    const troubles = [
      trouble("dropped", 2 * minute, "overflow"),
      trouble("dropped", minute, "overflow"),
      trouble("dead", 15 * minute, "payload"),
      trouble("dead", 15 * minute + 1, "expired"),
      trouble("breaker-open", minute, null),
    ];
    expect(await verdictOf([], { troubles })).toEqual({
      status: "degraded",
      reasons: [
        "Receiver `slack` dropped deliveries in the last 15 minutes (overflow).",
        "Deliveries to receiver `slack` died in the last 15 minutes (payload).",
        "The breaker of receiver `slack` opened in the last 15 minutes.",
      ],
    });
  });

  it.each([-8 * hour, 8 * hour])(
    "for 15 minutes after a loss, though the wall clock is set %j ms on meanwhile",
    async (ms) => {
      const { clock, monitor } = rig();
      const notifier = memoryNotifier();
      notifier.fail(new DeliveryError("payload", "refused"), 1);
      monitor.registerNotifier(notifier);
      monitor.emitEvent({ event_type: "sync_success", message: "refused" });
      await clock.advance(minute);
      clock.step(ms);
      const reasons = ["Deliveries to receiver `memory` died in the last 15 minutes (payload)."];
      expect(await monitor.getComprehensiveStatus()).toMatchObject({ reasons });
      await clock.advance(15 * minute);
      expect(await monitor.getComprehensiveStatus()).toMatchObject({ reasons: [] });
    },
  );

  it("no longer than until the next success, whatever moment a failed run claims", async () => {
    const { clock, monitor } = rig();
    const timestamp = new Date(clock.now() + 400 * day);
    monitor.emitEvent({ event_type: "sync_failure", message: "no", timestamp });
    expect(await monitor.getComprehensiveStatus()).toMatchObject({ status: "degraded" });
    await clock.advance(1_000);
    monitor.emitEvent({ event_type: "sync_success", message: "yes" });
    expect(await monitor.getComprehensiveStatus()).toMatchObject({
      status: "healthy",
      reasons: [],
    });
  });

  it("as long as a breaker is open, and says so once", async () => {
    const receivers = [
      receiverOf("slack", { breaker: "open", last_error: failure("unavailable", "503") }),
      receiverOf("mail", { breaker: "half-open" }),
    ];
    const troubles = [
      { receiver: "slack", kind: "breaker-open", reason: "unavailable", at: now } as const,
    ];
    expect(await verdictOf([], { stats: statsOf(receivers), troubles })).toEqual({
      status: "degraded",
      reasons: [
        "The breaker of receiver `slack` is open (unavailable): 503",
        "The breaker of receiver `mail` is open.",
      ],
    });
  });

  it.each(["sync", "cleanup", "migration"])("when the last %s failed", async (operation) => {
    const failed = { event_type: `${operation}_failure`, ago: 9 * day, message: "no space" };
    expect(await verdictOf([failed])).toEqual({
      status: "degraded",
      reasons: [`The last ${operation} failed, at ${told(now - 9 * day)}: no space`],
    });
    for (const [message, why] of [
      [`${operation} failed: no space`, "no space"],
      [`${operation} failed`, `${operation} failed`],
      [`${operation} failedover`, `${operation} failedover`],
    ] as const)
      expect((await verdictOf([{ ...failed, message }])).reasons).toEqual([
        `The last ${operation} failed, at ${told(now - 9 * day)}: ${why}`,
      ]);
    const success = { event_type: `${operation}_success`, ago: 9 * day };
    expect((await verdictOf([failed, success])).status).toBe("healthy");
    expect((await verdictOf([success, failed])).status).toBe("degraded");
    expect((await verdictOf([failed, { ...success, ago: 10 * day }])).status).toBe("degraded");
  });

  it("for a day after a storage warning, and while the latest health check is no good", async () => {
    const warning = { event_type: "storage_warning", message: "disk at 91 %" } as const;
    expect(await verdictOf([{ ...warning, ago: day, level: "warning" }])).toEqual({
      status: "degraded",
      reasons: [
        `The latest storage warning is at level warning, at ${told(now - day)}: disk at 91 %`,
      ],
    });
    const said = (event: Said) => verdictOf([event]).then(({ status }) => status);
    expect(await said({ ...warning, ago: minute, level: "critical" })).toBe("degraded");
    expect(await said({ ...warning, ago: minute, level: "info" })).toBe("healthy");
    expect(await said({ ...warning, ago: day + 1, level: "critical" })).toBe("healthy");
    expect(await said({ event_type: "health_check", ago: day, level: "error" })).toBe("degraded");
  });

  it("with its reasons in bounds, the gravest first", async () => {
    const receivers = Array.from({ length: 60 }, (_, n) =>
      receiverOf(`r${n}`, {
        breaker: "open",
        last_error: failure(n === 59 ? "config" : "unavailable", `line one\n${"x".repeat(900)}`),
      }),
    );
    const { reasons } = await verdictOf([], { stats: statsOf(receivers) });
    expect(reasons).toHaveLength(20);
    expect(reasons[0]).toMatch(/^Receiver `r59` is cut off .*line one x+…$/);
    expect(reasons[19]).toBe("There are 41 more reasons.");
    expect(Math.max(...reasons.map(({ length }) => length))).toBe(300);
    expect(reasons.join("")).not.toMatch(/\n/);
  });
});
