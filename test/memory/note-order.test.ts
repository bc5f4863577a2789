import { expect, test } from 'vitest';
import { compareNotes } from '../../src/memory/note-order.ts';
import { noteOf } from './records.ts';

test('the oldest comes first, and those of one moment come by key', () => {
  const notes = [noteOf('a', 'b', 2), noteOf('a', 'z', 1), noteOf('a', 'B', 2), noteOf('a', 'a', 2)];
  expect(notes.sort(compareNotes).map(({ key }) => key)).toEqual(['z', 'B', 'a', 'b']);
  expect(compareNotes(noteOf('a', 'x'), noteOf('b', 'x'))).toBe(0);
});
