/** Different models and tools that are told apart. */
const NAMES_MAX = 1_000;

/** Names as numbers, in the order in which they first appear. */
export class Names {
  readonly list: string[] = [];
  readonly #places = new Map<string, number>();

  placeOf(name: string): number {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    // A model may make names up without end; past the last place they share one, and are not remembered.
    if (this.list.length >= NAMES_MAX) {
      this.list[NAMES_MAX] = '(others)';
      return NAMES_MAX;
    }
    const place = this.list.push(name) - 1;
    this.#places.set(name, place);
    return place;
  }
}
