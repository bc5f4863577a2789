import { expect, test } from 'vitest';
import { abortCalls, createGroup, groupOf, templateScope } from '../../src/agent/environment.ts';
import { CallContext } from '../../src/base/call-context.ts';
import { createVirtualClock } from '../../src/base/clock.ts';
import { createRandom } from '../../src/base/random.ts';
import { createHarness, tool } from './harness.ts';

test('a group has its model, its tools and its templates, compiled once', () => {
  const { env, specs } = createHarness({
    decide: () => ({}),
    tools: [tool('a', () => 1)],
    group: { instructions: 'You are {{ agent }}.' },
  });
  const group = groupOf(env, specs[0]!);
  expect(group.toolDefinitions).toEqual([{ name: 'a', description: 'a', parameters: { type: 'object' } }]);
  expect(group.instructions.text(templateScope(specs[0]!, group))).toBe('You are agent/0.');
  expect(group.itemTemplate('x {{ index }}')).toBe(group.itemTemplate('x {{ index }}'));
});

test('a group that names a model or a tool that does not exist cannot start', () => {
  const { specs } = createHarness({ decide: () => ({}) });
  const { group } = specs[0]!;
  const none = { params: {}, models: new Map(), tools: new Map(), sets: new Map([['files', ['read', 'write']]]) };
  expect(() => createGroup(group, none)).toThrow('Cannot start group "agent": no model "model"');
  const models = new Map([['model', { name: 'model', decide: () => Promise.reject() }]]);
  expect(() => createGroup({ ...group, tools: ['b'] }, { ...none, models })).toThrow(
    'Cannot start group "agent": there is no tool "b"; there are files',
  );
});

test('abortCalls ends whatever is in flight', async () => {
  const context = new CallContext('a/0', 1, '1/1', createVirtualClock(), createRandom(1));
  const slept = context.sleep(1e9);
  abortCalls([context], new Error('over'));
  await expect(slept).rejects.toThrow('over');
});
