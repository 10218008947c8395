import { ConfigError } from "@datasync-monitor/core";

const brand = Symbol.for("@datasync-monitor/store-sql/SqlStoreError");

/**
 * The database could not do what it was asked, and why.
 *
 * It tells the database's code and what it means, and nothing that the driver said beside it: drivers
 * put statements with their values, and addresses with their passwords, into their errors.
 */
export class SqlStoreError extends Error {
  override readonly name = "SqlStoreError";
  /** The driver's own code, such as `"ECONNREFUSED"` or `"SQLITE_FULL"`; or one of ours in lower case. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Like `instanceof`, but also true across two installed copies of this package. */
  static is(value: unknown): value is SqlStoreError {
    return value instanceof Error && brand in value;
  }
}

/** What happened to a call, as far as its caller must know. */
export type Kind =
  | "busy" // others were in the way; nothing was done, and another try may succeed
  | "corrupt" // the file is damaged
  | "lost" // what became of it is not known, and the connection is of no use any more
  | "refused"; // it was not done, and the connection is sound

const kinds: readonly (readonly [RegExp, Kind])[] = [
  [/^SQLITE_(BUSY|LOCKED)/, "busy"],
  [/^SQLITE_(CORRUPT|NOTADB)/, "corrupt"],
  // With its tables gone, all that the link has found out is of no use.
  [
    /^SQLITE_(IOERR|CANTOPEN|PROTOCOL|READONLY|MISUSE)|^(file-moved|42P01|ER_NO_SUCH_TABLE)$/,
    "lost",
  ],
  [
    /^(40001|40P01|55P03|ER_LOCK_DEADLOCK|ER_LOCK_WAIT_TIMEOUT|ER_CHECKREAD|ER_AUTOINC_READ_FAILED)$/,
    "busy",
  ],
];

export const kindOf = (error: unknown): Kind => {
  const code = codeOf(error);
  return kinds.find(([pattern]) => pattern.test(code))?.[1] ?? "refused";
};

/** First match wins. */
const meanings: readonly (readonly [RegExp, string])[] = [
  [/^SQLITE_(BUSY|LOCKED)/, "another process holds the file locked"],
  [/^SQLITE_FULL|^53100$|^ER_(DISK_FULL|RECORD_FILE_FULL)/, "the disk is full; make room"],
  [/^SQLITE_READONLY/, "the file or its folder cannot be written; check who owns them"],
  [/^SQLITE_CANTOPEN/, "the file cannot be opened; check that its folder exists and who owns it"],
  [/^SQLITE_IOERR/, "the disk failed; check it"],
  [/^SQLITE_(CORRUPT|NOTADB)/, "the file is damaged"],
  [/^SQLITE_ERROR$/, "its tables are gone or were changed, or this SQLite is older than 3.38"],
  [/^ECONNREFUSED$/, "nothing listens at the database's address; check that it runs"],
  [
    /^ENOENT$/,
    "there is no such socket, or no file that its URL names; check that the database runs",
  ],
  [/^URIError$/, "its URL cannot be read; write a % in the user, password or database as %25"],
  [/^(no-tls|HANDSHAKE_NO_SSL_SUPPORT)$/, "the server does not speak TLS, which the URL asks for"],
  [
    /^(\w*SELF_SIGNED_CERT\w*|UNABLE_TO_\w*CERT\w*|UNABLE_TO_VERIFY_\w+|CERT_\w+|ERR_TLS_CERT_ALTNAME_INVALID)$/,
    "the server's certificate is not trusted; name its authority in the URL or by NODE_EXTRA_CA_CERTS",
  ],
  [/^(ENOTFOUND|EAI_AGAIN)$/, "the database's host name is not known"],
  // Of all that goes wrong in PgBouncer, its clients hear this.
  [
    /^08P01$/,
    "the server, or a pooler such as PgBouncer before it, refused or broke off the connection; its log says why",
  ],
  [/^(ECONNRESET|EPIPE|PROTOCOL_CONNECTION_LOST|57P0\d|25P03|08\w{3})$/, "the connection was lost"],
  [
    /^(ETIMEDOUT|timed-out|query-timeout|ER_QUERY_TIMEOUT|1969)$/,
    "the database did not answer in time",
  ],
  [/^ER_QUERY_INTERRUPTED$/, "somebody ended the statement at the server"],
  [/^(28\w{3}|ER_ACCESS_DENIED_ERROR)$/, "the database refuses the user or the password"],
  [/^(3D000|ER_BAD_DB_ERROR)$/, "there is no database of that name; create it"],
  [
    /^(42501|ER_\w*ACCESS_DENIED\w*)$/,
    "the user may not do this; it needs to create, read and write tables",
  ],
  [
    /^(53300|ER_CON_COUNT_ERROR|ER_TOO_MANY_USER_CONNECTIONS)$/,
    "the database takes no more connections",
  ],
  [/^(40001|40P01|ER_LOCK_DEADLOCK)$/, "others were in its way each time it was tried"],
  [/^(55P03|57014|ER_LOCK_WAIT_TIMEOUT)$/, "it waited too long for a lock that another holds"],
  [
    /^(25006|ER_OPTION_PREVENTS_STATEMENT|ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION|1290)$/,
    "the database takes no writes now",
  ],
  [/^pool-closed$/, "its pool was closed first; close the monitor before it"],
  [/^3F000$/, "there is no schema for its tables; check the search_path"],
  [
    /^ER_CANT_CHANGE_TX_CHARACTERISTICS$/,
    "its connection has a transaction open already; it needs autocommit = 1 and completion_type = NO_CHAIN",
  ],
  [/^ER_UPDATE_WITHOUT_KEY_IN_SAFE_MODE$/, "it needs sql_safe_updates = 0"],
  [/^ER_TOO_BIG_SELECT$/, "it needs sql_big_selects = 1"],
  [
    /^(42P01|ER_NO_SUCH_TABLE)$/,
    "its tables are gone; restore them, or drop those that are left and they are made anew",
  ],
  [
    /^(42703|42804|42809|42883|42P10|ER_BAD_FIELD_ERROR|ER_KEY_DOES_NOT_EXITS|ER_NO_DEFAULT_FOR_FIELD)$/,
    "its tables are not as it makes them; undo what was changed, or give it others by `tablePrefix`",
  ],
  [
    /^ER_NET_PACKET_TOO_LARGE$/,
    "it is more than the database takes at once; raise max_allowed_packet",
  ],
];

/** What a driver said, without its words. `doing` reads after "could not". */
export const translated = (error: unknown, doing: string): Error => {
  if (SqlStoreError.is(error) || ConfigError.is(error)) return error;
  const code = codeOf(error);
  const meaning = meanings.find(([pattern]) => pattern.test(code))?.[1];
  const why = meaning === undefined ? code : `${meaning} (${code})`;
  return new SqlStoreError(code, `The store could not ${doing}: ${why}.`);
};

/** What drivers tell in words alone: libsql of a file that it cannot open; Kysely, `pg` and `mysql2` of pools and connections. */
const wordy: readonly (readonly [RegExp, string])[] = [
  [/^Query read timeout$/, "query-timeout"],
  [
    /^(timeout exce+ded when trying to connect|timeout expired|Connection terminated due to connection timeout)$/,
    "ETIMEDOUT",
  ],
  [
    /^(Connection terminated|Client (has encountered a connection error|was closed and is not queryable)|Can't add new command when connection is in closed state)/,
    "ECONNRESET",
  ],
  [/^The server does not support SSL connections$/, "no-tls"],
  [/^ConnectionFailed\(.*: 14"\)$/s, "SQLITE_CANTOPEN"],
  [
    /^(driver has already been destroyed|Cannot use a pool after calling end on the pool|Pool is closed\.)$/,
    "pool-closed",
  ],
];

/** By the last eight bits of a code that libsql has no name for, such as 1544: the folder cannot be written. */
const primary = new Map([
  [5, "SQLITE_BUSY"],
  [6, "SQLITE_LOCKED"],
  [8, "SQLITE_READONLY"],
  [10, "SQLITE_IOERR"],
  [11, "SQLITE_CORRUPT"],
  [13, "SQLITE_FULL"],
  [14, "SQLITE_CANTOPEN"],
  [15, "SQLITE_PROTOCOL"],
  [26, "SQLITE_NOTADB"],
]);

const named = (code: string): string => {
  const number = /^UNKNOWN_SQLITE_ERROR_(\d+)$/.exec(code)?.[1];
  return primary.get(Number(number) & 0xff) ?? code;
};

/** The part of a driver's error that never holds a secret. */
export const codeOf = (error: unknown): string => {
  if (typeof error !== "object" || error === null) return "unknown";
  for (const name of ["code", "errno"]) {
    const code: unknown = Reflect.get(error, name);
    if (typeof code === "number") return String(code);
    if (typeof code === "string" && /^[A-Za-z0-9_-]{2,64}$/.test(code)) return named(code);
  }
  const message: unknown = Reflect.get(error, "message");
  const told = typeof message === "string" && wordy.find(([words]) => words.test(message));
  if (told) return told[1];
  return error instanceof Error && /^\w{1,64}$/.test(error.name) ? error.name : "unknown";
};
