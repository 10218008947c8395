// The store.
export { sqlStore } from "./sql-store.ts";
export type {
  DialectStoreOptions,
  FileStoreOptions,
  KyselyStoreOptions,
  SqlStoreOptions,
  UrlStoreOptions,
} from "./options.ts";
export type { Durability } from "./drivers/sqlite.ts";
// What goes wrong.
export { SqlStoreError } from "./errors.ts";
