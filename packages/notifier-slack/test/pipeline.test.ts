import { createMonitor, type Monitor } from "@datasync-monitor/core";
import {
  checkBooks,
  type FakeClock,
  fakeClock,
  type SlackStandIn,
  slackStandIn,
} from "@datasync-monitor/testkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { slack } from "../src/index.ts";

/** Time enough for a request to 127.0.0.1 between two timers. */
const patient = { turns: 200 };

describe("slack behind a monitor", () => {
  let server: SlackStandIn;
  let clock: FakeClock;
  let monitor: Monitor;

  beforeEach(async () => {
    server = await slackStandIn();
    clock = fakeClock();
    monitor = createMonitor({ clock, onProblem: () => undefined });
    monitor.registerNotifier(slack({ webhookUrl: server.url }));
  });
  afterEach(async () => {
    checkBooks(monitor.stats());
    const closing = monitor.close({ deadlineMs: 0 });
    await clock.advance(0, patient);
    await closing;
    await server.close();
  });

  const emit = (message: string) => monitor.emitEvent({ event_type: "sync_failure", message });
  const attempted = (times: number) => vi.waitFor(() => expect(server.attempts()).toBe(times));
  const receiver = () => monitor.stats().receivers[0];

  it("is left alone for as long as it asked, and gets what waited as one digest (trap 20)", async () => {
    await server.meet("rate-limited", { times: 1, retryAfterSeconds: 30 });
    emit("first");
    await attempted(1);
    await vi.waitFor(() => expect(receiver()?.attempts["rate-limited"]).toBe(1));
    emit("second");
    emit("third");
    await clock.advance(29_000, patient);
    expect(server.attempts()).toBe(1);
    expect(receiver()?.dead).toEqual({});

    await clock.advance(5_000, patient);
    await vi.waitFor(() => expect(receiver()?.delivered).toBe(3));
    expect(JSON.stringify(server.messages())).toMatch(/first.*second.*third/);
  });

  it("is probed, not stormed, once its webhook is gone (trap 21)", async () => {
    server.answer(404, "no_active_hooks");
    for (let count = 0; count < 50; count += 1) emit(`event ${count}`);
    await attempted(1);
    await vi.waitFor(() => expect(receiver()?.breaker).toBe("open"));
    expect(receiver()?.last_error).toMatchObject({ code: "endpoint" });
    await clock.advance(60_000, patient);
    expect(server.attempts()).toBeGreaterThan(1);
    expect(server.attempts()).toBeLessThan(15);
    expect(receiver()?.pending).toBe(50);
  });

  it("gets plain text once when it refuses the blocks, and delivers it", async () => {
    server.answer(400, "invalid_blocks", {}, 1);
    emit("told plainly");
    await attempted(1);
    await clock.advance(5_000, patient);
    await vi.waitFor(() => expect(receiver()?.delivered).toBe(1));
    expect(server.messages()).toEqual([
      { text: expect.stringContaining("told plainly"), unfurl_links: false, unfurl_media: false },
    ]);
  });

  it("is not asked for ever when it refuses the plain text too", async () => {
    server.answer(400, "invalid_blocks");
    emit("refused");
    await attempted(1);
    await clock.advance(60_000, patient);
    await vi.waitFor(() => expect(receiver()?.dead).toEqual({ payload: 1 }));
    expect(server.attempts()).toBe(2);
  });

  it("verifies through the monitor and shows nothing", async () => {
    const [report] = await monitor.verify();
    expect(report).toMatchObject({ receiver: "slack", status: "ok" });
    expect(server.messages()).toEqual([]);
  });
});
