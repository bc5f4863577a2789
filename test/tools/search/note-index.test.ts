import { expect, test } from 'vitest';
import type { Note } from '../../../src/protocol.ts';
import { NoteIndexes } from '../../../src/tools/search/note-index.ts';

const note = (key: string, text: string, at = 1): Note => ({ key, text, agent: 'a/1', at });
const keys = (found: readonly Note[]) => found.map(({ key }) => key);

test('finds notes by key and text, best first, of equal ones the newest first', () => {
  const notes = [
    note('disk', 'it is full', 1),
    note('b', 'same words here', 2),
    note('a', 'same words here', 3),
    note('net', 'slow disk', 4),
  ];
  const indexes = new NoteIndexes();
  expect(keys(indexes.search('a/1', notes, 'disk', 5))).toEqual(['disk', 'net']);
  expect(keys(indexes.search('a/1', notes, 'words', 5))).toEqual(['a', 'b']);
  expect(keys(indexes.search('a/1', notes, 'words', 1))).toEqual(['a']);
});

test('sees what was added and replaced since the last search, and each owner’s own notes', () => {
  const indexes = new NoteIndexes();
  const first = [note('disk', 'full'), note('net', 'slow')];
  expect(keys(indexes.search('a/1', first, 'full', 5))).toEqual(['disk']);
  const second = [note('net', 'slow'), note('disk', 'empty again', 2), note('load', 'full', 3)];
  expect(keys(indexes.search('a/1', second, 'full', 5))).toEqual(['load']);
  expect(indexes.search('a/1', second, 'empty', 5)).toEqual([note('disk', 'empty again', 2)]);
  expect(indexes.search('a/2', [], 'full', 5)).toEqual([]);
});

test('indexes nothing again that has not changed', () => {
  const indexes = new NoteIndexes();
  const texts: string[] = [];
  const watched = (key: string, text: string): Note => ({
    key,
    agent: 'a/1',
    at: 1,
    get text() {
      texts.push(key);
      return text;
    },
  });
  const notes = [watched('disk', 'full'), watched('net', 'slow')];
  indexes.search('a/1', notes, 'full', 5);
  texts.length = 0;
  indexes.search('a/1', notes, 'full', 5);
  expect(texts).toEqual([]);
});

test('what was searched longest ago gives way, and is there when it is searched again', () => {
  const indexes = new NoteIndexes(4_000);
  const notes = [note('disk', 'x'.repeat(900))];
  for (const owner of ['a/1', 'a/2', 'a/3', 'a/4', 'a/1', 'a/5']) {
    expect(keys(indexes.search(owner, notes, 'disk', 5))).toEqual(['disk']);
  }
  expect(indexes.size).toBe(2);
  const large = [note('disk', 'x'.repeat(9_000))];
  expect(keys(indexes.search('a/6', large, 'disk', 5))).toEqual(['disk']);
  expect(indexes.size).toBe(1);
});
