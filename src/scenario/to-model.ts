import type { ModelSpec, ModelTerms, Price, SimulatedAnswer, SimulatedRules } from '../protocol.ts';
import { defined } from './defined.ts';
import type { CheckedScenario } from './schema.ts';

type CheckedModel = CheckedScenario['models'][string];
type CheckedRules = Pick<
  Extract<CheckedModel, { provider: 'simulated' }>,
  'latency' | 'failure_rate' | 'sequence' | 'rules'
>;
type CheckedTerms = Extract<CheckedModel, { provider: 'code' }>;

/** A checked model as the rest of troupe reads it. */
export function toModel(model: CheckedModel): ModelSpec {
  if ('rules' in model) return { provider: 'simulated', ...toRules(model), ...toTerms(model) };
  if (!('model' in model)) return { provider: 'code', ...toTerms(model) };
  const { base_url: baseUrl, api_key: apiKey, max_output_tokens: maxOutputTokens, simulate, ...rest } = model;
  const { provider, model: id, headers, temperature, options, structured } = rest;
  return defined({
    provider,
    model: id,
    ...toTerms(model),
    ...(baseUrl !== undefined && { baseUrl }),
    ...(apiKey !== undefined && { apiKey }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(headers !== undefined && { headers }),
    ...(temperature !== undefined && { temperature }),
    ...(options !== undefined && { options }),
    ...(structured !== undefined && { structured }),
    ...(simulate !== undefined && { simulate: toRules(simulate) }),
  });
}

function toRules({ latency, failure_rate: failureRate, sequence, rules }: CheckedRules): SimulatedRules {
  return { latency, failureRate, sequence: sequence.map(toAnswer), rules: rules.map(toAnswer) };
}

function toTerms({ rpm, tpm, concurrency, retries, timeout, price }: Omit<CheckedTerms, 'provider'>): ModelTerms {
  return {
    ...(rpm !== undefined && { rpm }),
    ...(tpm !== undefined && { tpm }),
    ...(concurrency !== undefined && { concurrency }),
    ...(retries !== undefined && { retries }),
    ...(timeout !== undefined && { timeoutMs: timeout }),
    ...(price !== undefined && { price: toPrice(price) }),
  };
}

function toPrice({ input, output, cached_input: cached }: NonNullable<CheckedTerms['price']>): Price {
  return { inputUsd: input, outputUsd: output, ...(cached !== undefined && { cachedInputUsd: cached }) };
}

function toAnswer<A extends CheckedRules['sequence'][number]>({ tokens, ...answer }: A) {
  const { input: inputTokens, output: outputTokens } = tokens ?? {};
  const known: SimulatedAnswer['tokens'] = {
    ...(inputTokens !== undefined && { inputTokens }),
    ...(outputTokens !== undefined && { outputTokens }),
  };
  return { ...defined(answer), ...(tokens !== undefined && { tokens: known }) };
}
