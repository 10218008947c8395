import { ConfigError } from "./errors.ts";
import { MonitorCore } from "./monitor.ts";
import type { Monitor } from "./monitor-api.ts";
import type { MonitorOptions } from "./settings.ts";

/** What the slot holds: of a shape that two copies of core agree on. */
interface Slot {
  readonly monitor: Monitor & { readonly closed: boolean };
  readonly reconfigure: (options: MonitorOptions) => void;
  configured: boolean;
}

const key = Symbol.for("@datasync-monitor/core/global");
const slots: typeof globalThis & { [key]?: Slot } = globalThis;

const open = (options: MonitorOptions, configured: boolean): Slot => {
  const monitor = new MonitorCore(options);
  const slot = {
    monitor,
    reconfigure: (later: MonitorOptions) => monitor.reconfigure(later),
    configured,
  };
  slots[key] = slot;
  return slot;
};

const current = (): Slot | undefined => {
  const slot = slots[key];
  return slot === undefined || slot.monitor.closed ? undefined : slot;
};

/**
 * The process's own monitor, which works from its first use. After it was closed, a new one.
 *
 * @throws ConfigError when it is given options, as JavaScript can: they would be lost.
 */
export const getMonitorInterface: () => Monitor = (...given: unknown[]) => {
  if (given[0] === undefined) return (current() ?? open({}, false)).monitor;
  throw new ConfigError(
    "getMonitorInterface",
    "getMonitorInterface() takes no options. Give them to setupMonitorInterface(), once.",
  );
};

/**
 * The process's own monitor, configured; registrations and remembered events stay. Once until `close()`.
 *
 * @throws ConfigError when it was set up before, or an option is wrong.
 */
export const setupMonitorInterface = (options: MonitorOptions = {}): Monitor => {
  const slot = current();
  if (slot === undefined) return open(options, true).monitor;
  if (slot.configured) {
    throw new ConfigError(
      "setupMonitorInterface",
      "The global monitor is set up already. Call setupMonitorInterface() once, or `close()` the monitor first.",
    );
  }
  for (const name of ["clock", "random"] as const) {
    if (options?.[name] === undefined) continue;
    throw new ConfigError(
      name,
      `\`${name}\` must be set before the global monitor is used: call setupMonitorInterface() first.`,
    );
  }
  slot.reconfigure(options);
  slot.configured = true;
  return slot.monitor;
};
