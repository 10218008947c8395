import { setMaxListeners } from "node:events";
import { hostname } from "node:os";
import {
  type Clock,
  ConfigError,
  type EventInput,
  type Monitor,
  type NotifierHost,
  type Registration,
} from "@datasync-monitor/core";

/** What a probe has to work with, from when it is attached until it is stopped. */
export interface Surroundings {
  /** It may change until the monitor is set up: ask it with each event. */
  readonly host: Pick<NotifierHost, "service" | "locale" | "timeZone">;
  readonly clock: Clock;
  /** Aborts when the probe is stopped. */
  readonly stopping: AbortSignal;
  /** Emits an event with the machine's name in its details. False when it was not taken: nobody was told. */
  emit(event: EventInput): boolean;
}

/** Something that looks at the service again and again. */
export interface Probe {
  /** Lower-case kebab; names it in problems. */
  readonly id: string;
  readonly everyMs: number;
  /** Called once, when it is attached; answers what one round does. */
  start(surroundings: Surroundings): () => void | Promise<void>;
}

/**
 * Begins the next round `everyMs` after the last began, or when that is over, whichever is later: there
 * are never two at once, and none is made up for.
 */
const repeat = (
  round: () => void | Promise<void>,
  everyMs: number,
  { clock, stopping }: Surroundings,
): void => {
  const turn = async (): Promise<void> => {
    const startedAt = clock.monotonic();
    try {
      await round();
    } catch {
      // A round contains what is not its own. Whatever else it meets, watching must break nothing.
    }
    if (stopping.aborted) return;
    const delayMs = Math.max(0, startedAt + everyMs - clock.monotonic());
    timer = clock.setTimer(delayMs, () => void turn());
  };
  // Not at once: receivers registered in the same turn are to get the first event too.
  let timer = clock.setTimer(0, () => void turn());
  stopping.addEventListener("abort", () => timer.cancel(), { once: true });
};

/** Attaches a probe to a monitor, to be stopped with it. */
export const attachProbe = (
  monitor: Pick<Monitor, "attach" | "emitEvent">,
  { id, everyMs, start }: Probe,
): Registration => {
  // A child has no `attach`: a probe lives as long as the monitor.
  if (typeof monitor?.attach !== "function") {
    throw new ConfigError(
      "monitor",
      `The probe \`${id}\` takes the monitor, from createMonitor() or getMonitorInterface(), as its first argument.`,
    );
  }
  const stopper = new AbortController();
  const stopping = stopper.signal;
  setMaxListeners(0, stopping); // every call under way has one
  return monitor.attach({
    id,
    attach(host) {
      const surroundings: Surroundings = {
        host,
        clock: host.clock,
        stopping,
        emit: ({ details, ...event }) =>
          !stopping.aborted &&
          monitor.emitEvent({ ...event, details: { host: hostname(), ...details } }).ok,
      };
      repeat(start(surroundings), everyMs, surroundings);
    },
    close: () => stopper.abort(),
  });
};
