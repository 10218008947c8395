import type { Clock } from "./clock.ts";
import type { ReceiverLedger } from "./delivery/ledger.ts";
import type { Receiver } from "./delivery/receiver.ts";
import type { Problem } from "./signals.ts";

export interface DropReporterHost {
  readonly clock: Clock;
  /** Live: who is registered now. */
  readonly receivers: readonly Receiver[];
  readonly report: (problem: Problem) => void;
}

const everyMs = 60_000;

const advice: Readonly<Record<string, string>> = {
  overflow:
    "its queue is full, and no durable store keeps the rest; await `flush()` now and then, or allow it more by `queue`",
  closed: "they were not delivered before the deadline of close(), and no durable store has them",
  unregistered: "they were not delivered before the deadline of unregister()",
};

interface Told {
  readonly dropped: Readonly<Record<string, number>>;
  readonly total: number;
  readonly at: number;
}

const nothing: Told = { dropped: {}, total: 0, at: Number.NEGATIVE_INFINITY };

/** Tells a human of what is dropped: of a receiver's first at once, then once a minute of how many more. */
export class DropReporter {
  readonly #host: DropReporterHost;
  readonly #told = new WeakMap<ReceiverLedger, Told>();

  constructor(host: DropReporterHost) {
    this.#host = host;
  }

  /**
   * After every turn, and for the last time when nothing more may come.
   *
   * @param restMs - How long ago a receiver's last report must be: 0 at the end.
   */
  look(receivers = this.#host.receivers, restMs = everyMs): void {
    for (const receiver of receivers) this.#look(receiver, restMs);
  }

  #look({ name, pipeline: { ledger } }: Receiver, restMs: number): void {
    if (ledger.drops === 0) return;
    const told = this.#told.get(ledger) ?? nothing;
    const now = this.#host.clock.monotonic();
    if (ledger.drops === told.total || now - told.at < restMs) return;
    this.#told.set(ledger, { dropped: { ...ledger.dropped }, total: ledger.drops, at: now });
    const counts = Object.entries(ledger.dropped)
      .map(([reason, count]) => [reason, count - (told.dropped[reason] ?? 0)] as const)
      .filter(([, count]) => count > 0)
      .map(([reason, count]) => `${count} (${reason}): ${advice[reason] ?? "see the status"}`);
    const message = `Events were dropped: ${counts.join("; ")}.`;
    this.#host.report({ code: "events-dropped", receiver: name, message });
  }
}
