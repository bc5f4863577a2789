import { expect, test } from 'vitest';
import { assertNames } from '../../../src/memory/lmdb/names.ts';

test('any text is a name, up to 1,800 bytes of run and agent together', () => {
  assertNames('r');
  assertNames('', '');
  assertNames('läuf', '🎭/1');
  assertNames('r'.repeat(800), 'é'.repeat(500));
  expect(() => assertNames('r'.repeat(801), 'é'.repeat(500))).toThrow(
    `Cannot store agent "${'é'.repeat(40)}…" of run "${'r'.repeat(40)}…": its id takes 1801 bytes of at most 1800`,
  );
});

test('a null character or half a character is refused, in either', () => {
  for (const bad of ['a\0', '\ud83c', 'x\udfad']) {
    expect(() => assertNames(bad)).toThrow(/^Cannot store run ".*": its id holds a null character or half a char/);
    expect(() => assertNames('r', bad)).toThrow(/^Cannot store agent ".*" of run "r": its id holds a null/);
  }
});
