import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Folder {
  /** A path in it. */
  readonly path: (name: string) => string;
  remove(): void;
}

/** A folder of its own for each test. */
export const temporaryFolder = (): Folder => {
  const folder = mkdtempSync(join(tmpdir(), "store-sql-"));
  return {
    path: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};
