import { DeliveryError, type JsonValue, type Notifier } from "@datasync-monitor/core";
import type { Harness } from "../../src/index.ts";

const everybody: readonly string[] = ["first", "second"];

/** Who has the message already, as the last error left it. */
const servedBefore = (resume: JsonValue): readonly string[] => {
  if (typeof resume !== "object" || resume === null || !("served" in resume)) return [];
  const { served } = resume;
  return everybody.filter((name) => Array.isArray(served) && served.includes(name));
};

const noWire = "it has no wire";

/** A destination in memory that serves two people, and a notifier that remembers whom it has served, or forgets. */
export const intercomHarness = ({ forgets = false } = {}): Harness => ({
  rig() {
    const taken: string[] = [];
    const heard: string[] = [];
    let attempts = 0;
    let busy: string | undefined;
    let down = false;
    const notifier: Notifier = {
      contract: 1,
      id: "intercom",
      maxBatchSize: 10,
      async send(batch, { signal, resume }) {
        if (signal.aborted) throw new DeliveryError("aborted", "The call was called off.");
        attempts += 1;
        if (down) throw new DeliveryError("unavailable", "Nobody answers.");
        const before = forgets ? [] : servedBefore(resume);
        const reached = everybody.filter((name) => !before.includes(name) && name !== busy);
        heard.push(...reached);
        if (reached.length > 0) taken.push(batch.map(({ message }) => message).join("\n"));
        const served = [...before, ...reached];
        if (served.length === everybody.length) return;
        throw new DeliveryError("unavailable", "One of them is busy.", { resume: { served } });
      },
    };
    return {
      notifier,
      meet(condition) {
        busy = undefined;
        down = condition === "unavailable";
      },
      received: () => taken,
      attempts: () => attempts,
      recipients: {
        refuseOne() {
          busy = "second";
        },
        served: () => heard,
      },
      async close() {},
    };
  },
  cannot: {
    garble: noWire,
    "rate-limited": noWire,
    payload: noWire,
    endpoint: noWire,
    config: noWire,
    reset: noWire,
    refuse: noWire,
    redirect: noWire,
    hang: noWire,
    silent: noWire,
    "half-headers": noWire,
    "half-body": noWire,
    drip: noWire,
  },
});
