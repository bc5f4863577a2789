import { expect, test } from 'vitest';
import { DeadLetters } from '../../src/messaging/dead-letters.ts';
import type { DeadLetter, DeadReason } from '../../src/protocol.ts';
import { toMessage } from '../messages.ts';

const letter = (id: string, reason: DeadReason = 'full', at = 0): DeadLetter => ({
  message: toMessage({ id }),
  reason,
  at,
});
const ids = (letters: DeadLetters) => letters.list().map(({ message }) => message.id);

test('none to begin with', () => {
  const letters = new DeadLetters();
  expect([letters.size, letters.total, letters.gaveWay, letters.counts(), letters.list()]).toEqual([0, 0, 0, {}, []]);
  expect(letters.take('m')).toBeUndefined();
});

test('are listed oldest first, and counted by reason', () => {
  const letters = new DeadLetters();
  for (const [id, reason] of [
    ['c', 'full'],
    ['a', 'expired'],
    ['b', 'full'],
  ] as const)
    letters.add(letter(id, reason));
  expect([ids(letters), letters.size, letters.total]).toEqual([['c', 'a', 'b'], 3, 3]);
  expect(letters.counts()).toEqual({ full: 2, expired: 1 });
});

test('one that is taken out is given once, and stays counted', () => {
  const letters = new DeadLetters();
  const first = letter('a');
  letters.add(first);
  letters.add(letter('b'));
  expect([letters.take('a') === first, letters.take('a')]).toEqual([true, undefined]);
  expect([ids(letters), letters.size, letters.total, letters.counts()]).toEqual([['b'], 1, 2, { full: 2 }]);
});

test('the oldest give way, and are counted', () => {
  const letters = new DeadLetters(3);
  for (const id of ['a', 'b', 'c', 'd', 'e']) letters.add(letter(id));
  expect([ids(letters), letters.size, letters.total, letters.gaveWay]).toEqual([['c', 'd', 'e'], 3, 5, 2]);
  expect([letters.take('a'), letters.counts()]).toEqual([undefined, { full: 5 }]);
  letters.take('d');
  letters.add(letter('f'));
  expect([ids(letters), letters.gaveWay]).toEqual([['c', 'e', 'f'], 2]);
});

test('a message that dies twice is kept as it died last', () => {
  const letters = new DeadLetters();
  letters.add(letter('a', 'full', 1));
  letters.add(letter('b'));
  letters.add(letter('a', 'ended', 2));
  expect([ids(letters), letters.size, letters.total]).toEqual([['b', 'a'], 2, 3]);
  expect(letters.take('a')).toMatchObject({ reason: 'ended', at: 2 });
});

test('ten thousand are kept by default', () => {
  const letters = new DeadLetters();
  for (let n = 0; n <= 10_000; n++) letters.add(letter(`m${n}`));
  expect([letters.size, letters.total, letters.gaveWay, ids(letters)[0]]).toEqual([10_000, 10_001, 1, 'm1']);
});

test('giving way stays quick and in order, with letters taken out and dying again in between', () => {
  const letters = new DeadLetters(100);
  let expected: string[] = [];
  for (let n = 0; n < 5_000; n++) {
    const id = n % 7 === 0 ? `m${n - 50}` : `m${n}`;
    letters.add(letter(id));
    expected = [...expected.filter((one) => one !== id), id].slice(-100);
    if (n % 11 === 0) {
      letters.take(`m${n - 20}`);
      expected = expected.filter((one) => one !== `m${n - 20}`);
    }
  }
  expect(ids(letters)).toEqual(expected);
});
