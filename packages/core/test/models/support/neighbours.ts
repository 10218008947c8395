import { equal, ok } from "node:assert/strict";
import { checkBooks, type FakeClock, fakeClock } from "@datasync-monitor/testkit";
import { DeliveryError } from "../../../src/errors.ts";
import { createMonitor } from "../../../src/monitor.ts";
import type { Monitor } from "../../../src/monitor-api.ts";
import type { RateLimit } from "../../../src/notifier.ts";
import type { Registration } from "../../../src/registration.ts";
import type { MonitorSignal } from "../../../src/signals.ts";
import { BreakerModel, type BreakerModelOptions } from "./breaker-model.ts";
import { chance } from "./chance.ts";
import { Destination, type Flight } from "./destination.ts";
import { RateLog } from "./rate-log.ts";
import { restOf } from "./rest.ts";

export interface NeighboursOptions {
  readonly obedient: boolean;
  readonly concurrency: number;
  readonly limits: readonly RateLimit[];
  readonly breaker: BreakerModelOptions;
}

export const timeoutMs = 300;
/** After its deadline a send may still say how it ended. */
const patienceMs = timeoutMs + 250;
const maxRetryAfterMs = 2_000;
/** What a destination waits for at most that limits us seven times in a row without saying how long. */
const longestPauseMs = 6_400;
const retry = { baseMs: 50, capMs: 500, maxAttempts: 4, maxRetryAfterMs };

interface Journey {
  readonly flight: Flight;
  readonly epoch: number;
  readonly request: ReturnType<RateLog["begin"]>;
}

/** Two monitors whose receivers share one destination, and what that destination may be asked when. */
export class Neighbours {
  readonly clock: FakeClock = fakeClock();
  readonly destination: Destination;
  readonly #options: NeighboursOptions;
  readonly #monitors: readonly Monitor[];
  readonly #breaker: BreakerModel;
  readonly #log: RateLog;
  readonly #registrations = new Map<string, Registration>();
  /** Sends that core has not taken note of yet: they fly, or have just ended. */
  readonly #journeys: Journey[] = [];
  readonly #faults: unknown[] = [];
  #pausedUntil = 0;
  /** It asked for rest, and nobody has heard from it since. */
  #rests = false;
  /** Whoever asks it after its rest, alone. */
  #scout: Flight | undefined;
  #joined = 0;
  /** States of the breaker and pauses, as they were seen. */
  readonly seen = new Set<string>();

  constructor(options: NeighboursOptions) {
    this.#options = options;
    this.#breaker = new BreakerModel(options.breaker);
    this.#log = new RateLog(options.limits);
    const { clock } = this;
    const onSend = (flight: Flight): void => this.#watch(() => this.#began(flight));
    this.destination = new Destination({ clock, obedient: options.obedient, onSend });
    this.#monitors = [1, 2].map((seed) =>
      createMonitor({ clock, random: chance(seed), onProblem: () => {} }),
    );
    for (const monitor of this.#monitors)
      monitor.observe((signal) => this.#watch(() => this.#hear(signal)));
    this.join(0);
    this.join(1);
  }

  get #now(): number {
    return this.clock.monotonic();
  }

  readonly #watch = (look: () => void): void => {
    try {
      look();
    } catch (fault) {
      this.#faults.push(fault);
    }
  };

  /** Registers one more receiver of the destination. */
  join(which: number): void {
    this.#joined += 1;
    const { limits: rateLimits, breaker, concurrency } = this.#options;
    const name = `receiver-${this.#joined}`;
    const notifier = this.destination.notifier(name, {
      maxBatchSize: 3,
      destinationKey: "shared by all",
    });
    const treatment = { rateLimits, breaker, concurrency, timeoutMs, retry };
    const registration = this.#monitors[which]?.registerNotifier(notifier, treatment);
    if (registration !== undefined) this.#registrations.set(name, registration);
  }

  get crowded(): boolean {
    return this.#registrations.size > 2;
  }

  /** One leaves at once, whatever it has under way; the first never does. */
  leave(): void {
    const [, second] = this.#registrations;
    if (second === undefined) return;
    const [name, registration] = second;
    this.#registrations.delete(name);
    void registration.unregister({ drain: false });
  }

  emit(which: number, count: number): void {
    const monitor = this.#monitors[which];
    for (let n = 0; n < count; n += 1)
      monitor?.emitEvent({ event_type: "health_check", message: "x" });
  }

  #began(flight: Flight): void {
    const now = this.#now;
    ok(now >= this.#pausedUntil, `sent ${this.#pausedUntil - now} ms before the pause is over`);
    ok(this.#scout === undefined, "sent beside the one that asks whether the pause is over");
    if (this.#rests) this.#scout = flight;
    const epoch = this.#breaker.begin(now);
    this.#journeys.push({ flight, epoch, request: this.#log.begin(now) });
  }

  #hear(signal: MonitorSignal): void {
    if (signal.kind === "breaker") {
      this.seen.add(signal.state);
      // It is half-open just before the probe begins, which is what the model goes by.
      if (signal.state !== "half-open") this.#breaker.expect(signal.state);
    }
    if (signal.kind === "paused") this.seen.add("paused");
    if (signal.kind === "attempt") this.#ended(signal);
  }

  /** Whose attempt it was is not told: the oldest that is over, for they end in order. */
  #ended({ receiver, outcome }: Extract<MonitorSignal, { kind: "attempt" }>): void {
    const now = this.#now;
    const own = this.#journeys.filter(({ flight }) => flight.receiver === receiver);
    const journey = own.find(({ flight }) => flight.endedAt !== undefined) ?? own[0];
    ok(journey !== undefined, "an attempt that the destination knows nothing of");
    this.#journeys.splice(this.#journeys.indexOf(journey), 1);
    journey.request.endedAt = now;
    this.#breaker.end(journey.epoch, outcome, now);
    if (journey.flight === this.#scout) {
      this.#scout = undefined;
      this.#rests = outcome === "aborted"; // by us: it has heard nothing
    }
    const { error } = journey.flight;
    const left = !this.#registrations.has(receiver);
    const asked = restOf(error);
    if (asked === undefined || !DeliveryError.is(error) || error.code !== outcome || left) return;
    this.#rests = true;
    this.#pausedUntil = Math.max(this.#pausedUntil, now + Math.min(asked, maxRetryAfterMs));
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    this.check();
  }

  check(): void {
    if (this.#faults.length > 0) throw this.#faults[0];
    const now = this.#now;
    for (const monitor of this.#monitors) {
      const stats = monitor.stats();
      checkBooks(stats);
      for (const { name, breaker, pending, in_flight, retrying, paused_until } of stats.receivers) {
        if (!this.#registrations.has(name)) continue;
        this.#breaker.expect(breaker);
        const idle = in_flight < this.#options.concurrency && retrying === 0;
        const rested = paused_until === null && this.#scout === undefined;
        const free = this.#breaker.free(now) && this.#log.free(now) && rested;
        const waiting = pending - this.#inFlight(name);
        ok(!idle || !free || waiting === 0, `${name} waits for nothing`);
      }
    }
  }

  #inFlight(name: string): number {
    return this.#journeys
      .filter(({ flight }) => flight.receiver === name)
      .reduce((sum, { flight }) => sum + flight.ids.length, 0);
  }

  /** The destination is well again, though what hangs there goes on hanging: all is delivered soon. */
  async end(): Promise<void> {
    this.destination.heal();
    // What flies is given up, the pause, the cooldown and the backoff end; then the limits decide.
    await this.pass(patienceMs + longestPauseMs + retry.capMs);
    await this.pass(Math.max(0, this.#breaker.latest - this.#now));
    const pending = (): number =>
      this.#monitors
        .flatMap((monitor) => monitor.stats().receivers)
        .reduce((sum, receiver) => sum + receiver.pending, 0);
    for (let left = pending(), round = 0; left > 0; left = pending(), round += 1) {
      ok(round < 100, `${left} events are not delivered to a destination that is well`);
      await this.pass(1_000);
    }
    const [first] = this.#monitors[0]?.stats().receivers ?? [];
    if (this.destination.flights.length > 0) equal(first?.breaker, this.#breaker.state);
    const closing = this.#monitors.map((monitor) => monitor.close({ deadlineMs: 0 }));
    await this.clock.advance(500);
    await Promise.all(closing);
    equal(this.clock.timers(), 0, "timers are still set");
  }
}
