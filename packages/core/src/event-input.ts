import type { EventLevel, EventTypeName } from "./event.ts";

/** What a service says. `Metrics` is inferred, so that interfaces are welcome and every value must be a number. */
export interface EventInput<Metrics extends object = Record<string, number | undefined>> {
  readonly event_type: EventTypeName;
  readonly message: string;
  /** Default: `*_failure` error, `*_warning` warning, anything else info. */
  readonly level?: EventLevel | undefined;
  /** When it happened; default now. An invalid one is refused. */
  readonly timestamp?: string | Date | undefined;
  /** Anything: a JSON snapshot is taken, so Dates, BigInts and Errors are welcome. */
  readonly details?: object | undefined;
  /** Finite numbers, at most 256; others are left out and named in `details.invalid_metrics`. */
  readonly metrics?: { readonly [K in keyof Metrics]: number | undefined } | undefined;
}
