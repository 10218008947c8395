import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Manifest, published, readJson, root } from "./packages.ts";
import { run } from "./run.ts";

interface Tarball {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>;
}

const npm = async (args: readonly string[], cwd: string): Promise<string> => {
  const { exitCode, stdout, stderr } = await run("npm", args, { cwd, timeoutMs: 110_000 });
  if (exitCode === 0) return stdout;
  throw new Error(`npm ${args[0]} ended with ${exitCode}\n${stderr}\n${stdout}`);
};

const packAll = async (into: string): Promise<readonly Tarball[]> => {
  const workspaces = published.flatMap(({ folder }) => ["--workspace", folder]);
  const flags = ["--json", "--ignore-scripts", "--pack-destination", into];
  const tarballs: readonly Tarball[] = JSON.parse(
    await npm(["pack", ...flags, ...workspaces], root),
  );
  const unbuilt = published.filter(({ manifest }) => {
    const files = tarballs.find(({ name }) => name === manifest.name)?.files ?? [];
    return !files.some(({ path }) => `./${path}` === manifest.main);
  });
  if (unbuilt.length === 0) return tarballs;
  const names = unbuilt.map(({ manifest }) => manifest.name).join(", ");
  throw new Error(`Not built: ${names}. Run \`npm run build\` at the root first.`);
};

/** What the workspace is locked to, so that a release elsewhere does not change what is tested. */
const lockedDependencies = (): Readonly<Record<string, string>> => {
  const { packages } = readJson<Lock>("package-lock.json");
  const names = published
    .flatMap(({ manifest }) => Object.keys(manifest.dependencies ?? {}))
    .filter((name) => !name.startsWith("@datasync-monitor/"));
  return Object.fromEntries(
    names.flatMap((name) => {
      const version = packages[`node_modules/${name}`]?.version;
      return version === undefined ? [] : [[name, version]];
    }),
  );
};

/** An empty project with the tarballs of every published package installed, outside the workspace. */
export interface Project {
  readonly folder: string;
  remove(): Promise<void>;
}

export const packAndInstall = async (): Promise<Project> => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "datasync-monitor-consumer-")));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const tarballs = await packAll(folder);
    const nodeTypes = readJson<Manifest>("package.json").devDependencies?.["@types/node"];
    const manifest = {
      private: true,
      type: "module",
      dependencies: Object.fromEntries(
        tarballs.map(({ name, filename }) => [name, `file:${filename}`]),
      ),
      devDependencies: { "@types/node": nodeTypes },
      overrides: lockedDependencies(),
    };
    await writeFile(join(folder, "package.json"), JSON.stringify(manifest, null, 2));
    const flags = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
    await npm(["install", ...flags], folder);
    return { folder, remove };
  } catch (error) {
    await remove();
    throw error;
  }
};
