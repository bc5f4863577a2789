import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as limits from '../../src/base/monitor-limits.ts';

test.each(Object.entries(limits))('%s is a positive number', (_, value) => {
  expect(value).toBeGreaterThan(0);
  expect(Number.isFinite(value)).toBe(true);
});

test('every limit that is not said by its name has its reason above it', () => {
  const source = readFileSync(new URL('../../src/base/monitor-limits.ts', import.meta.url), 'utf8');
  const bare = [...source.matchAll(/^(.*)\nexport const (\w+)/gm)].filter(([, above]) => !above!.endsWith('*/'));
  const named = bare.map(([, , name]) => name).filter((name) => !/_(MS|BYTES)$/.test(name!));
  expect(named).toEqual([]);
});
