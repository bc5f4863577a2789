import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startMock } from '../model/provider/aimock.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { failuresOf, runWhole, startWhole } from './whole-run.ts';

vi.setConfig({ testTimeout: 30_000 });

const PROVIDERS = ['openai-compatible', 'openai', 'anthropic', 'google'] as const;
type Provider = (typeof PROVIDERS)[number];

let mock: LLMock;
beforeEach(async () => {
  vi.stubEnv('END_TO_END_KEY', 'sk-end-to-end-0123456789');
  mock = await startMock();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await mock.stop().catch(() => undefined);
});

const toAddress = (provider: Provider) => `${mock.url}${provider === 'google' ? '/v1beta' : '/v1'}`;
const toModel = (provider: Provider = 'openai-compatible', more: object = {}) => ({
  provider,
  model: 'test-model',
  base_url: toAddress(provider),
  api_key: '${END_TO_END_KEY}',
  ...more,
});

/** A scenario of one group that asks the mock. */
function simple(group: object, { model = {}, ...rest }: { model?: object; [key: string]: unknown } = {}) {
  return {
    name: 'simple',
    models: { m: toModel('openai-compatible', model) },
    agents: { a: { model: 'm', observe: 'Hello {{ index }}.', ...group } },
    memory: { store: 'in-memory' },
    ...rest,
  };
}

const CALLS = [
  { name: 'calculate', arguments: '{"expression":"6 * 7"}' },
  { name: 'search', arguments: '{"query":"heron"}' },
  { name: 'stock', arguments: '{"article":"lamp"}' },
  { name: 'weather', arguments: '{"city":"Oslo"}' },
];

/** A file with tools of each kind, in a folder with what they need. */
function writeScenario(provider: Provider): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'notes'));
  writeFileSync(join(folder, 'notes/birds.md'), '# Herons\n\nThe grey heron stands in shallow water.\n');
  writeFileSync(
    join(folder, 'tools.ts'),
    `import { defineTool } from 'troupe';
     export const stock = defineTool({
       name: 'stock',
       description: 'How many are left.',
       parameters: { type: 'object', properties: { article: { type: 'string' } }, required: ['article'] },
       effects: 'none',
       execute: ({ article }, context) => ({ article, left: 17, of: context.agent }),
     });`,
  );
  const file = join(folder, 'scenario.json');
  const scenario = {
    name: 'tools-of-each-kind',
    models: { m: toModel(provider, { price: { input: 1, output: 4 } }) },
    tools: {
      calculate: { builtin: 'calculate' },
      search: { builtin: 'search', folder: './notes' },
      stock: { module: './tools.ts' },
      weather: {
        builtin: 'simulated',
        result: 'snow in {{ args.city }}',
        parameters: { type: 'object', properties: { city: { type: 'string' } } },
      },
    },
    agents: {
      worker: { count: 3, model: 'm', tools: ['calculate', 'search', 'stock', 'weather'], observe: ['One.', 'Two.'] },
    },
    expect: ['agents.done == 3', 'tool_calls.failed == 0', 'replies == 6'],
  };
  writeFileSync(file, JSON.stringify(scenario));
  return file;
}

/** Calls everything, and says what came of it: no tool's result can be missing from what the model was sent. */
function answerByResults(): void {
  mock.on({ hasToolResult: false }, { content: 'I look.', toolCalls: CALLS });
  mock.on({ hasToolResult: true }, ({ messages }) => {
    const results = messages.filter(({ role }) => role === 'tool').slice(-4);
    return { content: results.map(({ content }) => String(content)).join(' | ') };
  });
}

describe.each(PROVIDERS)('with %s', (provider) => {
  test('agents call tools of each kind and reply by what came of it', async () => {
    answerByResults();
    const { summary, replies, all } = await runWhole(writeScenario(provider));
    expect(summary.expectations.filter(({ pass }) => !pass)).toEqual([]);
    expect(summary).toMatchObject({ status: 'done', modelCalls: 12, toolCalls: { total: 24, failed: 0 } });
    for (const [agent, own] of Object.entries(replies())) {
      expect(own).toHaveLength(2);
      for (const reply of own) {
        for (const part of ['42', 'heron', `"left":17`, `"of":"${agent}"`, 'snow in Oslo']) {
          // To Gemini, results go as JSON in JSON.
          expect(reply.replaceAll('\\', '')).toContain(part);
        }
      }
    }
    // Nobody watched: nothing was asked for as a stream.
    expect(all('agent.streamed')).toEqual([]);
    expect(mock.getRequests().some(({ body }) => (body as any)?.stream === true)).toBe(false);
    expect(all('agent.decided').every(({ decision }) => decision.usage.inputTokens > 0)).toBe(true);
    expect(summary.costUsd).toBeCloseTo((summary.tokens.input * 1 + summary.tokens.output * 4) / 1e6, 9);
    expect(summary.costUsd).toBeGreaterThan(0);
  });

  test('text comes as it is written, of those that are watched and no others', async () => {
    answerByResults();
    const whole = await startWhole(writeScenario(provider));
    const end = whole.run.watch((agent) => agent === 'worker/1');
    const summary = await whole.finished;
    end();
    expect(summary.status).toBe('done');
    const streamed = whole.all('agent.streamed');
    expect(new Set(streamed.map(({ agent }) => agent))).toEqual(new Set(['worker/1']));
    const decided = whole.all('agent.decided').filter(({ agent }) => agent === 'worker/1');
    for (const { turn, decision, seq } of decided) {
      const own = streamed.filter((event) => event.turn === turn);
      expect(own.map(({ text }) => text).join('')).toBe(decision.reply);
      expect(own.every((event) => event.seq < seq)).toBe(true);
    }
    expect(decided).toHaveLength(4);
  });
});

test('what agents, groups and the run have used adds up, with its cost', async () => {
  const usage = (input: number, output: number) => ({ prompt_tokens: input, completion_tokens: output });
  mock.on({ userMessage: 'cheap' }, { content: 'Done.', usage: usage(100, 10) });
  mock.on({ userMessage: 'dear' }, { content: 'Done.', usage: usage(2_000, 300) });
  const budget = { tokens: 1_000_000, usd: 100, calls: 100 };
  const scenario = {
    name: 'costs',
    models: { m: toModel('openai-compatible', { price: { input: 2, output: 10 } }) },
    agents: {
      cheap: { count: 3, model: 'm', observe: { items: 'cheap', inbox: true }, budget, budget_each: budget },
      dear: { count: 2, model: 'm', observe: ['dear', 'dear'], budget },
    },
    budget,
    memory: { store: 'in-memory' },
  };
  // Agents that wait for messages are still there to be looked at.
  const { run, all, finished } = await startWhole(scenario, { keepOpen: true });
  await vi.waitFor(() => expect(all('agent.waiting')).toHaveLength(3));
  await vi.waitFor(() => expect(all('agent.ended')).toHaveLength(2));
  const budgets = run.budgets();
  run.send({ type: 'run.drain', reason: 'all is said' });
  const summary = await finished;
  const used = (scope: string, limit: string) =>
    budgets.find((view) => view.scope === scope && view.limit === limit)?.used;
  const each = (100 * 2 + 10 * 10) / 1e6;
  const dear = (2_000 * 2 + 300 * 10) / 1e6;
  for (const [scope, calls, tokens, usd] of [
    ['cheap/0', 1, 110, each],
    ['cheap/2', 1, 110, each],
    ['cheap', 3, 330, 3 * each],
    ['dear', 4, 9_200, 4 * dear],
    ['run', 7, 9_530, 3 * each + 4 * dear],
  ] as const) {
    expect([scope, used(scope, 'calls'), used(scope, 'tokens')]).toEqual([scope, calls, tokens]);
    expect(used(scope, 'usd')).toBeCloseTo(usd, 9);
  }
  expect(budgets.every(({ reserved }) => reserved === 0)).toBe(true);
  expect(summary.costUsd).toBeCloseTo(3 * each + 4 * dear, 9);
  expect(summary.tokens).toEqual({ input: 8_300, output: 1_230 });
  expect(all('agent.decided').map(({ decision }) => decision.usage.costUsd)).toEqual(
    all('agent.decided').map(({ agent }) => (agent.startsWith('cheap') ? each : dear)),
  );
});

test('a reply that does not fit is told to the model, which corrects it', async () => {
  mock.on({}, ({ messages }) => {
    const said = JSON.stringify(messages.filter(({ role }) => role === 'user').at(-1));
    if (said.includes('does not fit')) return { content: '```json\n{ "answer": 4 }\n```' };
    return { content: said.includes('Hello 0.') ? '{ "answer": 1 }' : 'It is four.' };
  });
  const schema = { type: 'object', properties: { answer: { type: 'number' } }, required: ['answer'] };
  const { summary, replies, all } = await runWhole(simple({ count: 5, output: schema }));
  expect(summary).toMatchObject({ status: 'done', corrections: 4, modelCalls: 9, agents: { done: 5 } });
  expect(Object.values(replies()).map(([reply = '']) => JSON.parse(reply).answer)).toEqual([1, 4, 4, 4, 4]);
  const told = all('agent.observed').filter(({ observation }) => observation.kind === 'correction');
  expect(told.map(({ agent }) => agent).sort()).toEqual(['a/1', 'a/2', 'a/3', 'a/4']);
});

test('refusals for want of capacity and failures that pass are ridden out, and nobody fails', async () => {
  let asked = 0;
  let firstRefusal = 0;
  let early = 0;
  mock.on({}, () => {
    asked++;
    if (asked <= 6) {
      firstRefusal ||= performance.now();
      return { error: { message: 'Slow down', type: 'rate_limit_error' }, status: 429, retryAfter: 1 };
    }
    if (performance.now() - firstRefusal < 900) early++;
    if (asked % 10 === 0) return { error: { message: 'Overworked', type: 'server_error' }, status: 503 };
    return { content: 'Here you are.' };
  });
  const { summary, all } = await runWhole(simple({ count: 30 }, { model: { concurrency: 6 } }));
  expect(summary).toMatchObject({ status: 'done', agents: { done: 30, failed: 0 }, modelFailures: 0 });
  expect(summary.throttled).toBeGreaterThanOrEqual(6);
  expect(summary.retries.model).toBeGreaterThanOrEqual(2);
  expect(early).toBe(0);
  expect(all('model.throttled')[0]?.retryInMs).toBeGreaterThan(500);
  // What is made again is not paid for twice: each agent has one decision.
  expect(all('agent.decided')).toHaveLength(30);
});

test('in a storm of broken answers and connections everybody comes through', async () => {
  mock.on({}, { content: 'Hello to you as well, and to everybody else.' });
  mock.setChaos({ dropRate: 0.1, malformedRate: 0.1, disconnectRate: 0.1 });
  const whole = await startWhole(simple({ count: 60 }, { model: { retries: 12 } }));
  whole.run.watch((agent) => agent.endsWith('5'));
  const summary = await whole.finished;
  expect(failuresOf(whole)).toEqual([]);
  expect(summary.agents.done).toBe(60);
  expect(summary.retries.model).toBeGreaterThan(5);
  for (const [reply] of Object.values(whole.replies())) expect(reply).toMatch(/^Hello to you as well/);
});

test('500 agents at once are all answered, and the event loop is let go of', async () => {
  for (let n = 0; n < 500; n++) mock.on({ userMessage: `Hello ${n}.` }, { content: `Answer ${n}` });
  const { summary, replies } = await runWhole(simple({ count: 500 }));
  expect(summary).toMatchObject({ status: 'done', agents: { total: 500, done: 500 }, modelCalls: 500 });
  for (const [agent, own] of Object.entries(replies())) expect(own).toEqual([`Answer ${agent.slice(2)}`]);
  expect(summary.loopDelayMs.p99).toBeGreaterThan(0);
  // The mock works on the same loop.
  expect(summary.loopDelayMs.p99).toBeLessThan(500);
});

test('an outage is noticed, nobody asks while it lasts, and all goes on when it is over', async () => {
  mock.on({}, { content: 'Here.' }, { latency: 20 });
  const { port } = mock;
  const observe = Array.from({ length: 6 }, (_, n) => `Question ${n}`);
  const whole = await startWhole(simple({ count: 20, observe }, { model: { concurrency: 20 } }));
  await whole.first('agent.replied');
  await mock.stop();
  const tripped = await whole.first('model.tripped');
  expect(tripped).toMatchObject({ model: 'm', retryInMs: 5_000 });
  mock = new LLMock({ port, host: '127.0.0.1', logLevel: 'silent' });
  mock.on({}, { content: 'Here again.' });
  await mock.start();
  const restored = await whole.first('model.restored');
  const summary = await whole.finished;
  expect(failuresOf(whole)).toEqual([]);
  expect(summary).toMatchObject({ status: 'done', agents: { done: 20, failed: 0 }, replies: 120 });
  expect(summary.models.m).toMatchObject({ trips: 1 });
  expect(restored.downMs).toBeGreaterThanOrEqual(4_900);
  // What was in flight when it began may still have been answered.
  const between = whole.all('agent.decided').filter(({ at }) => at > tripped.at + 1_000 && at < restored.at - 100);
  expect(between).toEqual([]);
  expect(whole.replies()['a/0']?.at(-1)).toBe('Here again.');
});
