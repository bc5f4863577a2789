import { describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../src/base/clock.ts';
import { defineModel } from '../../src/model/define-model.ts';
import { createModels } from '../../src/model/registry.ts';
import { answer, context, request, simulated } from './requests.ts';

const options = { params: { team: 'ops' }, concurrency: {} };
const specs = {
  analyst: simulated({ rules: [answer('analyst for {{ params.team }}')] }),
  writer: simulated({ rules: [answer('writer')] }),
};
const mine = (name: string, reply = 'from code') => defineModel({ name, decide: () => reply });

async function replies(models: ReturnType<typeof createModels>) {
  const entries = [...models].map(async ([name, gate]) => [name, (await gate.decide(request(), context())).reply]);
  return Object.fromEntries(await Promise.all(entries));
}

describe('createModels', () => {
  test('makes each model of the scenario, with its params', async () => {
    expect(await replies(createModels(specs, options))).toEqual({ analyst: 'analyst for ops', writer: 'writer' });
  });

  test('a model from code replaces a declared one of its name, or is added', async () => {
    const models = createModels(specs, { ...options, extra: [mine('writer'), mine('critic')] });
    expect(await replies(models)).toEqual({ analyst: 'analyst for ops', writer: 'from code', critic: 'from code' });
    expect([...models.keys()]).toEqual(['analyst', 'writer', 'critic']);
  });

  test('a replaced model need not be readable', () => {
    const broken = { writer: simulated({ rules: [answer('{{ nobody }}')] }) };
    expect(() => createModels(broken, options)).toThrow(/Cannot create model "writer": rule 1/);
    expect(() => createModels(broken, { ...options, extra: [mine('writer')] })).not.toThrow();
  });

  test('refuses two models from code with one name', () => {
    expect(() => createModels({}, { ...options, extra: [mine('a'), mine('a')] })).toThrow(
      'Cannot add model "a": another one from code has the same name',
    );
  });

  test('limits the calls in flight of the models that are named, alone', async () => {
    const slow = simulated({ latency: { kind: 'constant', ms: 100 }, rules: [answer('ok')] });
    const models = createModels({ one: slow, many: slow, constructor: slow }, { params: {}, concurrency: { one: 1 } });
    const clock = createVirtualClock();
    const running = [...models.values()].flatMap((gate) =>
      [1, 2, 3].map((call) => gate.decide(request(), context(clock, 1, `${call}/model`))),
    );
    expect([...models].map(([name, gate]) => [name, gate.inFlight, gate.waiting])).toEqual([
      ['one', 1, 2],
      ['many', 3, 0],
      ['constructor', 3, 0],
    ]);
    await Promise.all(running);
    expect(clock.elapsed()).toBe(300);
  });
});
