import type { Monitor, Registration } from "@datasync-monitor/core";
import { Guard } from "../guard.ts";
import { attachProbe, type Surroundings } from "../probe.ts";
import { failureText } from "../text.ts";
import { heartbeatEvent, muteHeartbeatEvent } from "./event.ts";
import { type HeartbeatOptions, readOptions } from "./options.ts";

type StatusMonitor = Pick<Monitor, "attach" | "emitEvent" | "getComprehensiveStatus">;

const rounds = (
  monitor: StatusMonitor,
  timeoutMs: number,
  { host, clock, stopping, emit }: Surroundings,
) => {
  const asked = new Guard(() => monitor.getComprehensiveStatus(), { clock, timeoutMs, stopping });
  return async (): Promise<void> => {
    const answer = await asked.call();
    const { service, locale } = host;
    emit(
      answer.kind === "answered"
        ? heartbeatEvent(answer.value, locale)
        : muteHeartbeatEvent(service, failureText(answer, timeoutMs, locale), locale),
    );
  };
};

/**
 * Emits a `service_status` event again and again, with what the comprehensive status says in its details.
 *
 * @throws ConfigError when an option is wrong, or the monitor is closed.
 */
export const heartbeat = (monitor: StatusMonitor, options: HeartbeatOptions = {}): Registration => {
  const { everyMs, timeoutMs } = readOptions(options);
  return attachProbe(monitor, {
    id: "heartbeat",
    everyMs,
    start: (around) => rounds(monitor, timeoutMs, around),
  });
};
