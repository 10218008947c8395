import { execFile } from "node:child_process";
import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { StorageMeasure } from "@datasync-monitor/probes";

/** A small place for files, which the daemon watches. */
export interface Volume {
  readonly path: string;
  /** For people: what it is. */
  readonly kind: string;
  /** How to measure it; undefined: as any file system. */
  readonly measure: StorageMeasure | undefined;
  readonly close: () => Promise<void>;
}

const run = promisify(execFile);

export const volumeBytes = 4 * 2 ** 20;

const sizeOf = async (folder: string): Promise<number> => {
  const sizes = (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((total, size) => total + size, 0);
};

const quota: StorageMeasure = async (path) => ({
  totalBytes: volumeBytes,
  freeBytes: Math.max(0, volumeBytes - (await sizeOf(path))),
});

const mount = async (path: string): Promise<boolean> => {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const options = `size=${volumeBytes},mode=0700`;
  return run("mount", ["-t", "tmpfs", "-o", options, "datasync-daemon", path]).then(
    () => true,
    () => false, // a container without the right to mount
  );
};

/** A file system of its own where we may mount one, else a folder with a quota. */
export const openVolume = async (folder: string): Promise<Volume> => {
  const path = join(folder, "exports");
  await mkdir(path);
  const size = `${volumeBytes / 2 ** 20} MiB`;
  if (await mount(path)) {
    return {
      path,
      kind: `a tmpfs of ${size}`,
      measure: undefined,
      close: async () => {
        await run("umount", ["--lazy", path]);
      },
    };
  }
  return {
    path,
    kind: `a folder with a quota of ${size}, for nothing can be mounted here`,
    measure: quota,
    close: async () => {},
  };
};
