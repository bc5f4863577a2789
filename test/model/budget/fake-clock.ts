/** A clock that goes on by hand, for what has to be looked at in between. */
export function createFakeClock() {
  let deferred: (() => void)[] = [];
  return {
    time: 0,
    elapsed(): number {
      return this.time;
    },
    defer(fn: () => void): void {
      deferred.push(fn);
    },
    /** One turn of the event loop. */
    turn(): void {
      const due = deferred;
      deferred = [];
      for (const fn of due) fn();
    },
    /** Turns until nothing is left to do. */
    settle(): void {
      for (let turns = 0; deferred.length > 0; turns++) {
        if (turns === 10_000) throw new Error('It does not come to rest');
        this.turn();
      }
    },
  };
}
