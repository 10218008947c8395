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
  | "hang"; // takes the connection and never answers

/** A notifier wired to a destination that the suite can steer. Made fresh for every case. */
export interface Rig {
  readonly notifier: Notifier;
  meet(condition: Condition): void | Promise<void>;
  /** Everything that was accepted, as the text a person or a program would read, oldest first. */
  received(): readonly string[];
  /** Requests that arrived, whatever came of them. */
  attempts(): number;
  /** Every secret the notifier was given: none may appear in anything it exposes. */
  readonly secrets: readonly string[];
  /** Stops the destination. The suite closes the notifier itself. */
  close(): Promise<void>;
}

export interface Harness {
  rig(): Rig | Promise<Rig>;
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
