import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The workspace's root. */
export const root = fileURLToPath(new URL("../../../../", import.meta.url));

export interface Manifest {
  readonly name: string;
  readonly main?: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export interface Published {
  /** Below the root: `"packages/core"`. */
  readonly folder: string;
  readonly manifest: Manifest;
}

export const readJson = <T>(...path: string[]): T =>
  JSON.parse(readFileSync(join(root, ...path), "utf8"));

/** Every package that is not private, in the order of their folders. */
export const published: readonly Published[] = readdirSync(join(root, "packages"), {
  withFileTypes: true,
})
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `packages/${name}`)
  .sort()
  .map((folder) => ({ folder, manifest: readJson<Manifest>(folder, "package.json") }))
  .filter(({ manifest }) => manifest.private !== true);
