import type { StoreHarness } from "@datasync-monitor/testkit";
import Database from "libsql";
import { sqlStore } from "../../src/index.ts";
import { temporaryFolder } from "./folder.ts";

/** One character of what is stored, changed behind the store's back. */
export const damageFile = (file: string, eventId: string): void => {
  const database = new Database(file);
  database.exec("pragma busy_timeout = 2000");
  database
    .prepare("update datasync_events set payload = replace(payload, 'event', 'evenT') where id = ?")
    .run(eventId);
  database.close();
};

/** SQLite in a file of its own for each case. */
export const sqliteHarness: StoreHarness = {
  rig(clock) {
    const folder = temporaryFolder();
    const file = folder.path("events.db");
    const another = () => sqlStore({ file, clock });
    return {
      store: another(),
      another,
      damage: (eventId) => damageFile(file, eventId),
      close: folder.remove,
    };
  },
};
