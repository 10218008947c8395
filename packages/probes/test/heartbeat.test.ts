import type { Monitor } from "@datasync-monitor/core";
import { DeliveryError, defineNotifier } from "@datasync-monitor/core";
import { describe, expect, it } from "vitest";
import { heartbeat } from "../src/index.ts";
import { hour, minute, rig, second } from "./support.ts";

describe("a heartbeat", () => {
  it("tells at once and every five minutes how the service is", async () => {
    const { clock, monitor, events } = rig();
    heartbeat(monitor);
    await clock.advance(0);
    expect(events()).toHaveLength(1);
    expect(events()[0]).toMatchObject({
      event_type: "service_status",
      level: "info",
      message: "datasync is healthy, up for 0 s",
      metrics: {
        uptime_seconds: 0,
        receivers_total: 1,
        deliveries_pending: 0,
        deliveries_dropped: 0,
        deliveries_dead: 0,
      },
    });
    expect(events()[0]?.details).toEqual({
      host: expect.any(String),
      status: "healthy",
      receivers: {
        memory: { state: "active", pending: 0, delivered: 0, failed: 0, dropped: 0, dead: 0 },
      },
    });
    await clock.advance(3 * hour);
    expect(events()).toHaveLength(37);
    expect(events().at(-1)?.message).toBe("datasync is healthy, up for 3 h");
    expect(events().at(-1)?.metrics.uptime_seconds).toBe(10_800);
  });

  it("holds what there is to read of the comprehensive status, and nothing that is empty", async () => {
    const { clock, monitor, news } = rig();
    await monitor.track("sync", async (run) => run.add("records_synced", 7));
    await monitor.track("sync", () => Promise.reject(new Error("lost"))).catch(() => {});
    monitor.emitEvent({ event_type: "health_check", message: "fine", details: { checks: {} } });
    await clock.advance(second);
    news();
    heartbeat(monitor);
    await clock.advance(0);
    const at = "2025-08-29T10:30:00.000Z";
    expect(news()[0]?.details).toEqual({
      host: expect.any(String),
      status: "degraded",
      reasons: [`The last sync failed, at 2025-08-29 10:30:00 +00:00: lost`],
      sync_metrics: {
        since: at,
        sync_start_count: 2,
        sync_success_count: 1,
        sync_failure_count: 1,
        total_records_synced: 7,
        in_progress_count: 0,
        success_rate: 0.5,
        duration_seconds: { avg: 0, p50: 0, p95: 0, max: 0 },
        last_success_at: at,
        last_failure_at: at,
        last_error: "sync failed: lost",
      },
      receivers: { memory: expect.objectContaining({ delivered: 5, last_success_at: at }) },
    });
  });

  it("names receivers in trouble first, and of a lasting problem the latest", async () => {
    const { clock, monitor, news } = rig({ random: () => 0.5 });
    const refuse = () => {
      throw new DeliveryError("config", "HTTP 403");
    };
    const retry = { baseMs: second, capMs: second };
    monitor.registerCallback(() => {}, { name: "log" });
    monitor.registerNotifier(defineNotifier({ id: "slack", send: refuse }), {
      breaker: false,
      retry,
    });
    monitor.registerNotifier(defineNotifier({ id: "mail", send: refuse }), { retry });
    monitor.emitEvent({ event_type: "sync_start", message: "x" });
    await clock.advance(5 * second);
    const { recent_problems } = await monitor.getComprehensiveStatus();
    const latest = (name: string) => recent_problems.findLast(({ receiver }) => receiver === name);
    expect(recent_problems.length).toBeGreaterThan(2);
    news();
    heartbeat(monitor);
    await clock.advance(0);
    const { details } = news()[0] ?? {};
    expect(Object.keys(Object(details?.receivers))).toEqual(["mail", "memory", "log", "slack"]);
    expect(details?.recent_problems).toEqual([latest("slack"), latest("mail")]);
  });

  it("has the level of the status, and gives the gravest reason", async () => {
    const { clock, monitor, news } = rig();
    heartbeat(monitor, { everyMs: minute });
    const said = async () => {
      await clock.advance(minute);
      const beat = news().findLast(({ event_type }) => event_type === "service_status");
      return [beat?.level, beat?.message];
    };
    monitor.emitEvent({ event_type: "storage_warning", message: "90% full" });
    expect(await said()).toEqual([
      "warning",
      expect.stringMatching(/^datasync is degraded: The latest storage warning .*: 90% full$/),
    ]);
    monitor.emitEvent({ event_type: "health_check", level: "critical", message: "no database" });
    expect(await said()).toEqual([
      "error",
      expect.stringMatching(
        /^datasync is unhealthy: The latest health check .*: no database \(and 1 more reason\)$/,
      ),
    ]);
    monitor.emitEvent({ event_type: "health_check", message: "fine" });
    monitor.emitEvent({ event_type: "storage_warning", level: "info", message: "fine" });
    expect(await said()).toEqual(["info", "datasync is healthy, up for 3 min"]);
  });

  it("counts what receivers dropped, lost and wait for", async () => {
    const { clock, monitor, news } = rig();
    const refuse = () => {
      throw new DeliveryError("payload", "never");
    };
    monitor.registerNotifier(defineNotifier({ id: "picky", send: refuse }), {
      types: ["sync_start"],
    });
    const wait = () => new Promise<void>(() => {});
    monitor.registerNotifier(defineNotifier({ id: "slow", send: wait }), {
      types: ["sync_start"],
      queue: { maxEvents: 1 },
    });
    for (let n = 0; n < 5; n += 1) monitor.emitEvent({ event_type: "sync_start", message: "x" });
    await clock.advance(second);
    news();
    heartbeat(monitor);
    await clock.advance(0);
    expect(news()[0]?.metrics).toMatchObject({
      receivers_total: 3,
      deliveries_dead: 5,
      deliveries_pending: 1,
      deliveries_dropped: 4,
    });
  });

  it("beats on when the status cannot be told, and says so", async () => {
    const { clock, monitor, news } = rig();
    let answer: Monitor["getComprehensiveStatus"] = () => new Promise(() => {});
    heartbeat(
      {
        attach: (attachment) => monitor.attach(attachment),
        emitEvent: (input) => monitor.emitEvent(input),
        getComprehensiveStatus: () => answer(),
      },
      { everyMs: minute },
    );
    await clock.advance(10 * second);
    expect(news()).toMatchObject([
      {
        level: "error",
        message: "datasync runs, but its status cannot be told: no answer within 10000 ms",
        details: { status: "unknown", reasons: ["no answer within 10000 ms"] },
      },
    ]);
    await clock.advance(minute);
    expect(news()).toMatchObject([
      { message: expect.stringMatching(/: no answer for 1 min; not asked again before it comes$/) },
    ]);
    answer = () => Promise.reject(new Error("never asked"));
    await clock.advance(minute);
    expect(news()).toMatchObject([{ message: expect.stringMatching(/no answer for 2 min/) }]);
  });

  it("says by name and code alone why the status failed", async () => {
    const { clock, monitor, messages } = rig();
    const error = Object.assign(new Error("postgres://app:s3cret@db"), { code: "ECONNRESET" });
    heartbeat({
      attach: (attachment) => monitor.attach(attachment),
      emitEvent: (input) => monitor.emitEvent(input),
      getComprehensiveStatus: () => Promise.reject(error),
    });
    await clock.advance(0);
    expect(messages()).toEqual([
      "datasync runs, but its status cannot be told: Error (ECONNRESET)",
    ]);
  });

  it("is cut to what the monitor lets an event hold, the gist first", async () => {
    const { clock, monitor, events } = rig({ limits: { detailsBytes: 256 } });
    for (let n = 0; n < 9; n += 1) monitor.registerCallback(() => {}, { name: `callback-${n}` });
    heartbeat(monitor);
    await clock.advance(0);
    const { details } = events()[0] ?? {};
    expect(details).toMatchObject({ status: "healthy" });
    expect(JSON.stringify(details)).toContain("[Truncated");
  });

  it("stops when it is unregistered", async () => {
    const { clock, monitor, events } = rig();
    const registration = heartbeat(monitor);
    expect(registration.name).toBe("heartbeat");
    await clock.advance(0);
    await registration.unregister();
    await clock.advance(hour);
    expect(events()).toHaveLength(1);
  });
});
