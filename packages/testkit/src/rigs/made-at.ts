import type { Notifier } from "@datasync-monitor/core";
import type { StandIn } from "../receivers/stand-in.ts";

/** The notifier, within an object: one that is a promise must not be awaited. */
interface Made {
  readonly notifier: Notifier;
}

/** A factory that throws leaves no server behind, which would hold a test runner that waits for its end. */
export const madeAt = async (destination: StandIn, make: () => Notifier): Promise<Made> => {
  try {
    return { notifier: make() };
  } catch (error) {
    await destination.close();
    throw error;
  }
};
