import { existsSync } from "node:fs";
import { cp, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { npm } from "./run.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const example = fileURLToPath(new URL("../../", import.meta.url));

/** What an author installs of ours. */
const given = ["packages/core", "packages/http", "packages/testkit"];

/** What an author writes: all of this example but the test that packs it. */
const written = [
  "README.md",
  "package.json",
  "tsconfig.json",
  "tsup.config.ts",
  "vitest.config.ts",
  "src",
  "test",
];
const isOurs = (path: string): boolean => /[/\\]test[/\\]packed\b/.test(path);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly main: string;
  readonly dependencies?: unknown;
  readonly peerDependencies?: unknown;
  readonly peerDependenciesMeta?: unknown;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly link?: true }>>;
}

const readJson = async <T>(...path: string[]): Promise<T> =>
  JSON.parse(await readFile(join(...path), "utf8"));

/** What npm calls the tarball of a package. */
const tarballOf = ({ name, version }: Manifest): string =>
  `${name.replace("@", "").replace("/", "-")}-${version}.tgz`;

/** The entry of a lock by which npm takes a tarball for the version it holds. */
const locked = (manifest: Manifest): readonly [string, object] => {
  const { name, version, dependencies, peerDependencies, peerDependenciesMeta } = manifest;
  const resolved = `file:${tarballOf(manifest)}`;
  return [
    `node_modules/${name}`,
    { version, resolved, dependencies, peerDependencies, peerDependenciesMeta },
  ];
};

/** Packs what an author installs; gives the manifests. */
const packInto = async (folder: string): Promise<readonly Manifest[]> => {
  const manifests: Manifest[] = [];
  for (const source of given) {
    const manifest = await readJson<Manifest>(root, source, "package.json");
    if (!existsSync(join(root, source, manifest.main))) {
      throw new Error(`${source} is not built. Run \`npm run build\` at the root first.`);
    }
    manifests.push(manifest);
  }
  const workspaces = given.flatMap((source) => ["--workspace", source]);
  await npm(["pack", "--ignore-scripts", "--pack-destination", folder, ...workspaces], root);
  return manifests;
};

/**
 * The tarballs, and for all else what the workspace is locked to: a release elsewhere changes nothing
 * here, and what npm has in its cache is enough. npm leaves out what the project does not need.
 */
const lockIn = async (folder: string): Promise<object> => {
  const own = await readJson<Manifest>(folder, "package.json");
  const { packages } = await readJson<Lock>(root, "package-lock.json");
  const installed = Object.entries(packages).filter(
    ([path, { link }]) => path.startsWith("node_modules/") && link !== true,
  );
  const packed = (await packInto(folder)).map(locked);
  return {
    lockfileVersion: 3,
    requires: true,
    packages: Object.fromEntries([["", own], ...installed, ...packed]),
  };
};

/** The example, file by file what it is here, as a project outside of the workspace. */
export interface Project {
  readonly folder: string;
  remove(): Promise<void>;
}

export const packAndInstall = async (): Promise<Project> => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "datasync-monitor-third-party-")));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    for (const path of written) {
      const filter = (source: string) => !isOurs(source);
      await cp(join(example, path), join(folder, path), { recursive: true, filter });
    }
    const lock = await lockIn(folder);
    await writeFile(join(folder, "package-lock.json"), JSON.stringify(lock, null, 2));
    const flags = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
    await npm(["install", ...flags], folder);
    return { folder, remove };
  } catch (error) {
    await remove();
    throw error;
  }
};
