import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The path of a file in every workspace that has it. */
export const inWorkspaces = (root, name) =>
  ["packages", "examples"]
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((workspace) => join(folder, workspace, name)))
    .filter((path) => existsSync(path));
