import {
  type Clock,
  ConfigError,
  checkOptions,
  choiceOption,
  clockOption,
  numberOption,
  textOption,
} from "@datasync-monitor/core";
import type { Dialect, Kysely } from "kysely";
import { dialectSource, kyselySource } from "./drivers/kysely.ts";
import { mysqlSource } from "./drivers/mysql.ts";
import { postgresSource } from "./drivers/postgres.ts";
import { type Durability, SqliteSource } from "./drivers/sqlite.ts";
import type { Source } from "./source.ts";

interface CommonOptions {
  /** What the names of the store's tables begin with. Default `"datasync_"`. */
  readonly tablePrefix?: string | undefined;
  readonly clock?: Clock | undefined;
}

/** An embedded SQLite file. Needs the package `libsql`. */
export interface FileStoreOptions extends CommonOptions {
  /** The file's path. It is created where there is none, readable by its owner alone; its folder is not. */
  readonly file: string | undefined;
  /**
   * `"full"`, the default: what is committed survives a loss of power. `"relaxed"`: it survives the
   * process, and the latest commits are lost with the power.
   */
  readonly durability?: Durability | undefined;
}

/** A server, by its address. Needs the package `pg` or `mysql2`. */
export interface UrlStoreOptions extends CommonOptions {
  /** `postgres:`, `postgresql:`, `mysql:` or `mariadb:`. Treated as a secret. */
  readonly url: string | URL | undefined;
  /** Connections at a time: 1 to 100, default 4. */
  readonly connections?: number | undefined;
}

/** Whatever a Kysely dialect for SQLite, Postgres or MySQL leads to. The store closes it. */
export interface DialectStoreOptions extends CommonOptions {
  readonly dialect: Dialect;
}

/** Your own Kysely. Its plugins do not touch the store's tables, and the store never closes it. */
export interface KyselyStoreOptions<DB> extends CommonOptions {
  readonly kysely: Kysely<DB>;
}

export type SqlStoreOptions<DB = unknown> =
  | FileStoreOptions
  | UrlStoreOptions
  | DialectStoreOptions
  | KyselyStoreOptions<DB>;

export interface Settings {
  readonly source: Source;
  readonly prefix: string;
  readonly clock: Clock;
}

const owner = "sqlStore()";
const ways = ["file", "url", "dialect", "kysely"] as const;
type Way = (typeof ways)[number];

/** What goes with one way alone. */
const belonging: Readonly<Partial<Record<Way, "durability" | "connections">>> = {
  file: "durability",
  url: "connections",
};

/** The options as a program without types may give them. */
type Given = { readonly [Name in Way | "durability" | "connections"]?: unknown };

/** @throws ConfigError naming the option that is missing or wrong. */
export const readOptions = <DB>(options: SqlStoreOptions<DB>): Settings => {
  checkOptions(owner, options, [...ways, ...Object.values(belonging), "tablePrefix", "clock"]);
  const given: Given = options;
  const way = wayOf(given);
  for (const [other, name] of Object.entries(belonging)) {
    if (other === way || given[name] === undefined) continue;
    throw new ConfigError(name, `${owner}: \`${name}\` goes with \`${other}\` alone.`);
  }
  const prefix = prefixOption(options.tablePrefix);
  const clock = clockOption(owner, options.clock);
  return { prefix, source: sourceOf(way, given, prefix), clock };
};

/** The one that has a value; else the one that is named, which then says what is missing. */
const wayOf = (given: Given): Way => {
  const [way = ways.find((name) => name in given), ...others] = ways.filter(
    (name) => given[name] !== undefined,
  );
  if (way !== undefined && others.length === 0) return way;
  const got =
    way === undefined ? "none" : [way, ...others].map((one) => `\`${one}\``).join(" and ");
  throw new ConfigError(
    way ?? "file",
    `${owner} needs one of \`file\`, \`url\`, \`dialect\` and \`kysely\`, but got ${got}.`,
  );
};

const sourceOf = (way: Way, given: Given, prefix: string): Source => {
  switch (way) {
    case "file":
      return fileSource(given, prefix);
    case "url":
      return urlSource(given);
    case "dialect":
      return dialectSource(owner, given.dialect);
    case "kysely":
      return kyselySource(owner, given.kysely);
  }
};

/** Short enough for every database with a table's name behind it, and the same in any case. */
const prefixPattern = /^[a-z][a-z0-9_]{0,31}$/;

const prefixOption = (value: unknown): string => {
  if (value === undefined) return "datasync_";
  const prefix = textOption(owner, "tablePrefix", value);
  if (prefixPattern.test(prefix)) return prefix;
  throw new ConfigError(
    "tablePrefix",
    `${owner}: \`tablePrefix\` must be at most 32 lower-case letters, digits and underscores, and begin with a letter, such as "monitor_".`,
  );
};

/** What would lead libsql elsewhere than to a file. */
const notAFile = /^(?::memory:$|(?:file|https?|libsql|wss?):)/i;

const fileSource = (given: Given, prefix: string): Source => {
  const file = textOption(owner, "file", given.file);
  if (notAFile.test(file) || file.includes("\0")) {
    throw new ConfigError(
      "file",
      `${owner}: \`file\` must be the path of a file. For memory alone there is core's memoryStore().`,
    );
  }
  const durability = choiceOption<Durability>(owner, "durability", given.durability, "full", [
    "full",
    "relaxed",
  ]);
  return new SqliteSource({ file, prefix, durability });
};

const urlSource = (given: Given): Source => {
  const range = { min: 1, max: 100, integer: true };
  const connections = numberOption(owner, "connections", given.connections, 4, range);
  const url = given.url instanceof URL ? given.url.href : textOption(owner, "url", given.url);
  const scheme = URL.canParse(url) ? /^([a-z]+):\/\//i.exec(url)?.[1]?.toLowerCase() : undefined;
  if (scheme === "postgres" || scheme === "postgresql") return postgresSource(url, connections);
  if (scheme === "mysql" || scheme === "mariadb") return mysqlSource(url, connections);
  throw new ConfigError(
    "url",
    `${owner}: \`url\` must be a URL of the form "postgres://user:password@host/database" or "mysql://…". For SQLite there is \`file\`.`,
  );
};
