import { type ChaosConfig, LLMock } from '@copilotkit/aimock';
import type { ProviderModelSpec } from '../../../src/protocol.ts';
import { createLocalModel, TEST_KEY } from './model-server.ts';
import type { Format } from './wire.ts';

/** Where aimock's paths of each format begin. */
const PATHS: Readonly<Record<Format, string>> = {
  chat: '/v1',
  responses: '/v1',
  anthropic: '/v1',
  google: '/v1beta',
};

/** A model server of independent making on this machine, silent, with nothing to say yet. */
export async function startMock(options: { chaos?: ChaosConfig; chunkSize?: number } = {}): Promise<LLMock> {
  const mock = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent', ...options });
  await mock.start();
  return mock;
}

/** What a scenario declares for a model that the mock is. OpenAI's Responses API cannot be told of another address here. */
export function mockSpec(mock: LLMock, format: Exclude<Format, 'responses'>): ProviderModelSpec {
  const providers = { chat: 'openai-compatible', anthropic: 'anthropic', google: 'google' };
  const baseUrl = mock.url + PATHS[format];
  return { provider: providers[format], model: 'test-model', baseUrl, apiKey: TEST_KEY };
}

/** A model of the real package for a format that asks the mock. */
export function createMockModel(mock: LLMock, format: Format, more: Partial<ProviderModelSpec> = {}) {
  return createLocalModel(format, mock.url + PATHS[format], { model: 'test-model', ...more });
}
