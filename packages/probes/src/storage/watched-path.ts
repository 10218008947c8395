import { Guard } from "../guard.ts";
import type { Surroundings } from "../probe.ts";
import { storageEvent } from "./event.ts";
import { Growth } from "./growth.ts";
import type { StorageSettings } from "./options.ts";
import { checkedReading, type Look, lookOf, type StorageReading, usedRatioOf } from "./reading.ts";
import { type StorageStatus, statusOf } from "./status.ts";

/** What was told of a path last, maybe by the process before this one. */
export interface Told {
  readonly status: StorageStatus;
  /** RFC 3339: when it came to this status. */
  readonly since: string;
  /** Wall time of the event, in milliseconds. */
  readonly at: number;
}

/** One path: what was told of it, and how it is now. */
export class WatchedPath {
  readonly path: string;
  readonly #settings: StorageSettings;
  readonly #around: Surroundings;
  readonly #guard: Guard<StorageReading | undefined>;
  readonly #growth: Growth;
  /** Looked at before anything is told. */
  #look: Look = { reason: "" };
  #told: StorageStatus = "ok";
  #since = "";
  /** In monotonic time; undefined while nothing was told. */
  #toldAt: number | undefined;

  constructor(path: string, settings: StorageSettings, around: Surroundings) {
    this.path = path;
    this.#settings = settings;
    this.#around = around;
    const { clock, stopping } = around;
    const { timeoutMs, measure } = settings;
    const read = async (signal: AbortSignal) => checkedReading(await measure(path, signal));
    this.#guard = new Guard(read, { clock, timeoutMs, stopping });
    this.#growth = new Growth(settings.everyMs);
  }

  async look(): Promise<void> {
    const answer = await this.#guard.call();
    this.#look = lookOf(answer, this.#settings.timeoutMs, this.#around.host.locale);
    if ("reason" in this.#look) return this.#growth.clear();
    const { totalBytes, freeBytes } = this.#look.reading;
    this.#growth.add(this.#around.clock.monotonic(), totalBytes - freeBytes);
  }

  /** Takes up what was told before, unless something has been told since. */
  recall({ status, since, at }: Told): void {
    if (this.#toldAt !== undefined) return;
    const { clock } = this.#around;
    this.#told = status;
    this.#since = since;
    this.#toldAt = clock.monotonic() - Math.max(0, clock.now() - at);
  }

  get status(): StorageStatus {
    if ("reason" in this.#look) return "unreadable";
    return statusOf(usedRatioOf(this.#look.reading), this.#told, this.#settings);
  }

  /** Whether there is something new to tell, or something bad to tell again. */
  get isDue(): boolean {
    const { status } = this;
    if (status !== this.#told) return true;
    const toldAt = this.#toldAt ?? Number.POSITIVE_INFINITY;
    return status !== "ok" && this.#around.clock.monotonic() - toldAt >= this.#settings.remindMs;
  }

  /** False when the event was not taken: it is still due. */
  tell(): boolean {
    const { host, clock, emit } = this.#around;
    const { path, status } = this;
    const before = this.#told;
    const since = status === before ? this.#since : new Date(clock.now()).toISOString();
    const bytesPerHour = this.#growth.bytesPerHour();
    const notice = { path, status, before, since, look: this.#look, bytesPerHour };
    if (!emit(storageEvent(notice, host.locale))) return false;
    this.#told = status;
    this.#since = since;
    this.#toldAt = clock.monotonic();
    return true;
  }
}
