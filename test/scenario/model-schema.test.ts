import { expect, test } from 'vitest';
import { modelSchema } from '../../src/scenario/model-schema.ts';

test.each([
  { rules: [{ reply: 'x' }] },
  { provider: 'simulated', sequence: [{ call: ['now'] }] },
  { provider: 'code', tpm: 1 },
  { provider: 'openai', model: 'gpt' },
  { provider: '@scope/some.provider', model: 'm' },
])('accepts %j', (model) => expect(modelSchema().safeParse(model).success).toBe(true));

test.each([
  { provider: 'openai' },
  { provider: 'Open AI', model: 'm' },
  { provider: '../up', model: 'm' },
  { provider: 'simulated', model: 'm' },
  { provider: 'code', rules: [] },
  { provider: 'openai', model: 'm', price: { input: 1 } },
  { provider: 'openai', model: 'm', retries: -1 },
])('refuses %j', (model) => expect(modelSchema().safeParse(model).success).toBe(false));
