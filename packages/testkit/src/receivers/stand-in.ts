import type { Asked, Condition } from "../harness.ts";

export interface MeetOptions extends Asked {
  /** How many requests meet the condition before it is "accept" again. Default: all, until told otherwise. */
  readonly times?: number | undefined;
  /**
   * How long "rate-limited" asks to wait (default 2), and "unavailable" (default: it does not say). Over HTTP
   * a time that is given is always named: where the vendor's words have no place for one, by `Retry-After`.
   */
  readonly retryAfterSeconds?: number | undefined;
}

/** A destination that a test steers. Listens on 127.0.0.1, on a port of its own. */
export interface StandIn {
  /** What the notifier is given. */
  readonly url: string;
  /**
   * Sets what the next requests meet; the latest word counts. "refuse" stops listening and ends every
   * connection, and lasts until another condition opens the same port again: `times` has no meaning there.
   */
  meet(condition: Condition, options?: MeetOptions): Promise<void>;
  /** Requests (for mail: transactions) that arrived, whatever came of them. */
  attempts(): number;
  /** Attempts that were not accepted. */
  refusals(): number;
  /** Stops listening and ends every socket. Calling it twice does nothing. */
  close(): Promise<void>;
}
