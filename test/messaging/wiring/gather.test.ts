import { expect, test } from 'vitest';
import { fan, losePart, toPart } from '../../../src/messaging/wiring/gather.ts';
import { toMessage } from '../../messages.ts';
import { toAnswer, toCause, toContext } from './topology-context.ts';

test('what goes to one who has ended goes to the gatherer, or on its way if nobody gathers', () => {
  const parts = { wire: 'w', to: ['b/0'], round: 2 };
  const [error] = fan(toAnswer('a/0'), { ...parts, gatherer: 'c/0' }, toContext(['b/0'])) ?? [];
  expect(error).toMatchObject({ from: 'b/0', to: 'c/0', round: 2, part: { index: 0, of: 1, isError: true } });
  const [plain] = fan(toAnswer('a/0'), { ...parts, gatherer: undefined }, toContext(['b/0'])) ?? [];
  expect(plain).toMatchObject({ from: 'a/0', to: 'b/0', round: 2 });
});

test('whoever gathers for himself hears of those who have ended with the first answer', () => {
  const to = ['b/0', 'b/1', 'b/2', 'b/3'];
  const sent = fan(toAnswer('a/0'), { wire: 'w', to, gatherer: 'a/0' }, toContext(['b/0', 'b/2']))!;
  expect(sent.map((delivery) => delivery.to)).toEqual(['b/1', 'b/3']);
  expect(sent.map(({ way }) => way?.gather?.gone?.length)).toEqual([2, undefined]);
  const told = toPart(toAnswer('b/1'), toCause(sent[0]!))!;
  expect(told.map(({ from, part }) => [from, part?.index, part?.isError])).toEqual([
    ['b/0', 0, true],
    ['b/2', 2, true],
    ['b/1', 1, undefined],
  ]);
  expect(told.some(({ part }) => 'gone' in (part ?? {}))).toBe(false);
  const lost = losePart({ agent: 'b/1', taken: 0, cause: toCause(sent[0]!), reason: 'no' });
  expect(lost.map(({ id }) => id)).toEqual(['a/0#1>w!0', 'a/0#1>w!2', 'a/0#1>w!1']);
});

test('nobody asks only those who have ended, to wait for himself', () => {
  const fanned = fan(toAnswer('a/0'), { wire: 'w', to: ['b/0'], gatherer: 'a/0' }, toContext(['b/0']));
  expect(fanned).toBeUndefined();
});

test('a part has the round of its question', () => {
  const way = { gather: { batch: 'x', index: 1, of: 2, to: 'a/0' } };
  const cause = toMessage({ wire: 'w', round: 3, way });
  expect(toPart(toAnswer('b/0'), cause)).toEqual([
    {
      id: 'b/0#1>x',
      from: 'b/0',
      to: 'a/0',
      body: 'b/0 says',
      wire: 'w',
      round: 3,
      part: { batch: 'x', index: 1, of: 2 },
    },
  ]);
  const loss = { agent: 'b/0', taken: 0, cause, reason: 'no' };
  expect(losePart(loss)).toMatchObject([{ id: 'x!1', round: 3, part: { isError: true } }]);
});

test('nothing is lost, and nothing a part, that nobody gathers', () => {
  const cause = toMessage({ wire: 'w' });
  expect(toPart(toAnswer('b/0'), cause)).toBeUndefined();
  expect(losePart({ agent: 'b/0', taken: 0, cause, reason: 'no' })).toEqual([]);
  expect(losePart({ agent: 'b/0', taken: 0, cause: undefined, reason: 'no' })).toEqual([]);
});
