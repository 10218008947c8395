import { equal, ok } from "node:assert/strict";
import { checkBooks, type FakeClock, fakeClock } from "@datasync-monitor/testkit";
import { ConfigError } from "../../../src/errors.ts";
import { createMonitor } from "../../../src/monitor.ts";
import type { Monitor } from "../../../src/monitor-api.ts";
import type { Notifier } from "../../../src/notifier.ts";
import type { Registration } from "../../../src/registration.ts";
import { chance } from "./chance.ts";
import { behave, type Manner } from "./manners.ts";
import { type StoreManners, storeWith } from "./store-manners.ts";

export interface HookManners {
  readonly send: Manner;
  readonly attach: Manner;
  readonly verify: Manner;
  readonly close: Manner;
  readonly where: Manner;
}

export const timeoutMs = 1_000;
/** A store that has not answered by then has failed. */
const storeMs = 5_000;
const storeFailure = /it throws|it rejects|no answer within/;
/** Beyond the deadline of whoever leaves: what flies may say how it ended, what is held is let go. */
const leavingMs = 500;

interface Call {
  readonly what: string;
  readonly startedAt: number;
  readonly withinMs: number;
  endedAt: number | undefined;
}

/** A monitor whose every hook has manners of its own, and all that was ever asked of it. */
export class Lifeworld {
  readonly clock: FakeClock = fakeClock();
  readonly monitor: Monitor;
  readonly registrations: Registration[] = [];
  closed = false;
  readonly #calls: Call[] = [];
  readonly #faults: unknown[] = [];
  #registered = 0;
  #closedBy = Number.POSITIVE_INFINITY;
  /** No `send` may begin any more. */
  #ended = false;

  constructor(store: StoreManners | undefined) {
    const { clock } = this;
    this.monitor = createMonitor({
      clock,
      random: chance(),
      onProblem: () => {
        throw new Error("onProblem throws");
      },
      store: store && storeWith(store, clock),
    });
    void this.monitor.observe(() => {
      throw new Error("the observer throws");
    });
  }

  /** Takes note of a call, and later of its end. It may be refused, in so many words, or fail as the store does. */
  ask(what: string, withinMs: number, call: () => Promise<unknown>): void {
    const startedAt = this.clock.monotonic();
    const noted: Call = { what, startedAt, withinMs, endedAt: undefined };
    this.#calls.push(noted);
    const over = (): void => {
      noted.endedAt = this.clock.monotonic();
    };
    call().then(over, (error: unknown) => {
      if (!ConfigError.is(error) && !storeFailure.test(String(error))) this.#faults.push(error);
      over();
    });
  }

  register(manners: HookManners, callback: boolean): void {
    const { clock, monitor } = this;
    this.#registered += 1;
    const name = `receiver-${this.#registered}`;
    const send = (): void | Promise<void> => {
      if (this.#ended) this.#faults.push(new Error(`${name} is sent to after the end`));
      return behave(manners.send, clock, () => {});
    };
    const where = (): boolean => behave(manners.where, clock, () => true) as boolean;
    const notifier: Notifier = {
      contract: 1,
      id: name,
      send,
      attach: () => behave(manners.attach, clock, () => {}) as void,
      verify: async () => behave(manners.verify, clock, () => {}),
      close: async () => behave(manners.close, clock, () => {}),
    };
    const options = { name, where, timeoutMs };
    this.registrations.push(
      callback
        ? monitor.registerCallback(send, options)
        : monitor.registerNotifier(notifier, { ...options, retry: { baseMs: 50, capMs: 300 } }),
    );
  }

  /** Something that lives beside the receivers, and leaves with the monitor. */
  attach(attaches: Manner, closes: Manner): void {
    const { clock, monitor } = this;
    monitor.attach({
      id: "beside",
      attach: () => behave(attaches, clock, () => {}) as void,
      close: () => behave(closes, clock, () => {}),
    });
  }

  unregister(which: number, drain: boolean, deadlineMs: number): void {
    const [registration] = this.registrations.splice(which % this.registrations.length, 1);
    if (registration === undefined) return;
    const withinMs = (drain ? deadlineMs : 0) + leavingMs;
    this.ask("unregister", withinMs, () => registration.unregister({ drain, deadlineMs }));
  }

  /** Whoever closes what is being closed joins, with the deadline of the first. */
  close(deadlineMs: number): void {
    const now = this.clock.monotonic();
    if (!this.closed) this.#closedBy = now + deadlineMs + leavingMs;
    this.closed = true;
    this.ask("close", Math.max(0, this.#closedBy - now), async () => {
      await this.monitor.close({ deadlineMs });
      this.#ended = true;
    });
  }

  /** Everything else that can be asked, each with the time it may take: what waits for the store, for one write and one answer. */
  readonly questions = {
    flush: () => this.ask("flush", 700, () => this.monitor.flush({ deadlineMs: 700 })),
    persisted: () => this.ask("persisted", 700, () => this.monitor.persisted({ deadlineMs: 700 })),
    ready: () => this.ask("ready", Number.POSITIVE_INFINITY, () => this.monitor.ready()),
    verify: () => this.ask("verify", timeoutMs, () => this.monitor.verify()),
    getDeliveries: () => this.ask("getDeliveries", 2 * storeMs, () => this.monitor.getDeliveries()),
    status: () => this.ask("status", 2 * storeMs, () => this.monitor.getComprehensiveStatus()),
    replay: () => this.ask("replay", 5 * storeMs, () => this.monitor.replay({})),
    sendTest: () => {
      const [first] = this.registrations;
      const withinMs = timeoutMs + 250 + 2 * storeMs;
      if (first !== undefined)
        this.ask("sendTest", withinMs, () => this.monitor.sendTest(first.name));
    },
  };

  async pass(ms: number): Promise<void> {
    if (ms >= 0) await this.clock.advance(ms);
    this.check();
  }

  check(): void {
    if (this.#faults.length > 0) throw this.#faults[0];
    checkBooks(this.monitor.stats());
    const now = this.clock.monotonic();
    for (const { what, startedAt, withinMs, endedAt } of this.#calls) {
      const tookMs = (endedAt ?? now) - startedAt;
      ok(tookMs <= withinMs, `${what} has taken ${tookMs} ms, and may take ${withinMs}`);
    }
  }

  /** It is closed, and then nothing is left: no call without its answer, and no timer that nobody waits for. */
  async end(): Promise<void> {
    if (!this.closed) this.close(300);
    await this.pass(1_200);
    const asking = (): boolean => this.#calls.some(({ endedAt }) => endedAt === undefined);
    if (!asking()) equal(this.clock.timers(), 0, "timers are still set");
    await this.pass(5 * storeMs);
    for (const { what, endedAt } of this.#calls) ok(endedAt !== undefined, `${what} never ends`);
    equal(this.clock.timers(), 0, "timers are still set");
  }
}
