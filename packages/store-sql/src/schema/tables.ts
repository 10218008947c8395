import { type RawBuilder, sql } from "kysely";

const names = ["meta", "events", "deliveries", "hours", "latest"] as const;

export type TableName = (typeof names)[number];

/** The store's tables by name, quoted for any database. */
export type Tables = Readonly<Record<TableName, RawBuilder<unknown>>> & {
  readonly prefix: string;
};

export const tablesOf = (prefix: string): Tables => {
  const table = (name: TableName) => sql.id(`${prefix}${name}`);
  return {
    prefix,
    meta: table("meta"),
    events: table("events"),
    deliveries: table("deliveries"),
    hours: table("hours"),
    latest: table("latest"),
  };
};
