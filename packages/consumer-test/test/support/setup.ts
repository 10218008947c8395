import type { TestProject } from "vitest/node";
import { packAndInstall } from "./pack.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of the one project that all tests use. */
    project: string;
  }
}

export const setup = async ({ provide }: TestProject): Promise<() => Promise<void>> => {
  const project = await packAndInstall();
  provide("project", project.folder);
  return project.remove;
};
