import { memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { DeliveryError } from "../src/errors.ts";
import { rig } from "./support/rig.ts";

describe("a destination that receivers share, or leave and come back to", () => {
  it("shares the pause between receivers of one destination, across monitors", async () => {
    const one = rig();
    const first = memoryNotifier({ id: "first", destinationKey: "shared-pause" });
    const second = memoryNotifier({ id: "second", destinationKey: "shared-pause" });
    one.monitor.registerNotifier(first);
    one.monitor.registerNotifier(second, { types: ["health_check"] });
    first.fail(new DeliveryError("rate-limited", "wait", { retryAfterMs: 3_000 }));
    one.emit(1);
    await one.clock.advance(0);
    one.emit(1, { event_type: "health_check" });
    await one.clock.advance(2_900);
    expect(second.attempts).toHaveLength(0);
    await one.clock.advance(200);
    expect(second.events).toHaveLength(1);
  });

  it("waits out its backoff though another receiver of the destination gets through", async () => {
    const { clock, monitor, emit } = rig();
    const first = memoryNotifier({ id: "first", destinationKey: "shared-backoff" });
    const second = memoryNotifier({ id: "second", destinationKey: "shared-backoff" });
    monitor.registerNotifier(first, { types: ["sync_failure"], retry: { baseMs: 10_000 } });
    monitor.registerNotifier(second, { types: ["sync_success"] });
    first.fail(new DeliveryError("unavailable", "busy"), 1);
    emit(1, { event_type: "sync_failure" });
    await clock.advance(0);
    emit(3);
    await clock.advance(4_000);
    expect(second.events).toHaveLength(3);
    expect(first.attempts).toHaveLength(1);
    await clock.advance(1_000);
    expect(first.events).toHaveLength(1);
  });

  it("keeps within the limits of a destination that two receivers share, and neither waits for ever", async () => {
    const { clock, monitor, emit } = rig();
    const limits = { rateLimits: [{ max: 2, perMs: 1_000 }], destinationKey: "shared-limit" };
    const first = memoryNotifier({ id: "first", ...limits });
    const second = memoryNotifier({ id: "second", ...limits });
    monitor.registerNotifier(first);
    monitor.registerNotifier(second);
    emit(6);
    for (let second_ = 1; second_ <= 6; second_ += 1) {
      await clock.advance(999);
      expect(first.events.length + second.events.length).toBeLessThanOrEqual(2 * second_);
      await clock.advance(1);
    }
    expect([first.events.length, second.events.length]).toEqual([6, 6]);
  });

  it("waits out the pause of a destination though its last receiver left, as for other options", async () => {
    const { clock, monitor, emit, receiver } = rig();
    const notifier = memoryNotifier({ destinationKey: "paused-and-left" });
    const first = monitor.registerNotifier(notifier);
    notifier.fail(new DeliveryError("rate-limited", "wait", { retryAfterMs: 60_000 }));
    emit(1);
    await clock.advance(10_000);
    await first.unregister();
    monitor.registerNotifier(notifier, { name: "anew" });
    expect(receiver("anew").paused_until).toBe("2025-08-29T10:31:00.000Z");
    emit(1);
    await clock.advance(49_900);
    expect(notifier.attempts).toHaveLength(1);
    await clock.advance(200);
    expect(notifier.events).toHaveLength(1);
  });

  it("keeps within the limits of a destination though its receivers come and go, and not within those that nobody keeps any more", async () => {
    const { clock, monitor, emit } = rig();
    const notifier = memoryNotifier({ destinationKey: "limited-and-left" });
    const strict = { rateLimits: [{ max: 2, perMs: 60_000 }] };
    const first = monitor.registerNotifier(notifier, strict);
    emit(2);
    await clock.advance(1_000);
    await first.unregister();
    const second = monitor.registerNotifier(notifier, { ...strict, name: "second" });
    emit(1);
    await clock.advance(58_000);
    expect(notifier.events).toHaveLength(2);
    await clock.advance(2_000);
    expect(notifier.events).toHaveLength(3);
    await second.unregister();
    monitor.registerNotifier(notifier, { name: "third", rateLimits: [{ max: 10, perMs: 60_000 }] });
    emit(20);
    await clock.advance(0);
    expect(notifier.events).toHaveLength(3 + 9);
  });

  it("remembers the last thousand destinations that nobody uses, however long their windows", async () => {
    const { clock, monitor, emit } = rig();
    const limited = { rateLimits: [{ max: 1, perMs: 86_400_000 }] };
    const notifiers = Array.from({ length: 1_001 }, (_, n) =>
      memoryNotifier({ destinationKey: `of-a-day-${n}` }),
    );
    for (const notifier of notifiers) {
      const registration = monitor.registerNotifier(notifier, limited);
      emit(1);
      await clock.advance(0);
      await registration.unregister();
    }
    const [longestLeft, next] = notifiers;
    if (longestLeft === undefined || next === undefined) throw new Error("there are too few");
    monitor.registerNotifier(longestLeft, { ...limited, name: "longest-left" });
    monitor.registerNotifier(next, { ...limited, name: "next" });
    emit(1);
    await clock.advance(0);
    expect([longestLeft.events.length, next.events.length]).toEqual([2, 1]);
  });

  it("counts for the stricter limits of one who joins what others have sent", async () => {
    const { clock, monitor, emit } = rig();
    const destinationKey = "joined-later";
    const first = memoryNotifier({ id: "first", destinationKey });
    const second = memoryNotifier({ id: "second", destinationKey });
    monitor.registerNotifier(first, { rateLimits: [{ max: 100, perMs: 60_000 }] });
    emit(5);
    await clock.advance(0);
    monitor.registerNotifier(second, { rateLimits: [{ max: 5, perMs: 60_000 }] });
    emit(1);
    await clock.advance(59_000);
    expect([first.events.length, second.events.length]).toEqual([5, 0]);
    await clock.advance(2_000);
    expect([first.events.length, second.events.length]).toEqual([6, 1]);
  });

  it("tries at once where a receiver comes anew, though the breaker of the one before was open", async () => {
    const { clock, monitor, emit } = rig();
    const notifier = memoryNotifier({ destinationKey: "mended" });
    const limits = { rateLimits: [{ max: 100, perMs: 60_000 }] };
    const first = monitor.registerNotifier(notifier, limits);
    notifier.fail(new DeliveryError("config", "wrong signature"));
    emit(1);
    await clock.advance(0);
    await first.unregister({ drain: false });
    monitor.registerNotifier(notifier, { ...limits, name: "anew" });
    emit(1);
    await clock.advance(0);
    expect(notifier.events).toHaveLength(1);
  });
});
