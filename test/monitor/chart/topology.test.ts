import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SESSIONS_MAX } from '../../../src/base/limits.ts';
import { type Topology, toTopology } from '../../../src/monitor/chart/topology.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import { newsroom } from './newsroom.ts';

const messages = ({ edges }: Topology) =>
  edges.filter(({ kind }) => kind === 'messages').map(({ source, target }) => `${source} > ${target}`);

test('groups with their size, models with their provider, tools with their kind', () => {
  expect(toTopology(newsroom()).nodes).toEqual([
    { id: 'group:reporter', kind: 'group', name: 'reporter', count: 20, inbox: true },
    { id: 'group:editor', kind: 'group', name: 'editor', count: 1, inbox: true },
    { id: 'group:checker', kind: 'group', name: 'checker', count: 3, inbox: false },
    { id: 'model:reporter', kind: 'model', name: 'reporter', provider: 'simulated' },
    { id: 'model:editor', kind: 'model', name: 'editor', provider: 'simulated' },
    { id: 'model:checker', kind: 'model', name: 'checker', provider: 'simulated' },
    { id: 'tool:send', kind: 'tool', name: 'send', tool: 'send' },
    { id: 'tool:lookup', kind: 'tool', name: 'lookup', tool: 'simulated' },
  ]);
});

test('each group asks its model and calls its tools', () => {
  const topology = toTopology(newsroom());
  expect(topology.id).toBe('newsroom');
  const own = topology.edges.filter(({ source, kind }) => source === 'group:checker' && kind !== 'messages');
  expect(own).toEqual([
    { source: 'group:checker', target: 'model:checker', kind: 'asks' },
    { source: 'group:checker', target: 'tool:send', kind: 'calls' },
    { source: 'group:checker', target: 'tool:lookup', kind: 'calls' },
  ]);
});

test('an address in the rules names the group; one that comes out later may be any with an inbox', () => {
  expect(messages(toTopology(newsroom()))).toEqual([
    'group:reporter > group:editor',
    'group:editor > group:reporter',
    'group:editor > group:editor',
    'group:checker > group:editor',
  ]);
});

test('a simulated model that sends nothing messages nobody', () => {
  const quiet = { rules: [{ reply: 'Nothing.' }] };
  expect(
    messages(
      toTopology(newsroom({ models: { reporter: quiet, editor: quiet, checker: { rules: [{ call: ['lookup'] }] } } })),
    ),
  ).toEqual([]);
});

test('models and tools that code brings along: any group with an inbox may be addressed', () => {
  const agents = {
    writer: { count: 1, model: 'llm', tools: ['send', 'print'], observe: 'Write.' },
    reader: { each: './rows.jsonl', model: 'llm', observe: { inbox: true } },
  };
  const known = { models: ['llm'], tools: ['print'] };
  const topology = toTopology({
    ...newsroom({ models: {}, tools: { send: { builtin: 'send' } }, agents: { writer: agents.writer } }, known),
    agents: {
      ...newsroom({ models: {}, tools: { send: { builtin: 'send' } }, agents: { writer: agents.writer } }, known)
        .agents,
      reader: {
        name: 'reader',
        members: { kind: 'each', file: '/rows.jsonl' },
        model: 'llm',
        tools: [],
        instructions: '',
        observe: { items: [], inbox: true },
        limits: { turns: 1, identicalCalls: 2, wallMs: 1 },
        restart: 'temporary',
        retries: 0,
      },
    },
  });
  expect(topology.nodes).toContainEqual({ id: 'model:llm', kind: 'model', name: 'llm', provider: 'code' });
  expect(topology.nodes).toContainEqual({ id: 'tool:print', kind: 'tool', name: 'print', tool: 'code' });
  expect(topology.nodes).toContainEqual({ id: 'group:reader', kind: 'group', name: 'reader', inbox: true });
  expect(messages(topology)).toEqual(['group:writer > group:reader']);
});

test('a scenario of the checkout: no messages without send', async () => {
  const topology = toTopology(await loadScenario(join(import.meta.dirname, '../../../scenarios/faults.yaml')));
  expect(topology.nodes).toHaveLength(20);
  expect(messages(topology)).toEqual([]);
});

test('of groups that begin empty: how many there may be', () => {
  const models = { quiet: { rules: [{ reply: 'Nothing.' }] } };
  const agents = {
    helper: { spawn: { max: 7 }, model: 'quiet' },
    desk: { sessions: {}, model: 'quiet' },
    editor: { list: [{}, {}], model: 'quiet', observe: 'Look.' },
  };
  const scenario = newsroom({ models, tools: {}, agents });
  expect(toTopology(scenario).nodes.filter(({ kind }) => kind === 'group')).toMatchObject([
    { name: 'helper', upTo: 7 },
    { name: 'desk', upTo: SESSIONS_MAX },
    { name: 'editor', count: 2 },
  ]);
});
