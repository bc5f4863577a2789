import { expect, test } from 'vitest';
import { toPushLines } from '../../src/cli/push-lines.ts';
import type { Monitor } from '../../src/monitor-run.ts';
import type { Run } from '../../src/run.ts';

const runOf = (...names: string[]) =>
  ({
    observations: { names },
    scenario: {
      sources: Object.fromEntries(names.map((name) => [name, { to: name }])),
      agents: {
        desk: { members: { kind: 'count' } },
        user: { members: { kind: 'sessions', per: 'user' } },
        session: { members: { kind: 'sessions', per: 'session' } },
      },
    },
  }) as unknown as Run;
const monitor = {
  url: 'http://127.0.0.1:4600/?token=read',
  controlUrl: 'http://127.0.0.1:4600/?token=control',
} as Monitor;

test('of a run that takes nothing there is nothing to say', () => {
  expect(toPushLines({ scenario: runOf().scenario }, monitor)).toEqual([]);
  expect(toPushLines(runOf(), monitor)).toEqual([]);
});

test('each source has its address, and there is a command that works', () => {
  expect(toPushLines(runOf('desk', 'a b'), monitor)).toEqual([
    'Push to source "desk": POST http://127.0.0.1:4600/observe/desk',
    'Push to source "a b": POST http://127.0.0.1:4600/observe/a%20b',
    `Such as: curl -H 'Authorization: Bearer control' -H 'Prefer: wait=60' -d '{ "text": "Hello." }' http://127.0.0.1:4600/observe/desk`,
  ]);
});

test.each([
  ['user', '{ "text": "Hello.", "user": "ada" }'],
  ['session', '{ "text": "Hello.", "user": "ada", "session": "1" }'],
  ['desk/0', '{ "text": "Hello." }'],
])('the command says what %s needs', (name, item) => {
  expect(toPushLines(runOf(name), monitor).at(-1)).toContain(` -d '${item}' `);
});

test('who may not push is told what is missing', () => {
  const { controlUrl, ...readOnly } = monitor;
  expect(toPushLines(runOf('desk'), readOnly)).toEqual([
    'Nothing can be pushed to source "desk": that needs --monitor-control.',
  ]);
  expect(toPushLines(runOf('desk', 'more'), undefined)).toEqual([
    'Nothing can be pushed to sources "desk", "more": there is no monitor.',
  ]);
});
