import type {
  EventLoopWatcherOptions,
  HealthChecksOptions,
  HeartbeatOptions,
  StorageWatcherOptions,
} from "@datasync-monitor/probes";

/** Where a database is. */
export interface DatabaseConfig {
  /** **Secret**: a SQLite file's path, or a `postgres://` URL. */
  readonly url: string;
  /** Postgres: where the tables are, instead of the user's own search path. */
  readonly schema?: string | undefined;
}

/** What the daemon works with, every default filled in. Durations are in milliseconds. */
export interface Config {
  /** Who speaks, in every event. */
  readonly service: string;
  readonly source: DatabaseConfig;
  readonly target: DatabaseConfig;
  /** A SQLite file that keeps events until each receiver has them. */
  readonly events: string;
  readonly sync: {
    /** From the end of one run to the beginning of the next. */
    readonly everyMs: number;
    /** Rows that are copied in one transaction. */
    readonly batchRows: number;
    /** How long a change in the source may take until it can be seen: younger ones wait for the next run. */
    readonly settleMs: number;
    /** A run that takes longer is told of as slow. */
    readonly slowAfterMs: number;
  };
  readonly cleanup: {
    /** From the end of one run to the beginning of the next. */
    readonly everyMs: number;
    /** Rows that were last changed longer ago are deleted. */
    readonly retentionMs: number;
    /** Rows that are deleted in one transaction. */
    readonly batchRows: number;
    /** A run that would delete more than this share of a table is refused. */
    readonly maxShare: number;
  };
  /** The options of the probes, which check them. */
  readonly health: Omit<HealthChecksOptions, "checks">;
  readonly storage: StorageWatcherOptions;
  readonly eventLoop: EventLoopWatcherOptions;
  readonly heartbeat: HeartbeatOptions;
  /** Where Prometheus scrapes. */
  readonly metrics: { readonly host: string; readonly port: number };
  /** An invented source, to try the daemon with; `rows: 0` leaves the source alone. */
  readonly sample: {
    readonly rows: number;
    readonly seed: number;
    readonly newRows: number;
    readonly everyMs: number;
  };
  /** How long a stop waits for the batch under way, and then for deliveries. */
  readonly closeMs: number;
}

/** What a file may say: any part of it. */
export type ConfigInput = {
  readonly [Section in keyof Config]?:
    | (Config[Section] extends string | number ? Config[Section] : Partial<Config[Section]>)
    | undefined;
};

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

export const defaults: Config = {
  service: "datasync",
  source: { url: "data/source.db" },
  target: { url: "data/target.db" },
  events: "data/events.db",
  sync: { everyMs: minuteMs, batchRows: 500, settleMs: 5_000, slowAfterMs: 5 * minuteMs },
  cleanup: { everyMs: hourMs, retentionMs: 60 * 24 * hourMs, batchRows: 1_000, maxShare: 0.5 },
  health: {},
  storage: { paths: ["."] },
  eventLoop: {},
  heartbeat: {},
  metrics: { host: "127.0.0.1", port: 9_464 },
  sample: { rows: 0, seed: 20_250_829, newRows: 100, everyMs: minuteMs },
  closeMs: 10_000,
};
