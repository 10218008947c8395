import { expect } from "vitest";
import { factor } from "./runs.ts";

/** What a property has come across. One that never meets what it is about proves nothing. */
export class Sightings {
  readonly #counts = new Map<string, number>();

  see(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  expectAll(whats: readonly string[]): void {
    if (factor < 1) return; // too few runs to meet everything
    expect(
      whats.filter((what) => !this.#counts.has(what)),
      "never seen",
    ).toEqual([]);
  }
}
