import { SqliteDialect } from "kysely";
import Libsql from "libsql";

/** Blocks the event loop while it waits, so it is short. */
const busyMs = 250;

/** Kysely's own SQLite dialect, driven by libsql: prebuilt where better-sqlite3 has to be compiled. */
export const libsqlDialect = (
  path: string,
  { readOnly }: { readonly readOnly: boolean },
): SqliteDialect => {
  const file = new Libsql(path, { timeout: busyMs });
  file.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  // libsql does not heed the option `readonly`.
  if (readOnly) file.exec("PRAGMA query_only = ON");
  return new SqliteDialect({
    database: {
      // The write lock comes first: one that is asked for midway fails at once, and cannot be waited for.
      prepare: (sql) => file.prepare(sql === "begin" && !readOnly ? "begin immediate" : sql),
      close: () => file.close(),
    },
  });
};
