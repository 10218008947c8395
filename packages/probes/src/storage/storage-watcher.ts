import type { Monitor, Registration } from "@datasync-monitor/core";
import { Guard } from "../guard.ts";
import { rankOf } from "../levels.ts";
import { attachProbe, type Surroundings } from "../probe.ts";
import { readOptions, type StorageSettings, type StorageWatcherOptions } from "./options.ts";
import { recallTold } from "./recall.ts";
import { levelOf, type StorageStatus } from "./status.ts";
import { WatchedPath } from "./watched-path.ts";

type StorageMonitor = Pick<Monitor, "attach" | "emitEvent" | "getEvents">;

const rank = ({ status }: WatchedPath): number => rankOf(levelOf[status]);

const rounds = (monitor: StorageMonitor, settings: StorageSettings, around: Surroundings) => {
  const { host, clock, stopping } = around;
  const paths = settings.paths.map((path) => new WatchedPath(path, settings, around));
  const memory = new Guard(() => recallTold(monitor, host.service, clock.now()), {
    clock,
    timeoutMs: settings.timeoutMs,
    stopping,
  });
  let hasRecalled = false;
  /** What the latest event said, which is what a status answer shows. */
  let latest: StorageStatus | undefined;

  /** A store that cannot be asked yet is asked again in the next round. */
  const recall = async (): Promise<void> => {
    if (hasRecalled) return;
    const answer = await memory.call();
    if (answer.kind !== "answered") return;
    hasRecalled = true;
    const [newest] = answer.value.values();
    latest ??= newest?.status;
    for (const path of paths) {
      const told = answer.value.get(path.path);
      if (told !== undefined) path.recall(told);
    }
  };

  const tell = (path: WatchedPath): void => {
    const { status } = path;
    if (path.tell()) latest = status;
  };

  return async (): Promise<void> => {
    await Promise.all([recall(), ...paths.map((path) => path.look())]);
    const byRank = paths.toSorted((left, right) => rank(left) - rank(right));
    for (const path of byRank.filter(({ isDue }) => isDue)) tell(path);
    const worst = byRank.at(-1);
    // One path's recovery must not hide that another is in trouble.
    if (latest === "ok" && worst && worst.status !== "ok") tell(worst);
  };
};

/**
 * Watches the file systems that hold some paths, and emits a `storage_warning` event when one passes a
 * threshold, has recovered, cannot be read or can be read again.
 *
 * @throws ConfigError when an option is wrong, or the monitor is closed.
 */
export const storageWatcher = (
  monitor: StorageMonitor,
  options: StorageWatcherOptions,
): Registration => {
  const settings = readOptions(options);
  return attachProbe(monitor, {
    id: "storage-watcher",
    everyMs: settings.everyMs,
    start: (around) => rounds(monitor, settings, around),
  });
};
