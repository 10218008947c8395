import type { MonitorStats, ReceiverStats } from "@datasync-monitor/core";
import { describe, expect, it } from "vitest";
import { checkBooks } from "../src/index.ts";

const attempts = {
  delivered: 3,
  unavailable: 0,
  ambiguous: 0,
  "rate-limited": 0,
  payload: 1,
  endpoint: 0,
  config: 0,
  aborted: 0,
  unknown: 0,
};

const receiver = (changes: Partial<ReceiverStats> = {}): ReceiverStats => ({
  name: "slack",
  notifier: "slack",
  taken: 15,
  filtered: 1,
  delivered: 3,
  folded: 1,
  moved: 1,
  dropped: { overflow: 2, closed: 1 },
  dead: { payload: 2 },
  pending: 4,
  queue: { events: 4, bytes: 100, max_events: 2000, max_bytes: 4_194_304 },
  in_flight: 0,
  overdue: 0,
  retrying: 0,
  attempts,
  late_successes: 0,
  breaker: "closed",
  paused_until: null,
  last_success_at: null,
  last_error: null,
  ...changes,
});

const stats = (changes: Partial<MonitorStats> = {}): MonitorStats => ({
  service: "datasync",
  uptime_seconds: 1,
  emitted: 20,
  refused: { invalid: 2, closed: 1, overflow: 1, store: 1 },
  taken: 15,
  events: {},
  receivers: [receiver()],
  store: { durable: false, failing: false, uncommitted: 0 },
  ...changes,
});

describe("checkBooks", () => {
  it("is silent when they balance", () => {
    expect(() => checkBooks(stats())).not.toThrow();
  });

  it("names the receiver and both sides when they do not", () => {
    const lost = stats({ receivers: [receiver(), receiver({ name: "feishu", pending: 3 })] });
    expect(() => checkBooks(lost)).toThrow(
      "receiver `feishu`: taken 15, but filtered 1 + delivered 3 + folded 1 + moved 1" +
        " + dropped(overflow) 2 + dropped(closed) 1 + dead(payload) 2 + pending 3 = 14",
    );
    expect(() => checkBooks(lost)).not.toThrow("slack");
  });

  it("names every fault at once, the monitor's own too", () => {
    const wrong = stats({ emitted: 21, receivers: [receiver({ delivered: 4 })] });
    expect(() => checkBooks(wrong)).toThrow(/monitor: emitted 21, but .*taken 15 = 20\n.*`slack`/);
  });

  it("refuses a count that counts nothing, even when the sums agree", () => {
    const negative = stats({ receivers: [receiver({ pending: -1, delivered: 8 })] });
    expect(() => checkBooks(negative)).toThrow("receiver `slack`: pending is -1");
    const fraction = stats({ receivers: [receiver({ pending: 3.5, delivered: 3.5 })] });
    expect(() => checkBooks(fraction)).toThrow("pending is 3.5");
  });
});
