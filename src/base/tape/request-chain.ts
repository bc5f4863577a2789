import type { RequestPart } from '../tape.ts';

/** A request that goes on from an earlier one: conversations grow, and each as a list of its own would be too much. */
export class RequestChain {
  readonly length: number;
  readonly #before: RequestChain | undefined;
  readonly #same: number;
  readonly #added: readonly RequestPart[];

  /**
   * @param same Parts that it has from `before`, the first ones; not more than that has.
   * @param added Those that come then.
   */
  constructor(before: RequestChain | undefined, same: number, added: readonly RequestPart[]) {
    this.#before = before;
    this.#same = same;
    this.#added = added;
    this.length = same + added.length;
  }

  toParts(): RequestPart[] {
    const pieces: (readonly RequestPart[])[] = [];
    let end = this.length;
    for (let link: RequestChain | undefined = this; link !== undefined && end > 0; link = link.#before) {
      if (end <= link.#same) continue;
      pieces.push(link.#added.slice(0, end - link.#same));
      end = link.#same;
    }
    return pieces.reverse().flat();
  }
}
