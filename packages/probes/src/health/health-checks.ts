import type { EventLevel, Monitor, Registration } from "@datasync-monitor/core";
import { Guard } from "../guard.ts";
import { attachProbe, type Surroundings } from "../probe.ts";
import { healthEvent, type Report } from "./event.ts";
import { readFinding } from "./finding.ts";
import {
  type HealthChecksOptions,
  type HealthSettings,
  type NamedCheck,
  readOptions,
} from "./options.ts";

/** One check, and how it has been. */
const watched = (check: NamedCheck, timeoutMs: number, around: Surroundings) => {
  const { host, clock, stopping } = around;
  const guard = new Guard<unknown>((signal) => check.run(signal), { clock, timeoutMs, stopping });
  let level: EventLevel | undefined;
  let since = "";
  return async (): Promise<Report> => {
    const answer = await guard.call();
    const finding = readFinding(answer, check, timeoutMs, host.locale);
    if (finding.level !== level) since = new Date(clock.now()).toISOString();
    level = finding.level;
    return { ...finding, name: check.name, durationMs: answer.durationMs, since };
  };
};

const rounds = ({ checks, timeoutMs, everyRounds }: HealthSettings, around: Surroundings) => {
  const { host, clock, emit } = around;
  const all = checks.map((check) => watched(check, timeoutMs, around));
  let told: string | undefined;
  let untold = 0;
  return async (): Promise<void> => {
    const startedAt = clock.monotonic();
    const reports = await Promise.all(all.map((report) => report()));
    const outcome = reports.map(({ level }) => level).join();
    untold += 1;
    if (outcome === told && untold < everyRounds) return;
    const durationMs = clock.monotonic() - startedAt;
    if (!emit(healthEvent(reports, durationMs, host.locale))) return;
    told = outcome;
    untold = 0;
  };
};

/**
 * Runs a service's own checks, all at once in each round, and emits a `health_check` event of their
 * outcome: the first, each that differs from the last, and else one in `everyRounds`.
 *
 * @throws ConfigError when an option is wrong, or the monitor is closed.
 */
export const healthChecks = (
  monitor: Pick<Monitor, "attach" | "emitEvent">,
  options: HealthChecksOptions,
): Registration => {
  const settings = readOptions(options);
  return attachProbe(monitor, {
    id: "health-checks",
    everyMs: settings.everyMs,
    start: (around) => rounds(settings, around),
  });
};
