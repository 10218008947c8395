import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs it with a folder that is gone afterwards. */
export const inFolder = async (run: (folder: string) => Promise<string>): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
