import type {
  Clock,
  MonitorSignal,
  MonitorStats,
  NotifierHost,
  ReceiverStats,
} from "@datasync-monitor/core";

export const receiverStats = (overrides: Partial<ReceiverStats> = {}): ReceiverStats => ({
  name: "feishu",
  notifier: "feishu",
  taken: 0,
  filtered: 0,
  delivered: 0,
  folded: 0,
  moved: 0,
  dropped: {},
  dead: {},
  pending: 0,
  queue: { events: 0, bytes: 0, max_events: 2_000, max_bytes: 4_194_304 },
  in_flight: 0,
  overdue: 0,
  retrying: 0,
  attempts: {
    delivered: 0,
    unavailable: 0,
    ambiguous: 0,
    "rate-limited": 0,
    payload: 0,
    endpoint: 0,
    config: 0,
    aborted: 0,
    unknown: 0,
  },
  late_successes: 0,
  breaker: "closed",
  paused_until: null,
  last_success_at: null,
  last_error: null,
  ...overrides,
});

export const monitorStats = (overrides: Partial<MonitorStats> = {}): MonitorStats => ({
  service: "datasync",
  uptime_seconds: 60,
  emitted: 0,
  refused: { invalid: 0, closed: 0, overflow: 0, store: 0 },
  taken: 0,
  events: {},
  receivers: [],
  store: { durable: false, failing: false, uncommitted: 0 },
  ...overrides,
});

export interface FakeHost {
  readonly host: NotifierHost;
  /** What `host.stats()` answers from now on. */
  show(stats: Partial<MonitorStats>): void;
  /** Makes `host.stats()` throw. */
  fail(error: unknown): void;
  tell(signal: MonitorSignal): void;
  readonly listeners: () => number;
  readonly reads: () => number;
}

const left = { delivered: 0, dropped: 0, dead: 0, pending: 0, timed_out: false };

/** Stands in for the side of a monitor that a notifier sees; its wall clock stands at `nowMs`. */
export const fakeHost = (nowMs = Date.parse("2025-08-29T12:00:00.000Z")): FakeHost => {
  const listeners = new Set<(signal: MonitorSignal) => void>();
  let answer = (): MonitorStats => monitorStats();
  let reads = 0;
  const clock: Clock = {
    now: () => nowMs,
    monotonic: () => 0,
    setTimer: () => ({ cancel: () => {} }),
  };
  const host: NotifierHost = {
    service: "datasync",
    locale: "en",
    timeZone: "UTC",
    clock,
    observe(listener) {
      listeners.add(listener);
      const unregister = async () => {
        listeners.delete(listener);
        return left;
      };
      return {
        name: "observer",
        unregister,
        [Symbol.asyncDispose]: async () => void (await unregister()),
      };
    },
    stats() {
      reads += 1;
      return answer();
    },
  };
  return {
    host,
    show(stats) {
      answer = () => monitorStats(stats);
    },
    fail(error) {
      answer = () => {
        throw error;
      };
    },
    tell(signal) {
      for (const listener of listeners) listener(signal);
    },
    listeners: () => listeners.size,
    reads: () => reads,
  };
};

export const attempt = (receiver: string, duration_seconds: number): MonitorSignal => ({
  kind: "attempt",
  receiver,
  outcome: "delivered",
  duration_seconds,
  batch_size: 1,
});
