import { expect, test } from 'vitest';
import type { AgentSpec, GroupSpec } from '../../src/protocol.ts';
import { type Admission, Roster, readAdmissions, toAdmitted } from '../../src/supervisor/roster.ts';
import { createHarness } from '../agent/harness.ts';
import { rehearse, scenarioOf } from '../rehearsals.ts';

function setUp(members: GroupSpec['members'] & { max: number }, admitted = new Map<string, Admission>()) {
  const { env, specs, memory, events } = createHarness({ decide: () => ({}) });
  const group: GroupSpec = { ...specs[0]!.group, name: 'desk', members };
  const places = Array.from({ length: members.max }, (_, index): AgentSpec => {
    return { id: `desk/${index}`, group, index, row: {}, items: [], isReserved: true };
  });
  const started: AgentSpec[] = [];
  const roster = new Roster(env, { specs: [...specs, ...places], admitted }, (spec) => started.push(spec));
  return { roster, group, started, memory, events };
}

test('each session has an agent of its own, and the same session the same one', () => {
  const { roster, group, started, events } = setUp({ kind: 'sessions', per: 'session', max: 3 });
  expect(roster.sessionOf(group, { user: 'ada', session: '1' })).toBe('desk/0');
  expect(roster.sessionOf(group, { user: 'ada', session: '2' })).toBe('desk/1');
  expect(roster.sessionOf(group, { user: 'grace', session: '1' })).toBe('desk/2');
  expect(roster.sessionOf(group, { user: 'ada', session: '1' })).toBe('desk/0');
  expect(started.map(({ user, session }) => [user, session])).toEqual([
    ['ada', '1'],
    ['ada', '2'],
    ['grace', '1'],
  ]);
  expect(events.filter(({ type }) => type === 'agent.admitted')).toHaveLength(3);
  expect(() => roster.sessionOf(group, { user: 'linus', session: '1' })).toThrow('it has all of its 3 sessions');
});

test('per user, sessions do not matter; names that look alike are not the same', () => {
  const { roster, group } = setUp({ kind: 'sessions', per: 'user', max: 3 });
  expect(roster.sessionOf(group, { user: 'ada', session: '1' })).toBe('desk/0');
  expect(roster.sessionOf(group, { user: 'ada' })).toBe('desk/0');
  expect(roster.sessionOf(group, { user: 'ada","1' })).toBe('desk/1');
});

test('nobody in particular has no session', () => {
  const { roster, group } = setUp({ kind: 'sessions', per: 'session', max: 3 });
  expect(() => roster.sessionOf(group, {})).toThrow('no user was given');
  expect(() => roster.sessionOf(group, { user: 'ada' })).toThrow('no session was given');
});

test('a call that is made again starts nobody else, and there are limits to number and depth', () => {
  const { roster, group, started } = setUp({ kind: 'spawned', max: 3, depth: 2 });
  expect(roster.spawn(group, 'desk', { key: 'k1', parent: 'agent/0' })).toBe('desk/0');
  expect(roster.spawn(group, 'desk', { key: 'k1', parent: 'agent/0' })).toBe('desk/0');
  expect(roster.spawn(group, 'desk', { key: 'k2', parent: 'desk/0' })).toBe('desk/1');
  expect(() => roster.spawn(group, 'desk', { key: 'k3', parent: 'desk/1' })).toThrow('generation 3 of 2');
  expect(roster.spawn(group, 'desk', { key: 'k4', parent: 'agent/0' })).toBe('desk/2');
  expect(() => roster.spawn(group, 'desk', { key: 'k5', parent: 'agent/0' })).toThrow('all of its 3 members');
  expect(started.map(({ parent }) => parent)).toEqual(['agent/0', 'desk/0', 'agent/0']);
  expect(() => roster.spawn(undefined, 'nobody', { key: 'k', parent: 'agent/0' })).toThrow('not declared with spawn');
});

test('in a later life of the run everybody has their place, and new ones come behind', async () => {
  const first = setUp({ kind: 'sessions', per: 'session', max: 3 });
  first.roster.sessionOf(first.group, { user: 'ada', session: '1' });
  first.roster.sessionOf(first.group, { user: 'grace', session: '1' });
  const admitted = await readAdmissions(first.memory, 'run');
  expect(toAdmitted(first.started[0]!, admitted.get('desk/1')!)).toMatchObject({ user: 'grace', session: '1' });
  const later = setUp({ kind: 'sessions', per: 'session', max: 3 }, new Map(admitted));
  expect(later.roster.sessionOf(later.group, { user: 'grace', session: '1' })).toBe('desk/1');
  expect(later.started).toEqual([]);
  expect(later.roster.sessionOf(later.group, { user: 'linus', session: '1' })).toBe('desk/2');
});

const rules = [{ reply: '{{ user }} in {{ session }} said {{ observation.text }}' }];

/** Two users with two sessions each ask in turn. */
const shop = scenarioOf({
  models: {
    desk: {
      rules: [
        {
          on: 'message',
          call: [{ keep: { key: '{{ observation.text }}', text: 'secret of {{ user }}' } }, { mine: { query: '' } }],
        },
        { on: 'results', reply: '{{ user }}/{{ session }}: {{ results.mine.notes | json }}' },
      ],
    },
  },
  tools: { keep: { builtin: 'remember' }, mine: { builtin: 'recall' } },
  sources: {
    people: {
      every: '1m',
      limit: 40,
      to: 'desk',
      text: 'question {{ n }}',
      user: '{% assign odd = n | modulo: 2 %}{% if odd == 0 %}ada{% else %}grace{% endif %}',
      session: '{% assign half = n | divided_by: 2 | floor | modulo: 2 %}s{{ half }}',
    },
  },
  agents: { desk: { sessions: { max: 10 }, model: 'desk', tools: ['keep', 'mine'], idle_after: '5s' } },
  memory: { store: 'in-memory' },
});

test('nothing of one user is visible to another, in replies, conversations or memory', async () => {
  const { summary, events } = await rehearse(shop);
  expect(summary).toMatchObject({ status: 'done', replies: 40, agents: { total: 4, done: 4 } });
  let checked = 0;
  for (const event of events) {
    if (event.type !== 'agent.replied') continue;
    const [own, other] = event.reply.startsWith('ada') ? ['ada', 'grace'] : ['grace', 'ada'];
    expect(event.reply).not.toContain(other);
    if (event.reply.includes(`secret of ${own}`)) checked++;
  }
  // The first of each session has nothing to remember.
  expect(checked).toBe(36);
});

test('a group with sessions is rehearsed the same way each time', async () => {
  const lines = async () => (await rehearse(shop)).events.map((event) => JSON.stringify(event)).join('\n');
  expect(await lines()).toBe(await lines());
});

test('a spawned agent stands under the supervisor of whoever started it', async () => {
  const scenario = scenarioOf({
    models: {
      boss: {
        rules: [
          { on: 'observation', call: [{ helper: { task: 'Help' } }] },
          { on: 'results', reply: '{{ results.helper.answer }}' },
        ],
      },
      helper: { rules: [{ when: 'attempt == 1', fail: 'not yet' }, { reply: 'helped {{ parent }}' }] },
      other: { latency: '1m', rules },
    },
    tools: { helper: { builtin: 'spawn', to: 'helper', wait: true } },
    agents: {
      boss: { count: 1, model: 'boss', tools: ['helper'], observe: 'go' },
      helper: { spawn: { max: 5 }, model: 'helper' },
      other: { count: 1, model: 'other', observe: 'go' },
    },
    supervisors: { own: { children: ['boss'], max_restarts: 1 } },
    memory: { store: 'in-memory' },
  });
  const { summary, events } = await rehearse(scenario);
  expect(summary).toMatchObject({ status: 'done', agents: { total: 3, done: 3 }, restarts: 1 });
  expect(events.find(({ type }) => type === 'agent.restarting')).toMatchObject({
    agent: 'helper/0',
    supervisor: 'own',
  });
  expect(events.find((event) => event.type === 'agent.replied' && event.agent === 'boss/0')).toMatchObject({
    reply: 'helped boss/0',
  });
});
