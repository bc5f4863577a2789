import { expect, test } from 'vitest';
import { readKept } from '../../../src/model/provider/read-kept.ts';

const source = { provider: 'anthropic.messages', model: 'm' };
const parts = [
  { type: 'reasoning', text: 'hm', options: { anthropic: { signature: 's' } } },
  { type: 'text' },
  { type: 'call', id: 'x' },
];

test('gives back what was kept for the same provider and model, and as many calls', () => {
  expect(readKept({ ...source, parts }, source, 1)).toEqual(parts);
  expect(readKept({ ...source, parts }, source, 2)).toBeUndefined();
  expect(readKept({ ...source, parts }, { ...source, model: 'n' }, 1)).toBeUndefined();
  expect(readKept({ ...source, parts }, { ...source, provider: 'openai.responses' }, 1)).toBeUndefined();
});

test.each([
  undefined,
  null,
  'x',
  [],
  { ...source },
  { ...source, parts: 'x' },
  { ...source, parts: [...parts, null] },
  { ...source, parts: [...parts, { type: 'other' }] },
  { ...source, parts: [...parts, { type: 'reasoning' }] },
  { ...source, parts: [...parts, { type: 'text', text: 1 }] },
  { ...source, parts: [...parts, { type: 'text', options: 'x' }] },
  { ...source, parts: [{ type: 'call' }] },
])('%j is nothing that was kept', (kept) => {
  expect(readKept(kept, source, 1)).toBeUndefined();
});
