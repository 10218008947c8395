import { randomBytes } from "node:crypto";
import type { DatabaseConfig } from "../config/config.ts";
import { openDatabase } from "../database/open.ts";

export interface Rented {
  readonly database: DatabaseConfig;
  readonly remove: () => Promise<void>;
}

/** A schema of its own in Postgres, dropped afterwards. */
export const rentSchema = async (url: string): Promise<Rented> => {
  const schema = `datasync_daemon_${randomBytes(6).toString("hex")}`;
  const admin = openDatabase({ url });
  await admin.schema.createSchema(schema).execute();
  return {
    database: { url, schema },
    async remove() {
      await admin.schema.dropSchema(schema).cascade().execute();
      await admin.destroy();
    },
  };
};
