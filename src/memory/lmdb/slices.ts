import type { Clock } from '../../base/clock.ts';

/** Does what takes long in slices, between which the event loop belongs to everybody else. */
export class Slices {
  readonly #clock: Pick<Clock, 'defer'>;
  readonly #around: <T>(work: () => T) => T;

  /** @param around Called with the work of each slice, to be done at once. */
  constructor(clock: Pick<Clock, 'defer'>, around: <T>(work: () => T) => T) {
    this.#clock = clock;
    this.#around = around;
  }

  /** Does `work` in a coming turn of the event loop, first come first served. @returns Settles with it. */
  run<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#clock.defer(() => {
        try {
          resolve(this.#around(work));
        } catch (error) {
          reject(error);
        }
      });
    });
  }
}
