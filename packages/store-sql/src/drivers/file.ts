import { closeSync, openSync, readSync, renameSync, statSync } from "node:fs";
import { codeOf, SqlStoreError } from "../errors.ts";

/** Beside the file: what is committed and not moved into it yet, and the index of that. */
const companions = ["-wal", "-shm"];

const header = "SQLite format 3\0";
/** The schema stands at the beginning. */
const schemaBytes = 64 * 1024;

/** Creates the file where there is none, readable by its owner alone. SQLite gives its companions the same mode. */
export const createFile = (file: string): void => {
  try {
    closeSync(openSync(file, "a", 0o600));
  } catch (error) {
    const code = codeOf(error);
    throw new SqlStoreError(
      code,
      `The store's file cannot be opened: check that its folder exists, and who owns it (${code}).`,
    );
  }
};

/** Tells one file from another that took its name. Undefined: there is none. */
export const identityOf = (file: string): string | undefined => {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat && `${stat.dev}:${stat.ino}`;
};

/**
 * Moves a damaged file away with its companions, so that a new one can begin, and answers the error
 * that says so. What was never a database of the store's is left where it is.
 */
export const setAside = (file: string, prefix: string): SqlStoreError => {
  const beginning = beginningOf(file);
  if (!beginning.startsWith(header) && !beginning.includes(`${prefix}deliveries`)) {
    return new SqlStoreError(
      "not-a-database",
      "`file` is not a SQLite database. Name another file, or move this one away.",
    );
  }
  const stamp = new Date().toISOString().replace(/[-:.]/g, "");
  const aside = `${file}.corrupt-${stamp}`;
  for (const companion of companions) renameIfThere(file + companion, aside + companion);
  renameIfThere(file, aside);
  return new SqlStoreError(
    "corrupt",
    `The store's file is damaged. It was moved to ${aside}, and a new one begins. ` +
      `What can be saved of it: sqlite3 ${aside} .recover`,
  );
};

const beginningOf = (file: string): string => {
  const buffer = Buffer.alloc(schemaBytes);
  const descriptor = openSync(file, "r");
  try {
    return buffer.toString("latin1", 0, readSync(descriptor, buffer));
  } finally {
    closeSync(descriptor);
  }
};

const renameIfThere = (from: string, to: string): void => {
  if (identityOf(from) !== undefined) renameSync(from, to);
};
