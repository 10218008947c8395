import type { DeliveryErrorCode, MonitorEvent, Notifier } from "@datasync-monitor/core";

/** What the destination does with the next requests, until it is told otherwise. */
export type Condition =
  | "accept" // takes the message, with the success answer of its protocol
  | "garble" // takes the message and answers success with an unreadable body
  | "rate-limited" // its own way of saying "wait", with a delay where the protocol has one
  | "unavailable" // 503, or the protocol's own "not now"
  | "payload" // refuses this message for good
  | "endpoint" // says that the destination is gone
  | "config" // refuses the credentials
  | "reset" // reads the request, then resets the connection
  | "refuse" // does not listen at all
  | "redirect" // points to another origin, which takes whatever comes
  | "hang" // takes the connection and never answers
  | "silent" // takes the connection, reads nothing and says nothing
  | "half-headers" // begins its answer, and stops before it has said yes or no
  | "half-body" // says yes, and stops in the middle of what comes after
  | "drip"; // answers a byte at a time, for ever

/** A secret of its own for each name, made anew for each rig; the suite looks for it wherever a secret must not be. */
export type Canary = (name: string) => string;

/** A destination that serves several people, some of whom may be refused. */
export interface Recipients {
  /** Puts one of them off for now and takes the others, until the next `meet()`. */
  refuseOne(): void | Promise<void>;
  /** Who was served, once for each message, oldest first. */
  served(): readonly string[];
}

/** What a destination says beside the condition itself. */
export interface Asked {
  /** How long "rate-limited" and "unavailable" ask to wait, where the protocol has a place for it. */
  readonly retryAfterSeconds?: number | undefined;
}

/** A notifier wired to a destination that the suite can steer. Made fresh for every case. */
export interface Rig {
  readonly notifier: Notifier;
  meet(condition: Condition, asked?: Asked): void | Promise<void>;
  /** Everything that was accepted, as the text a person or a program would read, oldest first. */
  received(): readonly string[];
  /** Requests that arrived, whatever came of them. */
  attempts(): number;
  /** Secrets that the notifier was given beside the canaries: none may appear in anything it exposes. */
  readonly secrets?: readonly string[] | undefined;
  /** All that was said to the destination, accepted or not, as it came. Default: what `received()` shows. */
  said?(): readonly string[];
  /** The idempotency key of each message that arrived, as the destination reads it, oldest first. Left out where the protocol has no place for one. */
  keys?(): readonly string[];
  /** Whom the messages that arrived would alert by name or all at once. Left out where nobody can be. */
  alerted?(): readonly string[];
  /** What reached the origin that "redirect" points to. Left out where "redirect" cannot be shown. */
  strays?(): readonly unknown[];
  /** Left out where a message has one fate. */
  readonly recipients?: Recipients | undefined;
  /** Stops the destination. The suite closes the notifier itself. */
  close(): Promise<void>;
}

export interface Harness {
  rig(canary: Canary): Rig | Promise<Rig>;
  /** `"http"`: the destination can show every condition, so `cannot` is refused. */
  readonly protocol?: "http" | undefined;
  /** Where this destination's answer means something else than the condition's name says, e.g. `{ reset: "ambiguous" }` is the default. */
  readonly codes?: { readonly [C in Condition]?: DeliveryErrorCode };
  /** Conditions this destination cannot show, each with the reason. Printed with the results. */
  readonly cannot?: { readonly [C in Condition]?: string };
  /** Conditions that `verify()` alone cannot notice, each with the reason: a mail server judges a recipient at RCPT only. */
  readonly cannotVerify?: { readonly [C in Condition]?: string };
  /**
   * The text by which an event is recognised in `received()`. Default: its message. For a destination
   * that never sees the message, such as a counter.
   */
  readonly trace?: (event: MonitorEvent) => string;
}

/** One promise of the contract, checked. Knows no test runner: `run` throws when it is broken. */
export interface ConformanceCase {
  /** Stable: named in bug reports, never reused. */
  readonly id: string;
  readonly title: string;
  readonly needs: readonly Condition[];
  /** Why the case has nothing to say about this notifier, or undefined. */
  readonly unless?: (rig: Rig, harness: Harness) => string | undefined;
  run(rig: Rig, harness: Harness): Promise<void>;
}
