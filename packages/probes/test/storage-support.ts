import { type StorageReading, type StorageWatcherOptions, storageWatcher } from "../src/index.ts";
import { rig } from "./support.ts";

export const GiB = 2 ** 30;

/** File systems of 100 GiB whose used share the test sets, in percent. */
export const disks = (used: Record<string, number | Error>) => ({
  paths: Object.keys(used),
  measure: async (path: string): Promise<StorageReading> => {
    const percent = used[path] ?? 0;
    if (percent instanceof Error) throw percent;
    return { totalBytes: 100 * GiB, freeBytes: (100 - percent) * GiB };
  },
});

export const systemError = (code: string) => Object.assign(new Error(`${code}: secret`), { code });

/** A watcher of disks, looked at once a minute. */
export const watch = (
  used: Record<string, number | Error>,
  options: Partial<StorageWatcherOptions> = {},
) => {
  const made = rig();
  const registration = storageWatcher(made.monitor, { ...disks(used), ...options });
  return { ...made, registration };
};
