import { expect, test } from 'vitest';
import { createLatest } from '../../../src/monitor/web/latest.ts';

test('one at a time, and of those asked for meanwhile the newest', () => {
  const sent: number[] = [];
  const ends: (() => void)[] = [];
  const ask = createLatest<number>((value, done) => {
    sent.push(value);
    ends.push(done);
  });
  ask(1);
  ask(2);
  ask(3);
  expect(sent).toEqual([1]);
  ends[0]!();
  expect(sent).toEqual([1, 3]);
  ends[1]!();
  expect(sent).toEqual([1, 3]);
  ask(4);
  expect(sent).toEqual([1, 3, 4]);
});

test('a request that ends at once does not hold up the next', () => {
  const sent: number[] = [];
  const ask = createLatest<number>((value, done) => {
    sent.push(value);
    done();
  });
  ask(1);
  ask(2);
  expect(sent).toEqual([1, 2]);
});
