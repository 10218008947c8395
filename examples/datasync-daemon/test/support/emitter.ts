import type { Emitter, Run } from "@datasync-monitor/core";

/** What one `track` came to. */
export interface Tracked {
  readonly operation: string;
  readonly outcome: "success" | "failure";
  readonly metrics: Readonly<Record<string, number>>;
  readonly details: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export interface FakeEmitter extends Emitter {
  /** Oldest first. */
  readonly tracked: readonly Tracked[];
}

/** An emitter that delivers nothing and remembers what was tracked. `onAdd` is called after each `run.add`. */
export const fakeEmitter = (onAdd: () => void = () => {}): FakeEmitter => {
  const tracked: Tracked[] = [];
  return {
    tracked,
    emitEvent: () => ({ ok: false, reason: "closed", problem: "nobody listens" }),
    child() {
      return this;
    },
    async track(operation, work, options = {}) {
      const metrics: Record<string, number> = {};
      const details: Record<string, unknown> = { ...options.details };
      let message = "";
      const run: Run = {
        id: `run-${tracked.length + 1}`,
        add: (metric, amount) => {
          metrics[metric] = (metrics[metric] ?? 0) + Number(amount);
          onAdd();
        },
        set: (metric, value) => {
          metrics[metric] = Number(value);
        },
        note: (detail, value) => {
          details[detail] = value;
        },
        message: (text) => {
          message = text;
        },
        level: () => {},
      };
      try {
        const result = await work(run);
        tracked.push({ operation, outcome: "success", metrics, details, message });
        return result;
      } catch (error) {
        tracked.push({ operation, outcome: "failure", metrics, details, message: String(error) });
        throw error;
      }
    },
  };
};
