import { expect, test } from 'vitest';
import { Asks } from '../../../src/monitor/history/asks.ts';

test('who has asked waits until all is answered', () => {
  const asks = new Asks();
  asks.ask(0, 1, 5);
  asks.ask(0, 1, 7);
  asks.ask(0, 2, 6);
  expect(asks.longest(9)).toEqual({
    waits: [
      { from: 0, to: 1, asks: 2, since: 5 },
      { from: 0, to: 2, asks: 1, since: 6 },
    ],
    total: 2,
  });
  asks.answer(1, 0);
  expect(asks.longest(9).waits[0]).toEqual({ from: 0, to: 1, asks: 1, since: 5 });
  asks.answer(1, 0);
  asks.answer(1, 0);
  expect(asks.longest(9).waits).toEqual([{ from: 0, to: 2, asks: 1, since: 6 }]);
  asks.answer(2, 0);
  expect(asks.longest(9)).toEqual({ waits: [], total: 0 });
});

test('who goes on waits for nobody; an answer that nobody waits for changes nothing', () => {
  const asks = new Asks();
  asks.ask(0, 1, 1);
  asks.ask(2, 1, 2);
  asks.answer(1, 7);
  asks.goesOn(0);
  asks.goesOn(0);
  expect(asks.longest(9).waits).toEqual([{ from: 2, to: 1, asks: 1, since: 2 }]);
});

test('those that have waited longest are told first, the others counted', () => {
  const asks = new Asks();
  for (const at of [4, 2, 3, 2]) asks.ask(9 - at, at, at);
  asks.ask(1, 8, 2);
  const { waits, total } = asks.longest(2);
  expect(waits.map(({ from, since }) => [from, since])).toEqual([
    [1, 2],
    [7, 2],
  ]);
  expect(total).toBe(4);
});
