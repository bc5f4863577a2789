import { describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../src/base/clock.ts';
import { defineModel } from '../../src/model/define-model.ts';
import { createModels } from '../../src/model/registry.ts';
import { answer, context, request, simulated } from './requests.ts';

const options = { params: { team: 'ops' }, concurrency: {}, virtual: true };
const specs = {
  analyst: simulated({ rules: [answer('analyst for {{ params.team }}')] }),
  writer: simulated({ rules: [answer('writer')] }),
};
const mine = (name: string, reply = 'from code') => defineModel({ name, decide: () => reply });

async function replies(making: ReturnType<typeof createModels>) {
  const entries = [...(await making)].map(async ([name, gate]) => [
    name,
    (await gate.decide(request(), context())).reply,
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

describe('createModels', () => {
  test('makes each model of the scenario, with its params', async () => {
    expect(await replies(createModels(specs, options))).toEqual({ analyst: 'analyst for ops', writer: 'writer' });
  });

  test('a model from code replaces a declared one of its name, or is added', async () => {
    const making = createModels(specs, { ...options, extra: [mine('writer'), mine('critic')] });
    expect(await replies(making)).toEqual({ analyst: 'analyst for ops', writer: 'from code', critic: 'from code' });
    expect([...(await making).keys()]).toEqual(['analyst', 'writer', 'critic']);
  });

  test('a replaced model need not be readable', async () => {
    const broken = { writer: simulated({ rules: [answer('{{ nobody }}')] }) };
    await expect(createModels(broken, options)).rejects.toThrow(/Cannot create model "writer": rule 1/);
    await createModels(broken, { ...options, extra: [mine('writer')] });
  });

  test('a real model is rehearsed by its stand-in, and has to have one', async () => {
    const real = { provider: 'openai', model: 'gpt', price: { inputUsd: 1, outputUsd: 2 } };
    const standIn = simulated({ rules: [answer('for {{ params.team }}')] });
    expect(await replies(createModels({ m: { ...real, simulate: standIn } }, options))).toEqual({ m: 'for ops' });
    await expect(createModels({ m: real }, options)).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: expect.stringContaining(
        'Cannot rehearse with model "m": it is a real one; give it rules under simulate:',
      ),
    });
  });

  test('a model that is declared as from code has to be there, and keeps its declared terms', async () => {
    const declared = { clerk: { provider: 'code' as const, concurrency: 1 } };
    await expect(createModels(declared, options)).rejects.toThrow(/the code brings none/);
    const models = await createModels(declared, { ...options, extra: [mine('clerk')] });
    expect(models.get('clerk')?.stats().concurrency).toBe(1);
  });

  test('refuses two models from code with one name', async () => {
    await expect(createModels({}, { ...options, extra: [mine('a'), mine('a')] })).rejects.toThrow(
      'Cannot add model "a": another one from code has the same name',
    );
  });

  test('limits the calls in flight of the models that are named, alone', async () => {
    const slow = simulated({ latency: { kind: 'constant', ms: 100 }, rules: [answer('ok')] });
    const limited = { params: {}, virtual: true, concurrency: { one: 1 } };
    const models = await createModels({ one: slow, many: slow, constructor: slow }, limited);
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
