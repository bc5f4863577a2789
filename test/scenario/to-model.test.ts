import { expect, test } from 'vitest';
import { modelSchema } from '../../src/scenario/model-schema.ts';
import { toModel } from '../../src/scenario/to-model.ts';

const read = (model: object) => toModel(modelSchema().parse(model));

test('a real model, with its terms and its stand-in', () => {
  expect(
    read({
      provider: 'openai-compatible',
      model: 'llama',
      base_url: 'http://x',
      api_key: '${KEY}',
      headers: { a: 'b' },
      temperature: 0,
      max_output_tokens: 5,
      options: { any: [1] },
      structured: true,
      simulate: { latency: '1s', rules: [{ reply: 'x', tokens: { output: 2 } }] },
      rpm: 60,
      tpm: 1_000,
      concurrency: 2,
      retries: 0,
      timeout: '1m',
      price: { input: 1, output: 2, cached_input: 0.5 },
    }),
  ).toEqual({
    provider: 'openai-compatible',
    model: 'llama',
    baseUrl: 'http://x',
    apiKey: '${KEY}',
    headers: { a: 'b' },
    temperature: 0,
    maxOutputTokens: 5,
    options: { any: [1] },
    structured: true,
    simulate: {
      latency: { kind: 'constant', ms: 1_000 },
      failureRate: 0,
      sequence: [],
      rules: [{ reply: 'x', call: [], tokens: { outputTokens: 2 } }],
    },
    rpm: 60,
    tpm: 1_000,
    concurrency: 2,
    retries: 0,
    timeoutMs: 60_000,
    price: { inputUsd: 1, outputUsd: 2, cachedInputUsd: 0.5 },
  });
});

test('what is left out stays out', () => {
  expect(read({ provider: '@some/one', model: 'm' })).toEqual({ provider: '@some/one', model: 'm' });
  expect(read({ provider: 'code', rpm: 5 })).toEqual({ provider: 'code', rpm: 5 });
  expect(read({ rules: [{ final: true }], concurrency: 3 })).toMatchObject({ provider: 'simulated', concurrency: 3 });
});
