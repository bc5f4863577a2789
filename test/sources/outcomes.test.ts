import { describe, expect, test, vi } from 'vitest';
import { OUTCOMES_GONE_MAX, OUTCOMES_MAX, OUTCOMES_MAX_CHARS } from '../../src/base/limits.ts';
import { type Entry, isSettled, type Outcome, Outcomes, toOutcome } from '../../src/sources/outcomes.ts';

const toEntry = (id: string, more: Partial<Entry> = {}): Entry => ({
  id,
  source: 's',
  status: 'waiting',
  digest: id,
  ...more,
});

function setUp() {
  const keep = vi.fn();
  const forget = vi.fn();
  const outcomes = new Outcomes({ keep, forget });
  const add = (id: string, more: Partial<Entry> = {}) => outcomes.add(toEntry(id, more), { text: id });
  const answer = (id: string, reply = 'yes') => outcomes.change(id, { status: 'done', reply });
  return { outcomes, keep, forget, add, answer };
}

describe('what is kept', () => {
  test('an item with what was pushed, until it is settled; where it waits is not written again', () => {
    const { outcomes, keep, add, answer } = setUp();
    add('a', { user: 'ada' });
    expect(keep.mock.lastCall).toEqual([toEntry('a', { user: 'ada' }), { text: 'a' }]);
    outcomes.change('a', { status: 'waiting', agent: 'x/0' });
    outcomes.change('a', { status: 'working', agent: 'x/0', firstTurn: 3 });
    expect(keep).toHaveBeenCalledTimes(1);
    answer('a');
    const done = toEntry('a', { user: 'ada', status: 'done', agent: 'x/0', firstTurn: 3, reply: 'yes' });
    expect(keep.mock.lastCall).toEqual([done]);
    expect(outcomes.get('a')).toEqual(done);
  });

  test('an item that is in another message is found by that, and by its own id no more than before', () => {
    const { outcomes, keep, add } = setUp();
    add('a');
    outcomes.change('a', { status: 'waiting', message: 'm1' });
    expect(keep).toHaveBeenCalledTimes(2);
    outcomes.change('a', { status: 'waiting', message: 'm2' });
    expect([outcomes.ofMessage('m1'), outcomes.ofMessage('m2')?.id, outcomes.ofMessage('a')?.id]).toEqual([
      undefined,
      'a',
      'a',
    ]);
  });

  test('an answer that is no more is not told beside the next one', () => {
    const { outcomes, add } = setUp();
    add('a');
    outcomes.change('a', { status: 'dead', error: { code: 'X', message: 'x' }, turns: 2 });
    outcomes.change('a', { status: 'waiting' });
    expect(outcomes.get('a')).toEqual(toEntry('a'));
  });

  test('what is not there is not changed', () => {
    const { outcomes, keep } = setUp();
    outcomes.change('nobody', { status: 'done' });
    expect([outcomes.get('nobody'), keep.mock.calls]).toEqual([undefined, []]);
  });
});

describe('what goes', () => {
  test('of those that are settled the oldest; nothing that is open', () => {
    const { outcomes, forget, add, answer } = setUp();
    add('open');
    for (const id of ['a', 'b']) add(id);
    // Settled in another order than they came in.
    for (const id of ['b', 'a']) answer(id);
    for (let i = 3; i < OUTCOMES_MAX; i++) add(`${i}`);
    expect(forget).not.toHaveBeenCalled();
    add('one');
    expect(forget.mock.calls).toEqual([['b']]);
    expect([outcomes.get('b'), outcomes.isGone('b'), outcomes.isGone('a')]).toEqual([undefined, true, false]);
    add('two');
    expect([outcomes.isGone('a'), outcomes.get('open')?.status]).toEqual([true, 'waiting']);
    expect(() => add('three')).toThrow(
      `Cannot push to source "s": ${OUTCOMES_MAX} items wait for their answers; try again later`,
    );
    expect(outcomes.get('three')).toBeUndefined();
    answer('open');
    add('three');
    expect([outcomes.isGone('open'), outcomes.open().length]).toEqual([true, OUTCOMES_MAX]);
  });

  test('answers that are too long altogether, but not the newest', () => {
    const { outcomes, add, answer } = setUp();
    const half = 'x'.repeat(OUTCOMES_MAX_CHARS / 2);
    for (const id of ['a', 'b', 'c']) add(id);
    answer('a', half);
    answer('b', half);
    expect(outcomes.isGone('a')).toBe(false);
    answer('c', 'x');
    expect([outcomes.isGone('a'), outcomes.isGone('b')]).toEqual([true, false]);
    add('huge');
    answer('huge', `${half}${half}x`);
    expect([outcomes.isGone('b'), outcomes.isGone('c'), outcomes.get('huge')?.status]).toEqual([true, true, 'done']);
  });

  test('one that came to life again is not counted as settled', () => {
    const { outcomes, add } = setUp();
    add('a');
    outcomes.change('a', { status: 'dead', error: { code: 'X', message: 'x'.repeat(OUTCOMES_MAX_CHARS) } });
    outcomes.change('a', { status: 'waiting' });
    for (const id of ['b', 'c']) {
      add(id);
      outcomes.change(id, { status: 'done', reply: 'x' });
    }
    expect(outcomes.open().map(({ id }) => id)).toEqual(['a']);
    expect([outcomes.get('b')?.status, outcomes.get('c')?.status]).toEqual(['done', 'done']);
  });

  test('ids of what is gone are remembered for a while', () => {
    const { outcomes } = setUp();
    for (let i = 0; i < OUTCOMES_MAX + OUTCOMES_GONE_MAX + 1; i++)
      outcomes.restore(toEntry(`${i}`, { status: 'done' }));
    expect([outcomes.isGone('0'), outcomes.isGone('1'), outcomes.get(`${OUTCOMES_GONE_MAX + 1}`)?.status]).toEqual([
      false,
      true,
      'done',
    ]);
  });
});

test('those of an earlier life are as they were', () => {
  const { outcomes, keep } = setUp();
  outcomes.restore(toEntry('a', { message: 'm' }));
  outcomes.restore(toEntry('b', { status: 'done', reply: 'x' }));
  expect(outcomes.open().map(({ id }) => id)).toEqual(['a']);
  expect(outcomes.ofMessage('m')?.id).toBe('a');
  expect(keep).not.toHaveBeenCalled();
});

describe('who follows an item', () => {
  test('is told how it is, and whenever it changes, and nothing of others', () => {
    const { outcomes, add, answer } = setUp();
    add('a');
    add('b');
    const told: Outcome[] = [];
    const forget = outcomes.follow('a', { changed: (outcome) => told.push(outcome) });
    outcomes.change('a', { status: 'working', agent: 'x/0' });
    answer('b');
    answer('a');
    expect(told.map(({ status }) => status)).toEqual(['waiting', 'working', 'done']);
    forget();
    forget();
    outcomes.change('a', { status: 'failed' });
    expect(told).toHaveLength(3);
  });

  test('of one that is not there hears nothing, and holds nothing', () => {
    const { outcomes, add } = setUp();
    const changed = vi.fn();
    outcomes.follow('a', { changed, wrote: changed })();
    add('a');
    outcomes.write('a', 'x', 1);
    expect(changed).not.toHaveBeenCalled();
    expect(outcomes.isRead('a')).toBe(false);
  });

  test('may read what is written; who does not want to is no reader', () => {
    const { outcomes, add } = setUp();
    add('a');
    const forgets = [outcomes.follow('a', { changed: () => {} })];
    expect(outcomes.isRead('a')).toBe(false);
    const wrote = vi.fn();
    forgets.push(outcomes.follow('a', { changed: () => {}, wrote }));
    expect(outcomes.isRead('a')).toBe(true);
    outcomes.write('a', 'Hel', 2);
    expect(wrote.mock.calls).toEqual([['Hel', 2]]);
    for (const forget of forgets) forget();
    expect(outcomes.isRead('a')).toBe(false);
  });
});

test('what is told says nothing of whom it is for', () => {
  const entry = toEntry('a', { user: 'ada', message: 'm', firstTurn: 1, agent: 'x/0', status: 'working' });
  expect(toOutcome(entry)).toEqual({ id: 'a', source: 's', status: 'working', agent: 'x/0' });
});

test.each([
  ['waiting', false],
  ['working', false],
  ['done', true],
  ['failed', true],
  ['dead', true],
] as const)('%s is settled: %s', (status, expected) => {
  expect(isSettled(status)).toBe(expected);
});
