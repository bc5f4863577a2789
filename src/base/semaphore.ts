/** At most `places` holders at once; those who wait get in in the order in which they came. */
export interface Semaphore {
  /** Calls `enter` now when a place is free, or when one becomes free. The holder must call `release` once. */
  acquire(enter: () => void): void;
  release(): void;
  readonly held: number;
  readonly waiting: number;
}

/**
 * @param places Whole number, 1 or more.
 * @throws {RangeError} If `places` is not that.
 */
export function createSemaphore(places: number): Semaphore {
  if (!Number.isInteger(places) || places < 1) throw new RangeError(`Cannot create a semaphore of ${places} places`);
  let held = 0;
  let queue: (() => void)[] = [];
  let head = 0;

  return {
    acquire(enter) {
      if (held < places) {
        held++;
        enter();
      } else {
        queue.push(enter);
      }
    },
    release() {
      const enter = queue[head];
      if (enter === undefined) {
        held--;
        return;
      }
      // The place passes on without becoming free in between.
      head++;
      if (head > 1_024 && head * 2 > queue.length) {
        queue = queue.slice(head);
        head = 0;
      }
      enter();
    },
    get held() {
      return held;
    },
    get waiting() {
      return queue.length - head;
    },
  };
}
