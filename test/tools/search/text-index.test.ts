import { expect, test } from 'vitest';
import { TextIndex } from '../../../src/tools/search/text-index.ts';

const TEXTS = [
  { title: 'Disk full', text: 'Rotate the logs, then delete old snapshots.' },
  { title: 'Network', text: 'Packets are slow; the logs tell why.' },
  { title: 'Memory', text: 'Look for a leak.' },
];

function indexOf(texts = TEXTS): TextIndex {
  const index = new TextIndex();
  for (const [id, text] of texts.entries()) index.add(id, text);
  return index;
}

const ids = (index: TextIndex, query: string) => index.find(query).map(({ id }) => id);

test('finds what fits best first, titles before texts, with the words found', () => {
  const [first, second] = indexOf().find('network logs');
  expect([first?.id, second?.id]).toEqual([1, 0]);
  expect(first!.score).toBeGreaterThan(second!.score);
  expect(second?.terms).toEqual(new Set(['logs']));
});

test('finds the beginning of a word, and a misspelled one if there is no other', () => {
  expect(ids(indexOf(), 'snap')).toEqual([0]);
  expect(ids(indexOf(), 'snapshtos')).toEqual([0]);
  expect(ids(indexOf(), 'entirely different')).toEqual([]);
});

test('a long query counts by its longest words, and signs find nothing', () => {
  const query = `${Array.from({ length: 150 }, (_, i) => `w${i}`).join(' ')} snapshots`;
  expect(ids(indexOf(), query)).toEqual([0]);
  expect(ids(indexOf(), '?!')).toEqual([]);
});

test('equal texts come in the order in which they were added', () => {
  const same = Array.from({ length: 5 }, () => ({ title: 'same', text: 'words' }));
  expect(ids(indexOf(same), 'words')).toEqual([0, 1, 2, 3, 4]);
});

test('what was removed is not found, and can be added under another id', () => {
  const index = indexOf();
  index.remove(0, TEXTS[0]!);
  expect(ids(index, 'logs')).toEqual([1]);
  index.add(3, { title: 'Disk full', text: 'Delete the logs.' });
  expect(ids(index, 'disk')).toEqual([3]);
});
