import { contractVersion } from "./define-notifier.ts";
import type { Dispatcher } from "./delivery/dispatcher.ts";
import { drain } from "./delivery/drain.ts";
import { Pipeline, type PipelineHost } from "./delivery/pipeline.ts";
import type { Receiver } from "./delivery/receiver.ts";
import { within } from "./delivery/wait.ts";
import { ConfigError } from "./errors.ts";
import { compileFilter } from "./filter.ts";
import type { Intake } from "./intake.ts";
import type { Notifier, NotifierHost } from "./notifier.ts";
import { hold } from "./process-life.ts";
import { type ReceiverOptions, receiverSettings } from "./receiver-settings.ts";
import type { FlushReport, Registration } from "./registration.ts";

/** How long a shutdown may run over its deadline to let aborted sends and closing notifiers end. */
export const graceMs = 250;
export const defaultDrainMs = 10_000;

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
      "registerNotifier() takes a notifier: an object with `contract`, `id` and `send()`.",
    );
  }
  const contract: unknown = notifier.contract;
  if (contract !== contractVersion) {
    const spoken = contract === undefined ? "names none" : `was written to ${String(contract)}`;
    throw new ConfigError(
      "contract",
      `This core speaks notifier contract ${contractVersion}, but \`${String(notifier.id)}\` ${spoken}. Install versions that go together, or wrap it with defineNotifier().`,
    );
  }
};

export interface ReceiversHost {
  /** Live: the dispatcher reads it. */
  readonly all: Receiver[];
  readonly pipelineHost: PipelineHost;
  readonly notifierHost: NotifierHost;
  readonly dispatcher: Dispatcher;
  readonly intake: Intake;
}

/** Who is registered, and how they come and go. */
export class Receivers {
  readonly all: readonly Receiver[];
  readonly #host: ReceiversHost;

  constructor(host: ReceiversHost) {
    this.all = host.all;
    this.#host = host;
  }

  get pipelines(): readonly Pipeline[] {
    return this.all.map(({ pipeline }) => pipeline);
  }

  /** @throws ConfigError when no receiver has that name. */
  find(name: string): Receiver {
    const found = this.all.find((receiver) => receiver.name === name);
    if (found !== undefined) return found;
    const names = this.all.map((receiver) => `\`${receiver.name}\``).join(", ");
    throw new ConfigError(
      "receiver",
      `No receiver has the name \`${name}\`. Registered: ${names || "none"}.`,
    );
  }

  add(notifier: Notifier, options: ReceiverOptions, once: boolean): Registration {
    checkNotifier(notifier);
    const settings = receiverSettings(notifier, options, {
      once,
      durable: this.#host.pipelineHost.journal.store.durable,
    });
    const filter = compileFilter(`The receiver \`${settings.name}\``, options);
    if (this.all.some(({ name }) => name === settings.name)) {
      throw new ConfigError(
        "name",
        `A receiver of the name \`${settings.name}\` is registered already. Give this one another \`name\`.`,
      );
    }
    const pipeline = new Pipeline(notifier, settings, this.#host.pipelineHost);
    const receiver = {
      name: settings.name,
      filter,
      pipeline,
      joinedAt: this.#host.intake.lastSeq,
      leftAt: Number.POSITIVE_INFINITY,
    };
    this.#host.all.push(receiver);
    count(notifier, 1);
    this.#attach(receiver);
    return this.#registration(receiver);
  }

  /** Gives a callback without a name of its own one that is free. */
  freeName(base: string): string {
    const taken = new Set(this.all.map(({ name }) => name));
    let name = base;
    for (let n = 2; taken.has(name); n += 1) name = `${base}-${n}`;
    return name;
  }

  /** Takes them all away at once; what waits is given up for that reason. */
  async release(receivers: readonly Receiver[], reason: string): Promise<void> {
    const { clock } = this.#host.pipelineHost;
    for (const { pipeline } of receivers) pipeline.abandon(reason);
    const landed = new Promise<void>((resolve) => {
      const look = () => {
        if (receivers.some(({ pipeline }) => pipeline.activity.inFlight > 0)) return;
        stop();
        resolve();
      };
      const stop = this.#host.dispatcher.onTurn(look);
      look();
    });
    await within(landed, graceMs, clock);
    await Promise.all(receivers.map(({ pipeline }) => this.#close(pipeline)));
  }

  async #close(pipeline: Pipeline): Promise<void> {
    pipeline.use.leave();
    const { notifier, name } = pipeline;
    if (count(notifier, -1) > 0 || notifier.close === undefined) return;
    const closing = (async () => notifier.close?.())().catch((cause: unknown) => {
      this.#host.pipelineHost.report({
        code: "close-failed",
        receiver: name,
        message: "Its close() failed.",
        cause,
      });
    });
    await within(closing, graceMs, this.#host.pipelineHost.clock);
  }

  #attach({ name, pipeline: { notifier } }: Receiver): void {
    try {
      notifier.attach?.(this.#host.notifierHost);
    } catch (cause) {
      const message = "Its attach() threw; it still gets events.";
      this.#host.pipelineHost.report({ code: "attach-failed", receiver: name, message, cause });
    }
  }

  #registration(receiver: Receiver): Registration {
    let leaving: Promise<FlushReport> | undefined;
    const unregister: Registration["unregister"] = ({
      drain: drains = true,
      deadlineMs = defaultDrainMs,
    } = {}) => {
      leaving ??= this.#leave(receiver, drains ? deadlineMs : 0);
      return leaving;
    };
    return {
      name: receiver.name,
      unregister,
      [Symbol.asyncDispose]: async () => {
        await unregister();
      },
    };
  }

  async #leave(receiver: Receiver, deadlineMs: number): Promise<FlushReport> {
    const release = hold();
    try {
      const upTo = this.#host.intake.lastSeq;
      receiver.leftAt = upTo;
      const { pipeline } = receiver;
      const what = {
        clock: this.#host.pipelineHost.clock,
        dispatcher: this.#host.dispatcher,
        pipelines: [pipeline],
        upTo,
      };
      const report = await drain({ ...what, deadlineMs, impatient: true });
      this.#host.all.splice(this.all.indexOf(receiver), 1);
      await this.release([receiver], "unregistered");
      return report;
    } finally {
      release();
    }
  }
}
