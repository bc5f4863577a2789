import { expect, test } from 'vitest';
import { lineHeight, measureLines, toLines } from '../../../src/monitor/chart/text-lines.ts';

test('texts break at spaces, and a long word stays whole', () => {
  expect(toLines('every call has  settled', 'words', 10)).toEqual([
    { text: 'every call', kind: 'words' },
    { text: 'has', kind: 'words' },
    { text: 'settled', kind: 'words' },
  ]);
  expect(toLines('xstate.done.actor.tool', 'code', 10)).toEqual([{ text: 'xstate.done.actor.tool', kind: 'code' }]);
  expect(toLines(' ', 'words', 10)).toEqual([]);
});

test('the longest line gives the width, all together the height', () => {
  const lines = [...toLines('a title', 'title', 40), ...toLines('something longer', 'words', 40)];
  const { width, height } = measureLines(lines);
  expect(width).toBe(Math.ceil(16 * 0.58 * 12));
  expect(height).toBe(Math.ceil(lineHeight('title') + lineHeight('words')));
  expect(measureLines([])).toEqual({ width: 0, height: 0 });
});

test('square characters and pictures count as such', () => {
  const width = (text: string) => measureLines([{ text, kind: 'words' }]).width;
  expect(width('状態図')).toBe(36);
  expect(width('😀')).toBe(12);
});
