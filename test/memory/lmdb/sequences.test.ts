import { expect, test } from 'vitest';
import { Sequences } from '../../../src/memory/lmdb/sequences.ts';

/** A database with run `old`, in which agent `a/0` has 4 batches; notes what is asked. */
function stored() {
  const asked: string[] = [];
  return {
    asked,
    isEmpty(run: string) {
      asked.push(run);
      return run !== 'old';
    },
    nextSequence(run: string, agent: string) {
      asked.push(`${run} ${agent}`);
      return agent === 'a/0' ? 5 : 1;
    },
  };
}

test('numbers go on where the stored ones end, each agent for itself', () => {
  const sequences = new Sequences(stored());
  expect([sequences.take('old', 'a/0'), sequences.take('old', 'a/0'), sequences.take('old', 'a/1')]).toEqual([5, 6, 1]);
  expect([sequences.take('new', 'a/0'), sequences.take('new', 'a/0')]).toEqual([1, 2]);
});

test('the database is asked once for a run, and once for an agent of a stored run', () => {
  const database = stored();
  const sequences = new Sequences(database);
  for (let count = 0; count < 3; count++) {
    for (const agent of ['a/0', 'a/1']) {
      sequences.take('old', agent);
      sequences.take('new', agent);
    }
  }
  expect(database.asked).toEqual(['old', 'old a/0', 'new', 'old a/1']);
});

test('a run that is forgotten is asked for again', () => {
  const sequences = new Sequences(stored());
  sequences.take('new', 'a/0');
  sequences.forget('new');
  expect(sequences.take('new', 'a/0')).toBe(1);
});

test('a name that does not fit a key is refused before anything is asked', () => {
  const database = stored();
  expect(() => new Sequences(database).take('old', 'a\0')).toThrow('Cannot store agent');
  expect(database.asked).toEqual([]);
});

test('the next number is known before it is taken', () => {
  const sequences = new Sequences(stored());
  expect([sequences.next('old', 'a/0'), sequences.next('none', 'a/1')]).toEqual([5, 1]);
  sequences.take('old', 'a/0');
  sequences.take('new', 'a/0');
  expect([sequences.next('old', 'a/0'), sequences.next('new', 'a/0'), sequences.next('new', 'a/1')]).toEqual([6, 2, 1]);
  expect(sequences.take('old', 'a/0')).toBe(6);
});
