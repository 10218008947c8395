/** Requests under way. Their number is enough: names in a Set would outlive them on the heap. */
export class Flights {
  #count = 0;
  #landed: (() => void) | undefined;

  begin(): void {
    this.#count += 1;
  }

  end(): void {
    this.#count -= 1;
    if (this.#count === 0) this.#landed?.();
  }

  /** Resolves when none is under way, or after `ms`. */
  landed(ms: number): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#landed = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
