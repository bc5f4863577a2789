import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { toDataOption } from '../../src/cli/data-option.ts';

test('the default needs no option', () => {
  expect(toDataOption('.troupe')).toBe('');
});

test('another one is named', () => {
  expect(toDataOption('/var/lib/troupe-1')).toBe(' --data /var/lib/troupe-1');
});

test.each(['my data', "it's", 'a$HOME', '~/x', '"', ''])('a shell takes %j as it is', (data) => {
  expect(execFileSync('sh', ['-c', `printf '%s|'${toDataOption(data)}`], { encoding: 'utf8' })).toBe(`--data|${data}|`);
});
