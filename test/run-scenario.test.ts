import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { defineModel } from '../src/model/define-model.ts';
import { runScenario, startScenario } from '../src/run-scenario.ts';
import { ScenarioError } from '../src/scenario/load.ts';
import { temporaryFolder } from './temporary-folder.ts';

const scenario = {
  name: 'greeting',
  models: { greeter: { latency: '1s', rules: [{ reply: 'Hello, {{ observation.text }}.' }] } },
  agents: { greeter: { count: 2, model: 'greeter', observe: 'Ada' } },
  memory: { store: 'in-memory' },
  expect: ['replies == 2'],
};
const virtual = { virtual: true };

test('an object and a file of the same shape give the same run', async () => {
  const file = join(temporaryFolder(), 'greeting.yaml');
  writeFileSync(file, JSON.stringify(scenario));
  const pick = async (from: string | object) => {
    const { run, status, virtualMs, expectations } = await runScenario(from, virtual);
    return { run, status, virtualMs, expectations };
  };
  const fromObject = await pick(scenario);
  expect(fromObject).toMatchObject({ status: 'done', virtualMs: 1_000, expectations: [{ pass: true }] });
  expect(await pick(file)).toEqual(fromObject);
});

test('what set says replaces a value of the scenario', async () => {
  const summary = await runScenario(scenario, {
    ...virtual,
    set: ['agents.greeter.count=5', 'expect=["replies == 5"]'],
  });
  expect(summary.agents.done).toBe(5);
  expect(summary.expectations).toMatchObject([{ expect: 'replies == 5', pass: true }]);
});

test('relative paths start at the folder of a file, and at the current directory for an object', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'rows.jsonl'), '{"name":"Ada"}\n{"name":"Grace"}\n');
  const withRows = (each: string) => ({
    ...scenario,
    agents: { greeter: { each, model: 'greeter', observe: '{{ row.name }}' } },
  });
  const file = join(folder, 'greeting.yaml');
  writeFileSync(file, JSON.stringify(withRows('./rows.jsonl')));
  expect((await runScenario(file, virtual)).agents.done).toBe(2);
  const fromHere = relative(process.cwd(), join(folder, 'rows.jsonl'));
  expect((await runScenario(withRows(fromHere), virtual)).agents.done).toBe(2);
  await expect(runScenario(withRows('./rows.jsonl'), virtual)).rejects.toThrow('"./rows.jsonl": it does not exist');
});

test('everything that is wrong is told at once, before anything starts', async () => {
  const wrong = {
    ...scenario,
    memory: { store: 'paper' },
    agents: { greeter: { count: 0, model: 'x', observe: 'Ada' } },
  };
  const events: unknown[] = [];
  const error = await startScenario(wrong, { ...virtual, onEvent: (event) => events.push(event) }).catch((e) => e);
  expect(error).toBeInstanceOf(ScenarioError);
  expect(error.problems.map(({ path }: { path: string }) => path).sort()).toEqual([
    'agents.greeter.count',
    'agents.greeter.model',
    'memory.store',
  ]);
  expect(events).toEqual([]);
});

test('a model from code stands in for the one of the scenario', async () => {
  const replies: string[] = [];
  await runScenario(scenario, {
    ...virtual,
    models: [defineModel({ name: 'greeter', decide: ({ observation }) => `Good evening, ${observation.text}.` })],
    onEvent: (event) => event.type === 'agent.replied' && replies.push(event.reply),
  });
  expect(replies).toEqual(['Good evening, Ada.', 'Good evening, Ada.']);
});
