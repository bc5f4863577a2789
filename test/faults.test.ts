import { expect, test } from 'vitest';
import type { RunEvent } from '../src/protocol.ts';
import { startRun } from '../src/run.ts';
import { parseScenario } from '../src/scenario/load.ts';
import { defineTool } from '../src/tools/define-tool.ts';

const AGENTS = 1_000;
const FAULTY = 10;

const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;
const throwing = Object.defineProperty({}, 'x', {
  enumerable: true,
  get: () => {
    throw new Error('getter');
  },
});
const badThenable = {
  // biome-ignore lint/suspicious/noThenProperty: a bad thenable is what is tested
  then: () => {
    throw new Error('then');
  },
};

/** What a tool does, and what its agent sees. */
const KINDS: Record<string, () => unknown> = {
  reject: () => Promise.reject(new Error('rejected')),
  'synchronous throw': () => {
    throw new Error('thrown');
  },
  'non-Error throw': () => {
    throw 42;
  },
  'never settles': () => new Promise(() => {}),
  'cyclic result': () => cyclic,
  '100 MB result': () => 'x'.repeat(100 * 1024 * 1024),
  'throwing getter': () => throwing,
  'bad thenable': () => badThenable,
};

async function run(fault: () => unknown, changes: { observe?: string } = {}) {
  const events: RunEvent[] = [];
  const tool = (name: string, execute: () => unknown) =>
    defineTool({ name, description: '', effects: 'none', external: false, timeoutMs: 1_000, execute });
  const rules = [
    { on: 'observation', call: ['work'] },
    { on: 'results', reply: '{% if observation.results[0].is_error %}failed{% else %}done{% endif %}' },
  ];
  const broken = [{ on: 'observation', call: ['broken'] }, rules[1]];
  const scenario = parseScenario(
    JSON.stringify({
      name: 'faults',
      models: { m: { latency: '1s', rules }, b: { latency: '1s', rules: broken } },
      agents: {
        healthy: { count: AGENTS - FAULTY, model: 'm', tools: ['work'], observe: 'Go' },
        faulty: { count: FAULTY, model: 'b', tools: ['broken'], observe: changes.observe ?? 'Go' },
      },
      memory: { store: 'in-memory' },
    }),
    { name: 'faults', folder: '/', known: { tools: ['work', 'broken'] } },
  );
  const tools = [tool('work', () => 'ok'), tool('broken', fault)];
  const started = await startRun(scenario, { virtual: true, tools, onEvent: (event) => events.push(event) });
  return { summary: await started.finished, events };
}

test.each(Object.entries(KINDS))(
  '%s in 1 %% of 1,000 agents: the others do not notice',
  { timeout: 60_000 },
  async (_, fault) => {
    const { summary, events } = await run(fault);
    const failures = events.filter((event) => event.type === 'tool.finished' && event.result.isError);
    expect(failures).toHaveLength(FAULTY);
    for (const event of failures) {
      expect(event).toMatchObject({ agent: expect.stringMatching(/^faulty/), result: { name: 'broken' } });
    }
    // A failed call is something an agent can report.
    expect(summary).toMatchObject({
      status: 'done',
      agents: { total: AGENTS, done: AGENTS, failed: 0 },
      replies: AGENTS,
    });
  },
);

test('a throw in an assign in one of a hundred agents: the others do not notice', async () => {
  const { summary, events } = await run(() => 'ok', { observe: '{% for i in (1..100000000) %}x{% endfor %}' });
  const ended = events.filter((event) => event.type === 'agent.ended' && event.status === 'failed');
  expect(ended).toHaveLength(FAULTY);
  for (const event of ended)
    expect(event).toMatchObject({ error: { code: expect.stringMatching(/TEMPLATE|AGENT_FAULT/) } });
  expect(summary.agents).toMatchObject({ done: AGENTS - FAULTY, failed: FAULTY });
});
