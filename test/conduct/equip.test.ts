import { describe, expect, test } from 'vitest';
import { equip } from '../../src/conduct/equip.ts';
import { defineModel } from '../../src/model/define-model.ts';
import { parseScenario } from '../../src/scenario/load.ts';

const scenarioOf = (changes: object = {}) =>
  parseScenario(
    JSON.stringify({
      name: 's',
      models: { m: { rules: [{ reply: 'x' }], price: { input: 1, output: 2 } } },
      tools: { now: { builtin: 'now' } },
      agents: { a: { count: 1, model: 'm', tools: ['now'], observe: 'x' } },
      ...changes,
    }),
    { name: 's', folder: import.meta.dirname },
  );

const options = { virtual: true, seed: 1, tools: [], models: [], tell: () => undefined };

describe('equip', () => {
  test('gives each group its model, its tools and the price of what it asks', async () => {
    const { groups, gates, tools, close } = await equip(scenarioOf(), options);
    expect([...gates.keys()]).toEqual(['m']);
    expect([...tools.keys()]).toEqual(['now']);
    expect(groups.get('a')).toMatchObject({ price: { inputUsd: 1, outputUsd: 2 }, model: { name: 'm' } });
    await close();
    await close();
  });

  test('tokens are counted only where a budget or a context asks for it, by one counter for each model', async () => {
    const agent = { count: 1, model: 'm', observe: 'x' };
    const agents = {
      plain: agent,
      limited: { ...agent, budget: { calls: 1 } },
      narrow: { ...agent, context: { tokens: 300 } },
    };
    const { groups } = await equip(scenarioOf({ agents }), options);
    expect(groups.get('plain')?.limited).toBeUndefined();
    expect(groups.get('limited')?.limited).toBeDefined();
    expect(groups.get('narrow')?.limited?.counter).toBe(groups.get('limited')?.limited?.counter);
    const all = await equip(scenarioOf({ agents, budget: { calls: 5 } }), options);
    expect(all.groups.get('plain')?.limited).toBeDefined();
  });

  test('what was opened is closed when something else is missing', async () => {
    let closed = 0;
    const model = { ...defineModel({ name: 'm', decide: () => 'x' }), close: async () => void closed++ };
    const scenario = scenarioOf();
    const group = { ...scenario.agents.a!, tools: ['gone'] };
    await expect(equip({ ...scenario, agents: { a: group } }, { ...options, models: [model] })).rejects.toThrow(
      'Cannot start group "a": there is no tool "gone"; there are now',
    );
    expect(closed).toBe(1);
  });

  test('a tape that cannot be written is told before anything is made', async () => {
    let closed = 0;
    const model = { ...defineModel({ name: 'm', decide: () => 'x' }), close: async () => void closed++ };
    await expect(
      equip(scenarioOf(), { ...options, models: [model], record: '/nowhere/at/all/x.jsonl' }),
    ).rejects.toMatchObject({
      code: 'USAGE',
    });
    expect(closed).toBe(0);
  });
});
