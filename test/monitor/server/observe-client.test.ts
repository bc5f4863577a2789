import { describe, expect, test } from 'vitest';
import { TroupeError } from '../../../src/base/errors.ts';
import { CLIENT_OUTCOMES_MAX } from '../../../src/base/monitor-limits.ts';
import { ObserveClient } from '../../../src/monitor/server/observe-client.ts';
import { stubObserving } from './stub-observing.ts';

function setUp() {
  const observing = stubObserving();
  const sent: any[] = [];
  const client = new ObserveClient(observing, (message) => sent.push(message));
  const observe = (item: object, id?: string | number) =>
    client.observe({ type: 'observe', source: 'desk', item, ...(id !== undefined && { id }) });
  return { observing, sent, client, observe };
}

test('what is pushed is acknowledged with its id, and its outcome is told once', async () => {
  const { observing, sent, observe } = setUp();
  await observe({ text: 'a', user: 'ada' }, 'mine');
  expect(observing.pushed).toEqual([{ source: 'desk', item: { text: 'a', user: 'ada' } }]);
  expect(sent).toEqual([
    { type: 'observed', id: 'mine', outcome: { id: 'desk-1', source: 'desk', status: 'waiting' } },
  ]);
  observing.outcomes.change('desk-1', { status: 'working' });
  expect(sent).toHaveLength(1);
  observing.answer('desk-1');
  observing.answer('desk-1', 'again');
  expect(sent.slice(1)).toEqual([
    { type: 'outcome', id: 'mine', outcome: { id: 'desk-1', source: 'desk', status: 'done', reply: 'yes' } },
  ]);
  expect(observing.followed).toBe(0);
});

test('outcomes come as they are known, each with the id of its own message', async () => {
  const { observing, sent, observe } = setUp();
  for (const id of [1, 2, undefined]) await observe({ text: `${id}` }, id);
  for (const id of ['desk-2', 'desk-3', 'desk-1']) observing.answer(id);
  const outcomes = sent.filter(({ type }) => type === 'outcome');
  expect(outcomes.map(({ id, outcome }) => [id, outcome.id])).toEqual([
    [2, 'desk-2'],
    [undefined, 'desk-3'],
    [1, 'desk-1'],
  ]);
});

test('one that is known already is told at once', async () => {
  const { observing, sent, observe } = setUp();
  await observe({ text: 'a', id: 'x' });
  observing.answer('x');
  await observe({ text: 'a', id: 'x' }, 7);
  expect(sent.slice(2).map(({ type, id, outcome }) => [type, id, outcome.status])).toEqual([
    ['observed', 7, 'done'],
    ['outcome', 7, 'done'],
  ]);
  expect(observing.followed).toBe(0);
});

test('a refusal is passed on, and nothing is told', async () => {
  const { observing, sent, observe } = setUp();
  observing.refusal = new TroupeError('SOURCE_ENDED', 'over');
  await expect(observe({ text: 'a' })).rejects.toMatchObject({ code: 'SOURCE_ENDED' });
  expect(sent).toEqual([]);
});

describe('a client', () => {
  test('that has gone is told nothing more, and holds nothing', async () => {
    const { observing, sent, client, observe } = setUp();
    await observe({ text: 'a' });
    const late = observe({ text: 'b' });
    client.close();
    client.close();
    await late;
    observing.answer('desk-1');
    observing.answer('desk-2');
    expect([sent.length, observing.followed]).toEqual([1, 0]);
  });

  test('waits for so many outcomes, and pushes on when it has one', async () => {
    const { observing, observe } = setUp();
    // Those that are being accepted count too.
    const all = Array.from({ length: CLIENT_OUTCOMES_MAX }, () => observe({ text: 'a' }));
    await expect(observe({ text: 'b' })).rejects.toThrow(
      `Cannot push to source "desk": ${CLIENT_OUTCOMES_MAX} outcomes are awaited; wait for one`,
    );
    await Promise.all(all);
    await expect(observe({ text: 'b' })).rejects.toMatchObject({ code: 'TOO_MANY' });
    expect(observing.pushed).toHaveLength(CLIENT_OUTCOMES_MAX);
    observing.answer('desk-1');
    await observe({ text: 'b' });
  });
});
