/** So many times the plateau. */
const BEYOND = 1.05;

/**
 * How a limit that was cut grows again: fast at first, hardly at all where it had been found, then faster and faster,
 * since then it is no longer where it was. The curve is that of CUBIC, TCP's congestion control (RFC 9438).
 */
export class CubicCurve {
  readonly #plateau: number;
  readonly #plateauMs: number;
  readonly #scaleMs: number;
  #ms = 0;

  /**
   * @param from Where it begins, more than 0.
   * @param plateau Where the limit is believed to be, `from` or more.
   * @param scaleMs Milliseconds from the plateau to twice as much.
   */
  constructor(from: number, plateau: number, scaleMs: number) {
    this.#plateau = plateau;
    this.#scaleMs = scaleMs;
    this.#plateauMs = scaleMs * Math.cbrt(1 - from / plateau);
  }

  get value(): number {
    return this.#plateau * (1 + ((this.#ms - this.#plateauMs) / this.#scaleMs) ** 3);
  }

  /** It has grown so far that the limit is not where it was believed to be: there is nothing to be careful about. */
  get isBeyond(): boolean {
    return this.value > this.#plateau * BEYOND;
  }

  /** @param ms Time in which the limit was made use of to the full. */
  grow(ms: number): void {
    this.#ms += ms;
  }
}
