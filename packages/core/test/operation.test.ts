import { memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { rig } from "./support/rig.ts";

const types = (notifier: { readonly events: readonly { readonly event_type: string }[] }) =>
  notifier.events.map(({ event_type }) => event_type);

describe("track", () => {
  it("tells of the start and the success, with what the work said and how long it took", async () => {
    const { clock, monitor } = rig();
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier);
    const working = monitor.track(
      "sync",
      async (run) => {
        run.add("records_synced", 400);
        run.add("records_synced", 600);
        run.set("tables", 2);
        run.note("cursor", "abc");
        run.message("数据同步完成: 1000条记录");
        run.level("warning");
        await new Promise<void>((resolve) => void clock.setTimer(30_500, resolve));
        return "done";
      },
      { details: { job: "nightly" } },
    );
    await clock.advance(30_500);
    expect(await working).toBe("done");
    await clock.advance(0);
    expect(types(notifier)).toEqual(["sync_start", "sync_success"]);
    const [start, success] = notifier.events;
    expect(success).toMatchObject({
      level: "warning",
      message: "数据同步完成: 1000条记录",
      metrics: { records_synced: 1_000, tables: 2, duration_seconds: 30.5 },
      details: { job: "nightly", cursor: "abc", run_id: start?.details.run_id },
    });
  });

  it("tells of the failure with its error, and rethrows that very error", async () => {
    const { clock, monitor } = rig();
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier);
    const error = new Error("no such table: coin_data");
    const thrown = await monitor
      .track("migration", () => Promise.reject(error))
      .catch((caught: unknown) => caught);
    expect(thrown).toBe(error);
    await clock.advance(0);
    expect(types(notifier)).toEqual(["migration_start", "migration_failure"]);
    expect(notifier.events[1]).toMatchObject({
      level: "error",
      message: "migration failed: no such table: coin_data",
      details: { error: { name: "Error", message: "no such table: coin_data" } },
    });
  });

  it.each([
    ["a text", "disk full", "disk full"],
    [
      "an error that has nothing but a code",
      Object.assign(new Error(""), { code: "ECONNREFUSED" }),
      "ECONNREFUSED",
    ],
  ])("says why it failed where the work throws %s", async (_, thrown, why) => {
    const { clock, monitor } = rig();
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier);
    await monitor.track("sync", () => Promise.reject(thrown)).catch(() => {});
    await clock.advance(0);
    expect(notifier.events[1]?.message).toBe(`sync failed: ${why}`);
  });

  it.each([["error"], ["**.message"]])(
    "does not say in the message what `redact: [%j]` hides in the details",
    async (path) => {
      const { clock, monitor } = rig({ redact: [path] });
      const notifier = memoryNotifier();
      monitor.registerNotifier(notifier);
      const failed = monitor.track("sync", () =>
        Promise.reject(new Error("postgres://u:secret@db")),
      );
      await expect(failed).rejects.toThrow("secret");
      await clock.advance(0);
      expect(notifier.events[1]?.message).toBe("sync failed");
      expect(JSON.stringify(notifier.events.map(({ message }) => message))).not.toContain("secret");
    },
  );

  it("warns once when a run is slow, while it runs, and never when it is not", async () => {
    const { clock, monitor } = rig();
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier);
    const slow = monitor.track(
      "cleanup",
      () => new Promise<void>((resolve) => void clock.setTimer(5_000, resolve)),
      { slowAfterMs: 2_000 },
    );
    await clock.advance(2_000);
    expect(types(notifier)).toEqual(["cleanup_start", "performance_warning"]);
    await clock.advance(3_000);
    await slow;
    await monitor.track("cleanup", () => 1, { slowAfterMs: 2_000 });
    await clock.advance(10_000);
    expect(types(notifier)).toEqual([
      "cleanup_start",
      "performance_warning",
      "cleanup_success",
      "cleanup_start",
      "cleanup_success",
    ]);
  });

  it("runs the work though its details throw when they are read", async () => {
    const { monitor } = rig();
    const details = {
      get bad() {
        throw new Error("no");
      },
    };
    expect(await monitor.track("sync", () => 7, { details })).toBe(7);
  });

  it("takes what is said through methods that were taken off the run", async () => {
    const { clock, monitor } = rig();
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier);
    await monitor.track("sync", ({ add, set, note, message, level }) => {
      add("records_synced", 3);
      set("tables", 1);
      note("table", "coin_data");
      message("three records");
      level("warning");
    });
    await clock.advance(0);
    expect(notifier.events[1]).toMatchObject({
      level: "warning",
      message: "three records",
      metrics: { records_synced: 3, tables: 1 },
      details: { table: "coin_data" },
    });
  });

  it("takes counts as databases give them, and never fails the work over one", async () => {
    const { clock, monitor } = rig();
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier);
    await monitor.track("cleanup", (run) => {
      run.add("records_deleted", 40n);
      run.add("records_deleted", "2" as unknown as number);
      run.set("tables", 3n);
      run.add("nonsense", undefined as unknown as number);
    });
    await clock.advance(0);
    expect(notifier.events[1]).toMatchObject({
      metrics: { records_deleted: 42, tables: 3 },
      details: { invalid_metrics: ["nonsense"] },
    });
  });

  it.each([
    ["level", "warn", "`level` must be one of"],
    ["message", { text: "done" }, "`message` must be a string"],
  ] as const)(
    "tells how a run ended though its `run.%s` is wrong, and of that too",
    async (what, value, problem) => {
      const { clock, monitor, problems } = rig();
      const notifier = memoryNotifier();
      monitor.registerNotifier(notifier);
      const failed = monitor.track("sync", (run) => {
        run[what](value as never);
        throw new Error("no such table");
      });
      await expect(failed).rejects.toThrow("no such table");
      await clock.advance(0);
      expect(types(notifier)).toEqual(["sync_start", "sync_failure"]);
      expect(notifier.events[1]).toMatchObject({
        level: "error",
        message: "sync failed: no such table",
      });
      expect(problems).toMatchObject([
        { code: "event-invalid", message: expect.stringContaining(problem) },
      ]);
    },
  );
});

describe("child", () => {
  it("speaks under its own service and adds its details under the event's own", async () => {
    const { clock, monitor } = rig();
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier);
    const job = monitor.child({ service: "billing", details: { job: "a", host: "h1" } });
    job
      .child({ details: { part: 1 } })
      .emitEvent({ event_type: "sync_start", message: "go", details: { job: "b" } });
    await job.track("sync", () => 1);
    await clock.advance(0);
    expect(notifier.events[0]).toMatchObject({
      service: "billing",
      details: { job: "b", host: "h1", part: 1 },
    });
    expect(notifier.events[2]).toMatchObject({
      service: "billing",
      event_type: "sync_success",
      details: { job: "a" },
    });
  });

  it("holds the bound on an event's details, however many children add theirs: the event's own stay", () => {
    const { monitor } = rig({ limits: { detailsBytes: 4_096 } });
    const text = "x".repeat(900);
    const job = monitor.child({ details: { a: text } }).child({ details: { b: text, c: 1 } });
    const taken = job.emitEvent({
      event_type: "sync_start",
      message: "go",
      details: { own: text },
    });
    const { details } = taken.ok ? taken.event : { details: {} };
    expect(details).toMatchObject({ own: text, a: text, c: 1 });
    expect(details).toHaveProperty("b", expect.stringMatching(/^x+…\[truncated\]$/));
    expect(2 * JSON.stringify(details).length).toBeLessThan(4_096);
    expect(Object.isFrozen(details)).toBe(true);
  });
});
