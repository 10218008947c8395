import { dayMs, hourMs, isoTime } from "./clock.ts";
import type { measures } from "./measures.ts";
import { checkOptions, wrongOption } from "./options.ts";
import type { EventStore } from "./store/store.ts";

/** The time that an answer covers, in RFC 3339. */
export interface MetricsWindow {
  /** What was asked for, back to the full hour; later when the store does not reach that far. */
  readonly since: string;
  readonly until: string;
  /** false: the store knows only what happened from `since` on, and less was counted than was asked for. */
  readonly complete: boolean;
}

/** How long runs took; null each when none has ended. Percentiles are within 2 %. */
export interface DurationMetrics {
  readonly avg: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly max: number | null;
}

/** What there is to say of any operation's runs in a window. */
export interface OperationMetrics {
  /** Started and not ended, as far as the window shows. */
  readonly in_progress_count: number;
  /** Of the runs that ended, from 0 to 1; null when none has. */
  readonly success_rate: number | null;
  /** Of the runs that ended, failed ones too. */
  readonly duration_seconds: DurationMetrics;
  readonly last_success_at: string | null;
  readonly last_failure_at: string | null;
  /** The message of the last failure. */
  readonly last_error: string | null;
}

/** An operation whose runs are counted, by a method of that name, over a window of so many units by default. */
interface Operation {
  readonly name: "sync" | "cleanup" | "migration";
  readonly records: (typeof measures)[number];
  readonly method: string;
  readonly unit: "hours" | "days";
  readonly span: number;
}

type CountsOf<O extends Operation> = {
  readonly [K in
    | `${O["name"]}_${"start" | "success" | "failure"}_count`
    | `total_${O["records"]}`]: number;
};

type WindowOf<O extends Operation> = { readonly [U in O["unit"]]?: number | undefined };

/** Answers what became of an operation's runs. */
export type MetricsAnswer<Window, Metrics> = (
  store: Pick<EventStore, "aggregate">,
  now: number,
  window?: Window,
) => Promise<Metrics>;

const duration = "duration_seconds";

/** Two questions, for a start that carries a duration is not a run that ended. */
export const metricsOf =
  <const O extends Operation>(
    operation: O,
  ): MetricsAnswer<WindowOf<O>, MetricsWindow & CountsOf<O> & OperationMetrics> =>
  async (store, now, asked = {}) => {
    const { name, records } = operation;
    const [start, success, failure] = [`${name}_start`, `${name}_success`, `${name}_failure`];
    const since = hourBefore(now, spanOf(operation, asked));
    const window = { since, until: now };
    const [begun, ended] = await Promise.all([
      store.aggregate({ ...window, types: [start], metrics: [] }),
      store.aggregate({ ...window, types: [success, failure], metrics: [records, duration] }),
    ]);
    const starts = begun.types[start]?.count ?? 0;
    const successes = ended.types[success]?.count ?? 0;
    const failures = ended.types[failure]?.count ?? 0;
    const took = ended.metrics[duration];
    const lastFailure = ended.types[failure]?.last;
    // The store's memory may begin after `now` when the clock was set back.
    const known = Math.min(ended.complete_since ?? since, now);
    const counts = {
      [`${start}_count`]: starts,
      [`${success}_count`]: successes,
      [`${failure}_count`]: failures,
      [`total_${records}`]: ended.metrics[records]?.sum ?? 0,
    } as CountsOf<O>;
    return {
      since: isoTime(Math.max(since, known)),
      until: isoTime(now),
      complete: known <= since,
      ...counts,
      in_progress_count: Math.max(0, starts - successes - failures),
      success_rate: successes + failures === 0 ? null : successes / (successes + failures),
      duration_seconds: {
        avg: took ? took.sum / took.count : null,
        p50: took?.p50 ?? null,
        p95: took?.p95 ?? null,
        max: took?.max ?? null,
      },
      last_success_at: ended.types[success]?.last.timestamp ?? null,
      last_failure_at: lastFailure?.timestamp ?? null,
      last_error: lastFailure?.message ?? null,
    };
  };

/** The full hour at which a window begins: hourly sums then answer exactly what a count of rows would. */
export const hourBefore = (now: number, spanMs: number): number =>
  Math.floor(Math.max(0, now - spanMs) / hourMs) * hourMs;

/** A window's length in milliseconds. @throws ConfigError */
const spanOf = (
  { method, unit, span }: Operation,
  asked: { readonly hours?: number | undefined; readonly days?: number | undefined },
): number => {
  checkOptions(method, asked, [unit]);
  const value: unknown = asked[unit] === undefined ? span : asked[unit];
  if (typeof value === "number" && Number.isFinite(value) && value > 0)
    return value * (unit === "hours" ? hourMs : dayMs);
  const got = typeof value === "string" ? "a string" : String(value);
  throw wrongOption(method, unit, `must be a number above 0, but it is ${got}.`);
};
