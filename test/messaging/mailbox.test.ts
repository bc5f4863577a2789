import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Mailbox } from '../../src/messaging/mailbox.ts';
import type { Message } from '../../src/protocol.ts';
import { toMessage } from '../messages.ts';

const part = (batch: string, index: number, of: number, more: Partial<Message> = {}): Message =>
  toMessage({
    id: `${batch}.${index}`,
    from: `w/${index}`,
    body: `part ${index}`,
    part: { batch, index, of },
    ...more,
  });

function fill(messages: readonly Message[]): Mailbox {
  const mailbox = new Mailbox();
  for (const message of messages) mailbox.push(message);
  return mailbox;
}

function drain(mailbox: Mailbox): Message[] {
  const taken: Message[] = [];
  for (let message = mailbox.take(); message !== undefined; message = mailbox.take()) taken.push(message);
  return taken;
}

const ids = (messages: Iterable<Message>) => [...messages].map(({ id }) => id);
const numbered = (count: number) => Array.from({ length: count }, (_, index) => toMessage({ id: `m${index}` }));

describe('messages without a part', () => {
  test('an empty mailbox has nothing to give', () => {
    const mailbox = new Mailbox();
    expect([mailbox.size, mailbox.hasNext, mailbox.has('m'), ids(mailbox)]).toEqual([0, false, false, []]);
    expect([mailbox.take(), mailbox.takeOldest(), mailbox.remove('m')]).toEqual([undefined, [], undefined]);
    expect(mailbox.takeExpired(1e9)).toEqual([]);
  });

  test('the oldest comes first, and is the very message', () => {
    const [first, second] = numbered(2) as [Message, Message];
    const mailbox = fill([first, second]);
    expect([mailbox.size, mailbox.hasNext, mailbox.take() === first, mailbox.take() === second]).toEqual([
      2,
      true,
      true,
      true,
    ]);
    expect([mailbox.size, mailbox.hasNext]).toEqual([0, false]);
  });

  test.each([1, 15, 16, 17, 100])('%i are known by their ids until they leave', (count) => {
    const mailbox = fill(numbered(count));
    expect(numbered(count).every(({ id }) => mailbox.has(id))).toBe(true);
    expect(mailbox.has('m')).toBe(false);
    const last = `m${count - 1}`;
    expect(mailbox.remove(last)?.id).toBe(last);
    mailbox.push(toMessage({ id: 'new' }));
    expect([mailbox.has(last), mailbox.has('new'), mailbox.remove(last)]).toEqual([false, true, undefined]);
    drain(mailbox);
    expect([mailbox.has('m0'), mailbox.has('new')]).toEqual([false, false]);
  });

  test('takes out the oldest, and any by its id', () => {
    const mailbox = fill(numbered(5));
    expect([mailbox.remove('m2')?.id, ids(mailbox.takeOldest()), mailbox.size]).toEqual(['m2', ['m0'], 3]);
    expect(ids(mailbox)).toEqual(['m1', 'm3', 'm4']);
    expect(ids(drain(mailbox))).toEqual(['m1', 'm3', 'm4']);
  });

  test('a long queue is neither slow nor grows when it is always full', () => {
    const mailbox = fill(numbered(1_000));
    for (let index = 1_000; index < 50_000; index++) {
      mailbox.push(toMessage({ id: `m${index}` }));
      expect(mailbox.take()?.id).toBe(`m${index - 1_000}`);
    }
    expect([mailbox.size, ids(mailbox)[0], mailbox.has('m48999'), mailbox.has('m49000')]).toEqual([
      1_000,
      'm49000',
      false,
      true,
    ]);
  });
});

describe('expiry', () => {
  test('takes out what is due, in the order of arrival, and leaves the rest', () => {
    const mailbox = fill([
      toMessage({ id: 'late', expiresAt: 30 }),
      toMessage({ id: 'never' }),
      toMessage({ id: 'soon', expiresAt: 10 }),
      toMessage({ id: 'due', expiresAt: 20 }),
    ]);
    expect(ids(mailbox.takeExpired(9))).toEqual([]);
    expect(ids(mailbox.takeExpired(20))).toEqual(['soon', 'due']);
    expect(ids(mailbox)).toEqual(['late', 'never']);
    expect(ids(mailbox.takeExpired(29))).toEqual([]);
    expect(ids(mailbox.takeExpired(1e9))).toEqual(['late']);
    expect(ids(drain(mailbox))).toEqual(['never']);
  });

  test('what comes after everything has left expires by its own time', () => {
    const mailbox = fill([toMessage({ id: 'one', expiresAt: 10 })]);
    mailbox.take();
    mailbox.push(toMessage({ id: 'two', expiresAt: 20 }));
    expect([ids(mailbox.takeExpired(15)), ids(mailbox.takeExpired(20))]).toEqual([[], ['two']]);
  });
});

describe('batches', () => {
  test('the parts are observed as one, in the order of their indexes, when the last has come', () => {
    const mailbox = fill([
      part('b', 2, 3, { part: { batch: 'b', index: 2, of: 3, isError: true }, body: 'no model' }),
      part('b', 0, 3),
    ]);
    expect([mailbox.size, mailbox.hasNext, mailbox.take()]).toEqual([2, false, undefined]);
    const last = part('b', 1, 3, { kind: 'reply', at: 7, causation: 'q', hops: 4 });
    mailbox.push(last);
    expect([mailbox.size, mailbox.hasNext]).toEqual([3, true]);
    const { part: _, ...rest } = last;
    expect(mailbox.take()).toStrictEqual({
      ...rest,
      id: 'b',
      from: 'w/1',
      body: 'w/0: part 0\nw/1: part 1\nw/2: no model',
      parts: [
        { from: 'w/0', body: 'part 0' },
        { from: 'w/1', body: 'part 1' },
        { from: 'w/2', body: 'no model', isError: true },
      ],
    });
    expect([mailbox.size, mailbox.hasNext]).toEqual([0, false]);
  });

  test('it is from the one sender of all parts, or from the last one', () => {
    const same = fill([part('b', 1, 2, { from: 'w/9' }), part('b', 0, 2, { from: 'w/9' })]);
    expect(same.take()?.from).toBe('w/9');
    const different = fill([part('b', 1, 2), part('b', 0, 2)]);
    expect(different.take()?.from).toBe('w/0');
  });

  test('an index that has come already is not kept, nor a part of a complete batch', () => {
    const mailbox = new Mailbox();
    expect(mailbox.push(part('b', 0, 2))).toBe(true);
    expect(mailbox.push(part('b', 0, 2, { id: 'again', body: 'again' }))).toBe(false);
    expect([mailbox.size, mailbox.hasNext, mailbox.has('again')]).toEqual([1, false, false]);
    expect(mailbox.push(part('b', 1, 2))).toBe(true);
    expect(mailbox.push(part('b', 2, 2))).toBe(false);
    expect(mailbox.take()?.body).toBe('w/0: part 0\nw/1: part 1');
    expect(mailbox.size).toBe(0);
  });

  test('one of one can be observed at once', () => {
    expect(fill([part('b', 0, 1)]).take()?.parts).toEqual([{ from: 'w/0', body: 'part 0' }]);
  });

  test('what was complete first is observed first, whatever came first', () => {
    const mailbox = fill([
      part('slow', 0, 2),
      toMessage({ id: 'm0' }),
      part('fast', 0, 2),
      part('fast', 1, 2),
      toMessage({ id: 'm1' }),
    ]);
    expect(ids([mailbox.take()!, mailbox.take()!, mailbox.take()!])).toEqual(['m0', 'fast', 'm1']);
    expect([mailbox.size, mailbox.hasNext]).toEqual([1, false]);
    mailbox.push(toMessage({ id: 'm2' }));
    mailbox.push(part('slow', 1, 2));
    expect(ids(drain(mailbox))).toEqual(['m2', 'slow']);
  });

  test('a part that waits long stays while thousands pass by', () => {
    const mailbox = fill([part('b', 0, 2)]);
    for (const message of numbered(5_000)) {
      mailbox.push(message);
      mailbox.push(toMessage({ id: `${message.id}x` }));
      expect([mailbox.take()?.id, mailbox.take()?.id]).toEqual([message.id, `${message.id}x`]);
    }
    mailbox.push(part('b', 1, 2));
    expect([mailbox.size, mailbox.take()?.body]).toEqual([2, 'w/0: part 0\nw/1: part 1']);
  });

  test('a complete batch of which a part is taken out waits for that part again', () => {
    const mailbox = fill([part('b', 0, 2), part('b', 1, 2)]);
    expect(mailbox.remove('b.0')?.id).toBe('b.0');
    expect([mailbox.size, mailbox.ready, mailbox.hasNext]).toEqual([1, 0, false]);
    mailbox.push(part('b', 0, 2, { body: 'once more' }));
    expect(mailbox.take()?.body).toBe('w/0: once more\nw/1: part 1');
  });

  test('a complete batch expires as a whole, with its last part; one that is not waits for as long as it takes', () => {
    const mailbox = fill([
      part('b', 0, 2, { expiresAt: 10 }),
      part('c', 0, 2, { expiresAt: 10 }),
      part('b', 1, 2, { expiresAt: 20 }),
    ]);
    expect(ids(mailbox.takeExpired(10))).toEqual([]);
    expect(mailbox.hasNext).toBe(true);
    expect(ids(mailbox.takeExpired(20))).toEqual(['b.0', 'b.1']);
    mailbox.push(part('c', 1, 2, { expiresAt: 60 }));
    expect([ids(mailbox.takeExpired(59)), ids(mailbox.takeExpired(60)), mailbox.size]).toEqual([[], ['c.0', 'c.1'], 0]);
  });

  test('what can be observed is counted: a batch once, when it is complete', () => {
    const mailbox = fill([toMessage({ id: 'm' }), part('b', 0, 3), part('b', 1, 3)]);
    expect([mailbox.size, mailbox.ready]).toEqual([3, 1]);
    const adds = [toMessage({ id: 'n' }), part('b', 2, 3), part('b', 1, 3), part('c', 0, 2), part('d', 0, 1)];
    expect(adds.map((message) => mailbox.wouldAdd(message))).toEqual([true, true, false, false, true]);
    mailbox.push(part('b', 2, 3));
    expect([mailbox.size, mailbox.ready]).toEqual([4, 2]);
    expect(mailbox.wouldAdd(part('b', 2, 3))).toBe(false);
    mailbox.takeOldest();
    expect([mailbox.size, mailbox.ready]).toEqual([3, 1]);
    mailbox.removeBatch('b');
    expect([mailbox.size, mailbox.ready]).toEqual([0, 0]);
  });

  test('the oldest to be taken out is the oldest that can be observed, with all of its parts', () => {
    const mailbox = fill([part('c', 0, 2), part('b', 1, 2), part('b', 0, 2), toMessage({ id: 'm' })]);
    expect(ids(mailbox.takeOldest())).toEqual(['b.0', 'b.1']);
    expect(ids(mailbox.takeOldest())).toEqual(['m']);
    expect([ids(mailbox.takeOldest()), mailbox.size]).toEqual([[], 1]);
  });
});

/** The same by the plainest means. */
class Plain {
  all: Message[] = [];

  #isComplete(batch: string): boolean {
    const parts = this.all.filter((one) => one.part?.batch === batch);
    return parts.length > 0 && parts.length === parts[0]!.part!.of;
  }

  #lastOf = (batch: string) => this.all.findLast((one) => one.part?.batch === batch)!;

  push(message: Message): boolean {
    const { part } = message;
    if (part !== undefined) {
      if (this.#isComplete(part.batch)) return false;
      if (this.all.some((one) => one.part?.batch === part.batch && one.part.index === part.index)) return false;
    }
    this.all.push(message);
    return true;
  }

  #canBeObserved = (one: Message) =>
    one.part === undefined || (this.#isComplete(one.part.batch) && this.#lastOf(one.part.batch) === one);

  get ready(): number {
    return this.all.filter(this.#canBeObserved).length;
  }

  take(): string | undefined {
    const next = this.all.find(this.#canBeObserved);
    this.all = this.all.filter((one) => one !== next && (!next?.part || one.part?.batch !== next.part.batch));
    return next?.part?.batch ?? next?.id;
  }

  takeOldest(): string[] {
    const before = this.all;
    this.take();
    const taken = before.filter((one) => !this.all.includes(one));
    return ids(taken.sort((a, b) => (a.part?.index ?? 0) - (b.part?.index ?? 0)));
  }

  takeExpired(now: number): string[] {
    const isExpired = ({ part, expiresAt }: Message) => {
      if (part !== undefined && !this.#isComplete(part.batch)) return false;
      const until = part === undefined ? expiresAt : this.#lastOf(part.batch).expiresAt;
      return until !== undefined && until <= now;
    };
    const expired = this.all.filter(isExpired);
    this.all = this.all.filter((one) => !expired.includes(one));
    return ids(expired);
  }

  remove(id: string | undefined): string | undefined {
    const found = this.all.find((one) => one.id === id);
    this.all = this.all.filter((one) => one !== found);
    return found?.id;
  }
}

function wouldAdd(plain: Plain, message: Message): boolean {
  const other = new Plain();
  other.all = [...plain.all];
  return other.push(message) && other.ready > plain.ready;
}

test('does what a plain list does, whatever happens to it, and what it iterates makes it again', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('push'), expiresAt: fc.option(fc.nat(60)) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('part'),
        batch: fc.nat(3),
        index: fc.nat(2),
        expiresAt: fc.option(fc.nat(60)),
      }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('take') }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('expire'), now: fc.nat(60) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('oldest') }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('remove'), nth: fc.nat(40) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('again') }) },
  ) as fc.Arbitrary<Record<string, any>>;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
      let mailbox = new Mailbox();
      const plain = new Plain();
      for (const [n, { do: what, batch, index, expiresAt, now, nth }] of steps.entries()) {
        const expiry = expiresAt === null || expiresAt === undefined ? {} : { expiresAt };
        if (what === 'push' || what === 'part') {
          const message =
            what === 'push'
              ? toMessage({ id: `m${n}`, ...expiry })
              : part(`b${batch}`, index, 3, { id: `m${n}`, ...expiry });
          expect(mailbox.push(message)).toBe(plain.push(message));
        } else if (what === 'take') expect(mailbox.take()?.id).toBe(plain.take());
        else if (what === 'expire') expect(ids(mailbox.takeExpired(now))).toEqual(plain.takeExpired(now));
        else if (what === 'oldest') expect(ids(mailbox.takeOldest())).toEqual(plain.takeOldest());
        else if (what === 'remove') expect(mailbox.remove(`m${n - nth}`)?.id).toBe(plain.remove(`m${n - nth}`));
        else mailbox = fill([...mailbox]);
        expect([mailbox.size, mailbox.ready]).toEqual([plain.all.length, plain.ready]);
        expect(mailbox.wouldAdd(part('b0', 2, 3))).toBe(wouldAdd(plain, part('b0', 2, 3)));
        expect(ids(mailbox)).toEqual(ids(plain.all));
        expect(mailbox.has(`m${n}`)).toBe(plain.all.some(({ id }) => id === `m${n}`));
      }
      expect(ids(drain(mailbox))).toEqual(
        Array.from({ length: 400 }, () => plain.take()).filter((id) => id !== undefined),
      );
    }),
    { numRuns: 50 },
  );
});
