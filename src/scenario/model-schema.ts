import { z } from 'zod';
import { MODEL_RETRIES, MODEL_TIMEOUT_MS } from '../base/limits.ts';
import type { Json, JsonObject } from '../protocol.ts';
import { count, expected, jsonObject, latency, name, positiveDuration, rate, text } from './fields.ts';

/** RE2 is linear in the text, but compiling takes time with the pattern: `a{1000}` a thousand times takes seconds. */
const PATTERN_MAX_CHARS = 1_000;

const toolCall = () =>
  z
    .union(
      [
        name().transform((tool) => ({ tool, args: {} as JsonObject })),
        z
          .record(name(), z.nullable(z.record(z.string(), z.custom<Json>())))
          .refine((entry) => Object.keys(entry).length === 1, {
            error: 'expected one tool an entry: { tool: { ... } }',
          })
          .transform((entry) => {
            const [[tool, args] = ['', null]] = Object.entries(entry);
            return { tool, args: args ?? ({} as JsonObject) };
          })
          .meta({ maxProperties: 1, minProperties: 1 }),
      ],
      { error: expected('the name of a tool or { tool: { ... } }') },
    )
    .meta({ description: 'A tool by name, or { tool: { argument: value } }; strings inside are templates.' });

function answerShape() {
  return {
    reply: text('What the agent answers. A template.').optional(),
    call: z.array(toolCall()).default([]).meta({ description: 'Tools to call, all at once, in this order.' }),
    final: z
      .boolean()
      .meta({ description: 'The observation is answered; calls still run. Default: true without calls.' })
      .optional(),
    latency: latency("Instead of the model's latency.").optional(),
    tokens: z
      .strictObject({
        input: count('Input tokens.', 0).optional(),
        output: count('Output tokens.', 0).optional(),
      })
      .meta({ description: 'Token counts to report. Default: estimated, four characters a token.' })
      .optional(),
    fail: text('The call fails with this message instead of answering.').optional(),
  };
}

function ruleSchema(shape: ReturnType<typeof answerShape>) {
  return z.strictObject({
    on: z
      .enum(['observation', 'results', 'message', 'correction', 'summary'])
      .meta({ description: 'The kind of observation this rule is for. Default: any.' })
      .optional(),
    match: z
      .string()
      .max(PATTERN_MAX_CHARS)
      .meta({ description: "A regular expression (RE2) searched in the observation's text." })
      .optional(),
    when: text('A CEL expression that must be true.').optional(),
    ...shape,
  });
}

function simulatedShape() {
  const shape = answerShape();
  return {
    latency: latency('How long a call takes.').prefault('0ms'),
    failure_rate: rate('Probability that a call fails after its latency.'),
    sequence: z
      .array(z.strictObject(shape))
      .default([])
      .meta({ description: "Answers by the number of the agent's decision, before any rule." }),
    rules: z.array(ruleSchema(shape)).default([]).meta({ description: 'The first rule that fits answers.' }),
  };
}

function termsShape() {
  const usd = (description: string) => z.number().min(0).meta({ description });
  return {
    rpm: count('Requests a minute. Default: as the provider allows.', 1).optional(),
    tpm: count('Tokens a minute, in and out. Default: as the provider allows.', 1).optional(),
    concurrency: count('Calls in flight at once. Default: no limit.', 1).optional(),
    retries: count(
      `How often a call is made again that failed in a way that may pass. Default: ${MODEL_RETRIES} for a provider, else 0.`,
      0,
      100,
    ).optional(),
    timeout: positiveDuration(`For one try. Default: ${MODEL_TIMEOUT_MS / 60_000}m.`).optional(),
    price: z
      .strictObject({
        input: usd('For a million tokens of input.'),
        output: usd('For a million tokens of output.'),
        cached_input: usd('For a million tokens of input from the cache. Default: as other input.').optional(),
      })
      .meta({ description: 'US dollars; then the run, its groups and agents have a cost.' })
      .optional(),
  };
}

/** The name of an npm package, or one of those that have a short name here. */
const PROVIDER = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

/** One entry of `models`. */
export function modelSchema() {
  const simulated = simulatedShape();
  const terms = termsShape();
  const error = expected(
    'simulated, openai, anthropic, google, openai-compatible, code, or the name of an npm package',
  );
  return z
    .union([
      z
        .strictObject({
          provider: z
            .literal('simulated', { error })
            .default('simulated')
            .meta({ description: 'Who answers: by rules, from the seed.' }),
          ...simulated,
          ...terms,
        })
        .meta({ description: 'A simulated model.' }),
      z
        .strictObject({
          provider: z
            .literal('code', { error })
            .meta({ description: 'Brought along by the code that starts the run.' }),
          ...terms,
        })
        .meta({ description: 'Terms of a model from code.' }),
      z
        .strictObject({
          provider: z
            .string({ error })
            .regex(PROVIDER, { error })
            .refine((provider) => provider !== 'simulated' && provider !== 'code', { error })
            .meta({
              description:
                'openai, anthropic, google, openai-compatible, or the name of an npm package for the AI SDK.',
              examples: ['openai', 'anthropic', 'google', 'openai-compatible'],
            }),
          model: text(`The provider's name of the model; \${NAME} is an environment variable, as in all texts here.`),
          base_url: text("Where it is. Default: the provider's address.").optional(),
          api_key: text("Default: from the provider's own variable, such as OPENAI_API_KEY.").optional(),
          headers: z.record(z.string(), z.string()).meta({ description: 'Sent with each request.' }).optional(),
          temperature: z.number().min(0).max(2).meta({ description: 'Of its answers.' }).optional(),
          max_output_tokens: count('Of one answer.', 1).optional(),
          options: jsonObject('Passed to the provider as they are.').optional(),
          structured: z
            .boolean()
            .meta({ description: 'openai-compatible: it takes a JSON Schema for its replies. Default: false.' })
            .optional(),
          simulate: z.strictObject(simulated).meta({ description: 'Who answers in a rehearsal instead.' }).optional(),
          ...terms,
        })
        .meta({ description: 'A real model.' }),
    ])
    .meta({ description: 'A model.' });
}
