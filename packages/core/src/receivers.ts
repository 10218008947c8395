import type { Clock } from "./clock.ts";
import { deadlineOf, defaultDrainMs } from "./deadline.ts";
import { checkId, contractVersion } from "./define-notifier.ts";
import type { Dispatcher } from "./delivery/dispatcher.ts";
import { countFates, drain, untilTurn } from "./delivery/drain.ts";
import type { LeaseKeeper } from "./delivery/lease-keeper.ts";
import { Pipeline, type PipelineHost } from "./delivery/pipeline.ts";
import type { Receiver } from "./delivery/receiver.ts";
import type { Mark } from "./delivery/taken.ts";
import { within } from "./delivery/wait.ts";
import { ConfigError } from "./errors.ts";
import { compileFilter } from "./filter.ts";
import type { Intake } from "./intake.ts";
import { lenient } from "./lenient.ts";
import type { Notifier, NotifierHost } from "./notifier.ts";
import { flagOption } from "./options.ts";
import { held } from "./process-life.ts";
import { type ReceiverOptions, receiverSettings } from "./receiver-settings.ts";
import {
  type FlushReport,
  type LeaveOptions,
  type Registration,
  registrationOf,
} from "./registration.ts";
import type { Problem } from "./signals.ts";
import { shield } from "./thenable.ts";

/** How long after the deadline of a shutdown aborted sends may say how they ended. */
export const graceMs = 250;
/** How long after that notifiers, and then the store, may take to close. */
export const closingMs = 125;

/** How often each notifier is registered, by whatever monitor: the last to leave closes it. */
const registrations = new WeakMap<Notifier, number>();

const count = (notifier: Notifier, change: 1 | -1): number => {
  const total = (registrations.get(notifier) ?? 0) + change;
  registrations.set(notifier, total);
  return total;
};

const checkNotifier = (notifier: Notifier): void => {
  if (typeof notifier !== "object" || notifier === null || typeof notifier.send !== "function") {
    throw new ConfigError(
      "notifier",
      "registerNotifier() takes an object with `contract`, `id` and `send()`: call its factory, or register a function by registerCallback().",
    );
  }
  const contract: unknown = notifier.contract;
  if (contract !== contractVersion) {
    throw new ConfigError(
      "contract",
      `This core supports notifier contract ${contractVersion}, but \`${String(notifier.id)}\` has ${String(contract ?? "none")}. Install versions that go together, or use defineNotifier().`,
    );
  }
  checkId("A notifier", notifier.id);
};

export interface ReceiversHost {
  readonly clock: Clock;
  readonly report: (problem: Problem) => void;
  /** Live: the dispatcher reads it. */
  readonly all: Receiver[];
  readonly pipelineHost: PipelineHost;
  readonly notifierHost: NotifierHost;
  readonly dispatcher: Dispatcher;
  readonly leaseKeeper: LeaseKeeper;
  readonly intake: Intake;
}

/** Who is registered, and how they come and go. */
export class Receivers {
  readonly all: readonly Receiver[];
  readonly #host: ReceiversHost;
  readonly #byName = new Map<string, Receiver>();
  /** Callbacks without a name are numbered: all numbers below this are taken. */
  #number = 1;
  readonly #released = new WeakMap<Receiver, Promise<void>>();

  constructor(host: ReceiversHost) {
    this.all = host.all;
    this.#host = host;
  }

  /** Without those that have left, whose events the store may still have to get. */
  get pipelines(): readonly Pipeline[] {
    return this.all
      .filter((receiver) => this.#byName.get(receiver.name) === receiver)
      .map(({ pipeline }) => pipeline);
  }

  /** Without those that were unregistered and still deliver what waits. */
  get current(): readonly Receiver[] {
    return this.all.filter(({ leftAt }) => leftAt === Number.POSITIVE_INFINITY);
  }

  /** @throws ConfigError when no receiver has that name. */
  find(name: string): Receiver {
    const found = this.#byName.get(name);
    if (found?.leftAt === Number.POSITIVE_INFINITY) return found;
    const names = this.current.map((receiver) => `\`${receiver.name}\``).join(", ");
    throw new ConfigError(
      "receiver",
      `No receiver has the name \`${String(name)}\`. Registered: ${names || "none"}.`,
    );
  }

  /** @param callbackName - Of a callback, which is called so unless its options say otherwise. */
  add(notifier: Notifier, options: ReceiverOptions, callbackName?: string): Registration {
    if (this.#host.intake.closed) {
      throw new ConfigError("notifier", "The monitor is closed: it takes no more receivers.");
    }
    checkNotifier(notifier);
    const settings = receiverSettings(notifier, options, callbackName);
    const filter = compileFilter(`The receiver \`${settings.name}\``, options);
    if (this.#byName.has(settings.name)) {
      throw new ConfigError(
        "name",
        `A receiver of the name \`${settings.name}\` is registered already. Give this one another \`name\`, or await its \`unregister()\`.`,
      );
    }
    const pipeline = new Pipeline(notifier, settings, this.#host.pipelineHost);
    const receiver = {
      name: settings.name,
      filter,
      pipeline,
      joinedAt: this.#host.intake.last.seq,
      leftAt: Number.POSITIVE_INFINITY,
    };
    this.#host.all.push(receiver);
    this.#byName.set(receiver.name, receiver);
    count(notifier, 1);
    this.#attach(receiver);
    return registrationOf(settings.name, (options = {}) =>
      held(() => this.#leave(receiver, this.#leavingMs(options))),
    );
  }

  /** Names a callback that has no name of its own. */
  freeName(): string {
    for (; ; this.#number += 1) {
      const name = this.#number === 1 ? "callback" : `callback-${this.#number}`;
      if (!this.#byName.has(name)) return name;
    }
  }

  /**
   * Drains these until the deadline, aborts what flies, gives up what waits for that reason, and
   * closes their notifiers. The report counts all that became of their events meanwhile.
   */
  async retire(
    receivers: readonly Receiver[],
    { upTo, deadlineMs, reason }: { upTo: Mark; deadlineMs: number; reason: string },
  ): Promise<FlushReport> {
    const { clock, dispatcher } = this.#host;
    const pipelines = receivers.map(({ pipeline }) => pipeline);
    const fates = countFates(pipelines);
    const waiting = { clock, dispatcher, upTo: { ...upTo, others: true }, deadlineMs };
    const sending = pipelines.filter(({ isAbandoned }) => !isAbandoned);
    const { timed_out } = await drain({ ...waiting, pipelines: sending, impatient: true });
    await Promise.all(receivers.map((receiver) => this.#release(receiver, reason)));
    const pending = receivers.reduce(
      (sum, one) => sum + one.pipeline.pending + dispatcher.undecided(one),
      0,
    );
    return { ...fates(), pending, timed_out };
  }

  /** Once for each receiver, whoever asks. */
  #release(receiver: Receiver, reason: string): Promise<void> {
    const going = this.#released.get(receiver) ?? this.#letGo(receiver.pipeline, reason);
    this.#released.set(receiver, going);
    return going;
  }

  async #letGo(pipeline: Pipeline, reason: string): Promise<void> {
    pipeline.abandon(reason);
    const { activity, use, notifier, name } = pipeline;
    const { clock, dispatcher, report } = this.#host;
    await untilTurn({ clock, dispatcher, deadlineMs: graceMs }, () => activity.inFlight === 0);
    use.leave();
    if (count(notifier, -1) > 0 || notifier.close === undefined) return;
    const closing = (async () => notifier.close?.())().catch((cause: unknown) =>
      report({ code: "close-failed", receiver: name, message: "Its close() failed.", cause }),
    );
    await within(closing, closingMs, clock);
  }

  #attach({ name, pipeline: { notifier } }: Receiver): void {
    const { notifierHost, report } = this.#host;
    const message = "Its attach() threw; it still gets events.";
    shield(
      () => notifier.attach?.(notifierHost),
      (cause) => report({ code: "attach-failed", receiver: name, message, cause }),
    );
  }

  #leavingMs(options: LeaveOptions): number {
    const owner = "unregister()";
    const read = (): number => {
      const deadlineMs = deadlineOf(owner, options, ["drain"]);
      return flagOption(owner, "drain", options.drain, true) ? deadlineMs : 0;
    };
    return lenient(read, defaultDrainMs, this.#host.report);
  }

  async #leave(receiver: Receiver, deadlineMs: number): Promise<FlushReport> {
    const { leaseKeeper, clock, intake } = this.#host;
    const upTo = intake.last;
    receiver.leftAt = upTo.seq;
    const report = await this.retire([receiver], { upTo, deadlineMs, reason: "unregistered" });
    await within(leaseKeeper.releaseFor(receiver), closingMs, clock);
    this.#byName.delete(receiver.name);
    this.#number = 1;
    this.#forget(receiver);
    return report;
  }

  /** Strikes it off the list when every event of its time has a fate, or is in a durable store. */
  #forget(receiver: Receiver): void {
    const { all, clock, dispatcher } = this.#host;
    const { pipeline } = receiver;
    const forever = { clock, dispatcher, deadlineMs: Number.POSITIVE_INFINITY };
    const isOver = () => dispatcher.undecided(receiver) === 0 && !pipeline.awaitsStore;
    void untilTurn(forever, isOver).then(() => {
      pipeline.giveUp(); // what the store did not get after all
      all.splice(all.indexOf(receiver), 1);
    });
  }
}
