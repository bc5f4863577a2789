import { expect, test } from 'vitest';
import { KnownTools } from '../../src/scenario/known-tools.ts';

const known = new KnownTools(
  [
    ['now', { builtin: 'now' }],
    ['mine', { module: './tools.ts' }],
    ['files', { mcp: { command: 'x' }, tools: ['read'], prefix: 'fs_', simulate: { list: {} } }],
    ['open', { mcp: { url: 'http://x' } }],
  ],
  ['extra'],
);

test('knows what is declared, what servers are asked for by name, and what code brings', () => {
  expect(known.names).toEqual(['now', 'mine', 'files', 'open', 'fs_read', 'fs_list', 'extra']);
});

test('a group may have a tool by its name, or in a set that names it or is open', () => {
  expect(known.mayHave(['now'], 'now')).toBe(true);
  expect(known.mayHave(['files'], 'fs_read')).toBe(true);
  expect(known.mayHave(['files'], 'read')).toBe(false);
  expect(known.mayHave(['mine'], 'whatever')).toBe(true);
  expect(known.mayHave(['open'], 'whatever')).toBe(true);
  expect(known.mayHave(['now', 'gone', 5], 'whatever')).toBe(false);
});

test('is open if any of them may have names that nobody knows yet', () => {
  expect(known.areOpen).toBe(true);
  expect(new KnownTools([['files', { mcp: { command: 'x' }, tools: ['read'] }]], []).areOpen).toBe(false);
});
