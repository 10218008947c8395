import type { Monitor, Notifier, ReceiverOptions } from "@datasync-monitor/core";

const dead = (id: string): Notifier => ({
  contract: 1,
  id,
  send: () => new Promise<void>(() => {}),
});

/** Registers receivers that never answer: their queues fill up and evict. */
export const registerDead = (
  monitor: Monitor,
  count: number,
  options: ReceiverOptions = {},
): void => {
  for (let n = 1; n <= count; n += 1) {
    monitor.registerNotifier(dead(`dead-${n}`), { timeoutMs: 3_600_000, ...options });
  }
};
