/**
 * A handful of things that come and go all the time, in no order. Of a Set every few changes leave a
 * dead table behind, and what those name outlives the young collections of the heap.
 */
export class Bag<T> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items[Symbol.iterator]();
  }

  add(item: T): void {
    this.#items.push(item);
  }

  delete(item: T): void {
    const at = this.#items.indexOf(item);
    if (at < 0) return;
    const last = this.#items.pop();
    if (last !== undefined && at < this.#items.length) this.#items[at] = last;
  }
}
