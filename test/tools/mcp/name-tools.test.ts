import { expect, test } from 'vitest';
import { nameTools } from '../../../src/tools/mcp/name-tools.ts';

test('tools have the prefix before their name, and the server its own', () => {
  expect([...nameTools('files', ['read', 'write'], 'fs_')]).toEqual([
    ['fs_read', 'read'],
    ['fs_write', 'write'],
  ]);
});

test('what no model accepts is replaced, and long names are cut', () => {
  const long = 'x'.repeat(100);
  expect([...nameTools('s', ['a.b/c d', 'grüße', long], '').keys()]).toEqual(['a_b_c_d', 'gr__e', 'x'.repeat(64)]);
  expect([...nameTools('s', [long], 'p_').keys()]).toEqual([`p_${'x'.repeat(62)}`]);
});

test('two that would be called the same are refused', () => {
  expect(() => nameTools('s', ['a.b', 'c', 'a_b'], 'p_')).toThrow(
    expect.objectContaining({
      code: 'SCENARIO_INVALID',
      message: expect.stringMatching(
        /^Cannot use the tools "s": "a\.b" and "a_b" would both be called "p_a_b"; .*prefix/,
      ),
    }),
  );
});
