import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/load.ts';
import { ScenarioError } from '../../src/scenario/text/problems.ts';

const AGENTS = {
  a: { count: 2, model: 'm', observe: 'Go' },
  b: { count: 2, model: 'm' },
  c: { count: 1, model: 'm' },
  s: { spawn: {}, model: 'm' },
};

function load(wiring: unknown, more: object = {}) {
  const scenario = { name: 'x', models: { m: { rules: [{ reply: 'x' }] } }, agents: AGENTS, wiring, ...more };
  return parseScenario(JSON.stringify(scenario), { name: 'x', folder: '/' });
}

/** The problems of an entry, each with its place; groups that nothing reaches are not looked at. */
function problems(entry: unknown, more: object = {}): string[] {
  try {
    load([entry, { fan_out: 'a', to: ['b', 'c'] }], more);
    return [];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.problems.map(
      ({ path, message, hint }) => `${path}: ${message}${hint === undefined ? '' : ` (${hint})`}`,
    );
  }
}

describe('what is right', () => {
  test('is taken over, and whoever it sends to has an inbox', () => {
    const scenario = load([
      { pipeline: ['a', 'b', 'c'] },
      { fan_out: 's', to: 'b', gather: 's' },
      { moderator: 's', members: ['b', 'c'] },
      { ring: 'a', rounds: 2 },
      { blackboard: 'plan', groups: ['a'] },
    ]);
    expect(scenario.wiring?.map(({ kind }) => kind)).toEqual([
      'pipeline',
      'fan-out',
      'moderator',
      'ring',
      'blackboard',
    ]);
    expect(Object.values(scenario.agents).map(({ observe }) => observe.inbox)).toEqual([true, true, true, true]);
  });

  test('without wiring a group that observes nothing is a mistake, and with an own observation it has no inbox', () => {
    expect(() => load([])).toThrow(/leaves the agents nothing to observe/);
    const scenario = load([{ fan_out: 'a', to: ['b', 'c'] }]);
    expect(scenario.agents.a?.observe.inbox).toBe(false);
    expect('wiring' in load(undefined, { agents: { a: AGENTS.a } })).toBe(false);
  });
});

describe('what is wrong is told with its place', () => {
  test.each([
    [
      {},
      'wiring.0: says nothing of whom it wires (give it one of pipeline, fan_out, ring, all_to_all, moderator and blackboard)',
    ],
    [{ ring: 'a', all_to_all: 'a' }, 'wiring.0.all_to_all: expected only one of'],
    [{ ring: 'z' }, 'wiring.0.ring: unknown group "z"'],
    [{ pipeline: ['a', 'bb'] }, 'wiring.0.pipeline.1: unknown group "bb"'],
    [{ fan_out: 'a', to: ['b', 'x'] }, 'wiring.0.to.1: unknown group "x"'],
    [{ fan_out: 'a', to: 'b', gather: 'x' }, 'wiring.0.gather: unknown group "x"'],
    [{ moderator: 'a', members: 'x' }, 'wiring.0.members: unknown group "x"'],
    [{ blackboard: 'p', groups: ['x'] }, 'wiring.0.groups.0: unknown group "x"'],
    [{ pipeline: ['a', 'b', 'a'] }, 'wiring.0.pipeline.2: group "a" is there twice'],
    [{ fan_out: 'a', to: ['b', 'b'] }, 'wiring.0.to.1: group "b" is there twice'],
    [{ blackboard: 'p', groups: ['a', 'a'] }, 'wiring.0.groups.1: group "a" is there twice'],
    [{ ring: 'c' }, 'wiring.0.ring: group "c" has 1 member, and ring needs at least 2'],
    [{ all_to_all: 'c' }, 'wiring.0.all_to_all: group "c" has 1 member, and all_to_all needs at least 2'],
    [{ moderator: 'a', members: ['b', 'a'] }, 'wiring.0.members.1: "a" moderates, and cannot be a member too'],
    [{ fan_out: 'a' }, 'wiring.0.fan_out: has nobody to send to (give it to: a group, or a list)'],
    [{ moderator: 'a' }, 'wiring.0.moderator: has nobody to send to (give it members: a group, or a list)'],
    [{ ring: 'a', gather: 'b' }, 'wiring.0.gather: is for fan_out, and this is ring (leave it out)'],
    [
      { pipeline: ['a', 'b'], rounds: 2 },
      'wiring.0.rounds: is for ring and all_to_all and moderator, and this is pipeline',
    ],
    [
      { pipeline: ['a', 's'] },
      'wiring.0.pipeline.1: group "s" has no members to begin with, to whom something could be sent',
    ],
    [{ ring: 's' }, 'wiring.0.ring: group "s" has no members to begin with'],
    [{ fan_out: 'a', to: 'b', gather: 's' }, 'wiring.0.gather: group "s" has no members to begin with'],
  ])('%j', (entry, problem) => {
    expect(problems(entry)).toEqual([expect.stringContaining(problem)]);
  });

  test('all to all of too many', () => {
    const agents = { ...AGENTS, a: { count: 1_001, model: 'm', observe: 'Go' } };
    expect(problems({ all_to_all: 'a' }, { agents })).toEqual([expect.stringContaining('takes at most 1000')]);
  });

  test('a board that is declared twice, and one that is not declared', () => {
    const twice = () => load([{ blackboard: 'p' }, { blackboard: 'p' }, { fan_out: 'a', to: ['b', 'c'] }]);
    expect(twice).toThrow(/blackboard "p" is there twice/);
    const tools = { read: { builtin: 'read-board', board: 'plam' } };
    expect(problems({ blackboard: 'plan' }, { tools })).toEqual([
      'tools.read.board: unknown blackboard "plam" (did you mean "plan"?)',
    ]);
    expect(problems({ ring: 'a' }, { tools })[0]).toContain('add it to wiring: { blackboard: plam }');
  });

  test('values of the wrong type are left to the schema', () => {
    for (const wiring of [3, 'x', {}, [3], [{ pipeline: 3 }], [{ fan_out: [], to: {} }], [{ ring: null }]]) {
      expect(() => load(wiring)).toThrow(ScenarioError);
    }
  });
});
