import type { Family } from "./family.ts";
import type { Connections } from "./session.ts";

/** An open way to a database. */
export interface Link {
  readonly db: Connections;
  readonly family: Family;
  /** Asserts what can only be known once something was written. */
  verify?(): Promise<void>;
  /** Throws when what is open is not what a call is meant for any more. */
  check?(): void;
  /** Takes what is damaged out of the way and answers the error that says so. The link is closed already. */
  setAside?(): Error;
  /** @param failed - It is of no use any more, and not to be touched more than it takes to let go of it. */
  close(failed: boolean): Promise<void>;
}

/** Where a link comes from, as often as one is needed. */
export interface Source {
  connect(): Promise<Link>;
}
