import type { EventLoopSettings } from "./options.ts";

/** What there is to say after a round. */
export type LoopNews = "slow" | "still-slow" | "recovered";

/** Below this share of the threshold a round is calm; between the two nothing changes. */
const calmShare = 0.8;

/** The time from a slow round until the loop has been calm for a while. Told the time. */
export class Episode {
  readonly #settings: Omit<EventLoopSettings, "everyMs">;
  #isSlow = false;
  #toldAt = 0;
  #calmSince: number | undefined;

  constructor(settings: Omit<EventLoopSettings, "everyMs">) {
    this.#settings = settings;
  }

  /** @param startedAt - When the round began. */
  news(p99Ms: number, startedAt: number, now: number): LoopNews | undefined {
    const { thresholdMs, cooldownMs, remindMs } = this.#settings;
    if (!this.#isSlow) return p99Ms >= thresholdMs ? "slow" : undefined;
    if (p99Ms >= thresholdMs * calmShare) this.#calmSince = undefined;
    else this.#calmSince ??= startedAt;
    if (this.#calmSince !== undefined && now - this.#calmSince >= cooldownMs) return "recovered";
    return p99Ms >= thresholdMs && now - this.#toldAt >= remindMs ? "still-slow" : undefined;
  }

  /** The news was taken; what is not is news again after the next round. */
  told(news: LoopNews, now: number): void {
    this.#isSlow = news !== "recovered";
    this.#toldAt = now;
    this.#calmSince = undefined;
  }
}
