import { DeliveryError, type DeliveryErrorCode } from "@datasync-monitor/core";
import { type Condition, type Harness, memoryNotifier } from "../../src/index.ts";

const noWire = "it has no wire";

const thrown: Readonly<Partial<Record<Condition, DeliveryErrorCode>>> = {
  "rate-limited": "rate-limited",
  unavailable: "unavailable",
  payload: "payload",
  endpoint: "endpoint",
  config: "config",
};

/** A notifier in memory is its own destination. */
export const memoryHarness: Harness = {
  rig() {
    const notifier = memoryNotifier({ maxBatchSize: 10 });
    let release = (): void => {};
    return {
      notifier,
      meet(condition) {
        release();
        const code = thrown[condition];
        if (code === undefined) notifier.fail(undefined, 0);
        else notifier.fail(new DeliveryError(code, "told to fail"), Number.POSITIVE_INFINITY);
        if (condition === "hang") release = notifier.hold();
      },
      received: () => notifier.events.map((event) => JSON.stringify(event)),
      attempts: () => notifier.attempts.length,
      async close() {},
    };
  },
  cannot: {
    garble: noWire,
    reset: noWire,
    refuse: noWire,
    redirect: noWire,
    silent: noWire,
    "half-headers": noWire,
    "half-body": noWire,
    drip: noWire,
  },
};
