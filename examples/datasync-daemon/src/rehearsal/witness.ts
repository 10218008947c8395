import type { Monitor, MonitorEvent } from "@datasync-monitor/core";

interface Wait {
  readonly type: string;
  readonly fits: (event: MonitorEvent) => boolean;
  readonly resolve: (event: MonitorEvent) => void;
}

const patienceMs = 30_000;

/** Sees every event that the monitor takes. */
export class Witness {
  readonly #waits = new Set<Wait>();
  readonly #interrupted: AbortSignal;

  constructor(monitor: Monitor, interrupted: AbortSignal) {
    this.#interrupted = interrupted;
    monitor.observe((signal) => {
      if (signal.kind === "taken") this.#see(signal.event);
    });
  }

  /** The next event of that type, from now on; rejects when it does not come, or when the run is interrupted. */
  next(type: string, fits: (event: MonitorEvent) => boolean = () => true): Promise<MonitorEvent> {
    const coming = new Promise<MonitorEvent>((resolve, reject) => {
      const fail = (why: string): void => {
        end();
        reject(new Error(`waited for ${type}: ${why}`));
      };
      const late = `it did not come within ${patienceMs / 1_000} s`;
      const timer = setTimeout(() => fail(late), patienceMs);
      const onInterrupt = (): void => fail("interrupted");
      const end = (): void => {
        clearTimeout(timer);
        this.#waits.delete(wait);
        this.#interrupted.removeEventListener("abort", onInterrupt);
      };
      const wait: Wait = {
        type,
        fits,
        resolve(event) {
          end();
          resolve(event);
        },
      };
      this.#waits.add(wait);
      this.#interrupted.addEventListener("abort", onInterrupt);
      if (this.#interrupted.aborted) onInterrupt();
    });
    // It may fail while its caller waits for something else first.
    coming.catch(() => {});
    return coming;
  }

  #see(event: MonitorEvent): void {
    for (const { type, fits, resolve } of this.#waits) {
      if (event.event_type === type && fits(event)) resolve(event);
    }
  }
}
