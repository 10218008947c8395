interface Waiter {
  readonly met: () => boolean;
  /** Waits for one try only, not until it succeeds. */
  readonly impatient: boolean;
  readonly resolve: (met: boolean) => void;
}

/** Those who wait for something to become true. */
export class Waiters {
  #waiting: Waiter[] = [];

  /** Resolves to true when it is met, to false when it never will be or, to the impatient, not at this try. */
  until(met: () => boolean, impatient: boolean): Promise<boolean> {
    return new Promise((resolve) => this.#waiting.push({ met, impatient, resolve }));
  }

  /** Something has changed. */
  tell({ over, failed }: { over: boolean; failed: boolean }): void {
    if (this.#waiting.length === 0) return;
    this.#waiting = this.#waiting.filter(({ met, impatient, resolve }) => {
      const ends = met() || over || (impatient && failed);
      if (ends) resolve(met());
      return !ends;
    });
  }
}
