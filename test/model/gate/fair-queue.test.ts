import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FairQueue, type UserArrival } from '../../../src/model/gate/fair-queue.ts';

class Call implements UserArrival {
  isGone = false;
  readonly arrival: number;
  readonly user: string | undefined;
  readonly name: string;

  constructor(arrival: number, user: string | undefined, name: string) {
    this.arrival = arrival;
    this.user = user;
    this.name = name;
  }
}

/** Calls for each name, whose first letter is the user; those of `-` are for nobody. */
function queueOf(...names: string[]) {
  const queue = new FairQueue<Call>();
  const calls: Record<string, Call> = {};
  const come = (name: string) => {
    const user = name.startsWith('-') ? undefined : name.slice(0, 1);
    const call = new Call(queue.nextTicket(), user, name);
    calls[name] = call;
    queue.meet(call);
    queue.add(call);
  };
  for (const name of names) come(name);
  return { queue, calls, come };
}

function take(queue: FairQueue<Call>): Call | undefined {
  const call = queue.peek();
  if (call !== undefined) queue.take();
  return call;
}

function drain(queue: FairQueue<Call>, most = Number.POSITIVE_INFINITY): string {
  const names: string[] = [];
  while (names.length < most) {
    const call = take(queue);
    if (call === undefined) break;
    names.push(call.name);
  }
  return names.join(' ');
}

describe('FairQueue', () => {
  test('users take turns, each in the order in which its calls came', () => {
    const { queue } = queueOf('a1', 'a2', 'a3', 'b1', 'c1', 'c2');
    expect(drain(queue)).toBe('a1 b1 c1 a2 c2 a3');
    expect(queue.peek()).toBeUndefined();
  });

  test('without users it is first come, first served, also for what is put back', () => {
    const { queue, calls } = queueOf('-1', '-2', '-3', '-4');
    expect(drain(queue, 3)).toBe('-1 -2 -3');
    for (const name of ['-3', '-1']) queue.putBack(calls[name]!);
    expect(drain(queue)).toBe('-1 -3 -4');
    expect(queue.users).toBe(0);
  });

  test('each call for nobody is a party of its own', () => {
    const { queue } = queueOf('a1', 'a2', 'a3', '-1', '-2');
    expect(drain(queue)).toBe('a1 -1 -2 a2 a3');
  });

  test('one of a new user waits for no more than a call of each that waits', () => {
    const { queue, come } = queueOf(...Array.from({ length: 200 }, (_, index) => `a${index}`));
    drain(queue, 50);
    come('b1');
    expect(drain(queue, 2)).toBe('a50 b1');
  });

  test('who was refused has the turn again, before all who came later', () => {
    const { queue, calls, come } = queueOf('a1', 'b1', 'c1');
    expect(drain(queue, 2)).toBe('a1 b1');
    come('d1');
    for (const name of ['b1', 'a1']) queue.putBack(calls[name]!);
    expect(drain(queue)).toBe('a1 b1 c1 d1');
  });

  test('so has one that has more calls waiting', () => {
    const { queue, calls } = queueOf('a1', 'a2', 'b1', 'b2');
    expect(drain(queue, 1)).toBe('a1');
    queue.putBack(calls.a1!);
    expect(drain(queue)).toBe('a1 b1 a2 b2');
  });

  test('all that were refused of one user do not go before one of another who came later', () => {
    const { queue, calls, come } = queueOf('a1', 'a2', 'a3', 'a4');
    expect(drain(queue)).toBe('a1 a2 a3 a4');
    come('b1');
    come('-1');
    for (const name of ['a3', 'a1', 'a4', 'a2']) queue.putBack(calls[name]!);
    expect(drain(queue)).toBe('a1 b1 -1 a2 a3 a4');
  });

  test('nor when they come back one after the other', () => {
    const { queue, calls, come } = queueOf('a1', 'a2', 'a3');
    drain(queue);
    come('b1');
    queue.putBack(calls.a1!);
    expect(drain(queue, 1)).toBe('a1');
    queue.putBack(calls.a2!);
    expect(drain(queue)).toBe('b1 a2');
  });

  test('what is put back of a user that waits goes before its later calls, and moves nobody else', () => {
    const { queue, calls } = queueOf('a1', 'a2', 'a3', 'b1', 'b2', 'b3');
    expect(drain(queue, 3)).toBe('a1 b1 a2');
    queue.putBack(calls.a1!);
    expect(drain(queue)).toBe('b2 a1 b3 a3');
  });

  test('a user whose calls have gone is passed over', () => {
    const { queue, calls } = queueOf('a1', 'a2', 'b1', 'b2', 'c1');
    for (const name of ['b1', 'b2', 'a1']) {
      calls[name]!.isGone = true;
      queue.noteGone(calls[name]!);
      queue.part(calls[name]!);
    }
    expect(queue.users).toBe(2);
    expect(drain(queue)).toBe('a2 c1');
  });

  test('who has left with all calls and comes again stands last', () => {
    const { queue, calls, come } = queueOf('a1', 'b1');
    calls.a1!.isGone = true;
    queue.noteGone(calls.a1!);
    queue.part(calls.a1!);
    come('a2');
    expect(drain(queue)).toBe('b1 a2');
  });

  test('any name will do for a user', () => {
    const queue = new FairQueue<Call>();
    for (const user of ['', '__proto__', 'constructor', undefined]) {
      const call = new Call(queue.nextTicket(), user, `${user}`);
      queue.meet(call);
      queue.add(call);
    }
    expect(queue.users).toBe(3);
    expect(drain(queue)).toBe(' __proto__ constructor undefined');
  });

  test('forgets users whose calls are over, and does not grow by those that come and go', () => {
    const queue = new FairQueue<Call>();
    for (let index = 0; index < 20_000; index++) {
      const call = new Call(queue.nextTicket(), `user ${index}`, '');
      queue.meet(call);
      queue.add(call);
      if (index % 2 === 0) {
        expect(take(queue)).toBe(call);
      } else {
        call.isGone = true;
        queue.noteGone(call);
      }
      queue.part(call);
      expect(queue.users).toBe(0);
    }
    expect(queue.size).toBeLessThan(3_000);
  });

  test('clears away what has gone of a user', () => {
    const { queue, calls } = queueOf(...Array.from({ length: 5_000 }, (_, index) => `a${index}`));
    for (const call of Object.values(calls).slice(2)) {
      call.isGone = true;
      queue.noteGone(call);
      queue.part(call);
    }
    expect(queue.size).toBeLessThan(100);
    expect(drain(queue)).toBe('a0 a1');
  });

  test('keeps little of what was taken of each of many users', () => {
    const queue = new FairQueue<Call>();
    const come = (user: string) => {
      const call = new Call(queue.nextTicket(), user, '');
      queue.meet(call);
      queue.add(call);
    };
    for (let user = 0; user < 100; user++) come(`${user}`);
    for (let index = 0; index < 50_000; index++) {
      const { user } = queue.peek()!;
      come(user!);
      queue.part(take(queue)!);
    }
    expect([queue.users, queue.size < 8_000]).toEqual([100, true]);
  });

  test('does not grow by turns of two users that always wait', () => {
    const { queue, come } = queueOf('a', 'b');
    for (let index = 0; index < 20_000; index++) {
      const call = take(queue);
      come(call!.user!);
      queue.part(call!);
    }
    expect([queue.users, queue.size < 3_000]).toEqual([2, true]);
  });
});

type Step = { readonly add: string | undefined } | 'take' | { readonly back: number } | { readonly gone: number };

const user = fc.constantFrom('a', 'b', 'c', 'd', undefined);
const arrivals = fc.record({ add: user });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: arrivals },
    { weight: 4, arbitrary: fc.constant('take' as const) },
    { weight: 2, arbitrary: fc.record({ back: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.record({ gone: fc.nat(20) }) },
  ),
  { maxLength: 200 },
);

/** Holds what has to be so of a queue, whatever is done to it. */
class Witness {
  readonly queue = new FairQueue<Call>();
  readonly waiting = new Set<Call>();
  readonly out: Call[] = [];
  readonly served: Call[] = [];
  /** Of each party that waits: what others have taken since it began to, or since its last turn, and still have. */
  readonly passed = new Map<unknown, Set<Call>>();

  step(step: Step): void {
    if (step === 'take') this.take();
    else if ('add' in step) this.add(step.add);
    else if ('back' in step) this.putBack(step.back);
    else this.leave(step.gone);
    this.passed.forEach((_, party) => {
      if (![...this.waiting].some((call) => partyOf(call) === party)) this.passed.delete(party);
    });
    const users = [...this.waiting, ...this.out].map((call) => call.user).filter((name) => name !== undefined);
    expect(this.queue.users).toBe(new Set(users).size);
  }

  add(name: string | undefined): void {
    const call = new Call(this.queue.nextTicket(), name, name ?? '-');
    this.queue.meet(call);
    this.queue.add(call);
    this.wait(call);
  }

  wait(call: Call): void {
    this.waiting.add(call);
    if (!this.passed.has(partyOf(call))) this.passed.set(partyOf(call), new Set());
  }

  take(): void {
    const call = take(this.queue);
    expect(call === undefined).toBe(this.waiting.size === 0);
    if (call === undefined) return;
    expect(this.waiting.delete(call)).toBe(true);
    for (const other of this.waiting) {
      if (partyOf(other) === partyOf(call)) expect(other.arrival).toBeGreaterThan(call.arrival);
    }
    this.out.push(call);
    this.served.push(call);
    this.passed.set(partyOf(call), new Set());
    for (const [party, taken] of this.passed) {
      if (party === partyOf(call)) continue;
      taken.add(call);
      const parties = [...taken].map(partyOf);
      expect(new Set(parties).size).toBe(parties.length);
    }
  }

  putBack(index: number): void {
    const [call] = this.out.splice(index % Math.max(1, this.out.length), 1);
    if (call === undefined) return;
    this.queue.putBack(call);
    this.wait(call);
    for (const taken of this.passed.values()) taken.delete(call);
  }

  /** One that waits gives up, or one that is out is over. */
  leave(index: number): void {
    const all = [...this.waiting, ...this.out];
    const call = all[index % Math.max(1, all.length)];
    if (call === undefined) return;
    call.isGone = true;
    if (this.waiting.delete(call)) this.queue.noteGone(call);
    else this.out.splice(this.out.indexOf(call), 1);
    this.queue.part(call);
  }
}

function partyOf(call: Call): unknown {
  return call.user ?? call;
}

describe('whatever calls do', () => {
  test('none is lost, a user keeps its order, and nobody who waits is passed twice by the same party', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const witness = new Witness();
        for (const step of all) witness.step(step);
        while (witness.waiting.size > 0) witness.step('take');
        while (witness.out.length > 0) witness.step({ gone: 0 });
        expect([witness.queue.peek(), witness.queue.users]).toEqual([undefined, 0]);
      }),
      { numRuns: 1_000 },
    );
  }, 60_000);

  test('between two calls of a user that waits there is at most one of each other party', () => {
    fc.assert(
      fc.property(fc.array(arrivals, { minLength: 1, maxLength: 100 }), (all) => {
        const witness = new Witness();
        for (const step of all) witness.step(step);
        const parties = new Set([...witness.waiting].map(partyOf)).size;
        while (witness.waiting.size > 0) witness.step('take');
        const names = witness.served.map(({ user: name }) => name);
        for (const name of new Set(names)) {
          if (name === undefined) continue;
          const places = names.flatMap((each, place) => (each === name ? [place] : []));
          for (const [index, place] of places.entries()) {
            expect(place - (places[index - 1] ?? -1) - 1).toBeLessThanOrEqual(parties - 1);
          }
        }
        expect(witness.served).toHaveLength(all.length);
      }),
      { numRuns: 300 },
    );
  });

  test('without users it is in the order of arrival', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const witness = new Witness();
        for (const step of all) {
          const oldest = Math.min(...[...witness.waiting].map(({ arrival }) => arrival));
          expect(witness.queue.peek()?.arrival ?? Number.POSITIVE_INFINITY).toBe(oldest);
          witness.step(typeof step === 'object' && 'add' in step ? { add: undefined } : step);
        }
      }),
      { numRuns: 300 },
    );
  });
});
