import { expect, test } from 'vitest';
import { sourceSchema } from '../../src/scenario/source-schema.ts';
import { toSource } from '../../src/scenario/to-source.ts';

const COMMON = { to: 'a', policy: 'round-robin' };

test.each([
  [{ every: '30s' }, { kind: 'every', everyMs: 30_000 }],
  [{ cron: '* * * * *' }, { kind: 'cron', cron: '* * * * *' }],
  [
    { cron: '* * * * *', timezone: 'UTC' },
    { kind: 'cron', cron: '* * * * *', timezone: 'UTC' },
  ],
  [{ tail: './x.log' }, { kind: 'tail', file: '/base/x.log', from: 'start', once: false }],
  [
    { tail: '/x.log', from: 'end', once: true },
    { kind: 'tail', file: '/x.log', from: 'end', once: true },
  ],
  [{ folder: '../in' }, { kind: 'folder', folder: '/in', once: false }],
  [
    { folder: 'in', extension: 'md' },
    { kind: 'folder', folder: '/base/in', extension: 'md', once: false },
  ],
  [{ stdin: true }, { kind: 'stdin' }],
  [{ http: true }, { kind: 'http' }],
])('%j', (source, spec) => {
  expect(toSource(sourceSchema().parse({ ...source, to: 'a' }), '/base')).toStrictEqual({ ...COMMON, ...spec });
});

test('keeps to whom, and what is said', () => {
  const said = { to: 'a/0', policy: 'random', text: 't', user: 'u', session: 's', limit: 3 } as const;
  expect(toSource(sourceSchema().parse({ http: true, ...said }), '/')).toStrictEqual({ kind: 'http', ...said });
});
