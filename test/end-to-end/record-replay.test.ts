import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ModelServer, startModelServer } from '../model/provider/model-server.ts';
import { WIRES, type WireAnswer } from '../model/provider/wire.ts';
import { failuresOf, runWhole } from './whole-run.ts';

vi.setConfig({ testTimeout: 30_000 });

const OBSERVED = ['First, of six.', 'Then, of seven.', 'At last, of eight.'];

/** Written once for the file: the run that everything here is a replay of. */
interface Recorded {
  readonly folder: string;
  readonly scenario: string;
  readonly tape: string;
  readonly whole: Awaited<ReturnType<typeof runWhole>>;
}
let recorded: Recorded;
let asked = 0;

function toScenario(url: string, changes: { instructions?: string; observe?: string[] } = {}) {
  const { instructions = 'Work with tools. {{ index }}', observe = OBSERVED } = changes;
  return {
    name: 'recorded',
    seed: 11,
    models: {
      m: {
        provider: 'openai-compatible',
        model: 'test-model',
        base_url: url,
        api_key: '${REPLAY_KEY}',
        headers: { 'x-account': '${REPLAY_ACCOUNT}' },
        price: { input: 1, output: 2 },
        concurrency: 3,
      },
    },
    tools: {
      calculate: { builtin: 'calculate' },
      dice: { module: './tools.ts' },
      slow: {
        builtin: 'simulated',
        latency: { min: '5ms', max: '40ms' },
        result: 'slow {{ args.n }}',
        failure_rate: 0.3,
      },
    },
    agents: {
      worker: {
        count: 6,
        model: 'm',
        tools: ['calculate', 'dice', 'slow'],
        instructions,
        observe,
        context: { tokens: 800, when_full: 'summarise' },
        budget_each: { calls: 40 },
        output: { type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'] },
      },
    },
    budget: { tokens: 1_000_000, usd: 1 },
    memory: { store: 'in-memory' },
    expect: ['agents.done == 6', 'replies == 18', 'cost_usd > 0', 'corrections == 6', 'tool_calls.total == 54'],
  };
}

/**
 * Three calls for each observation, a reply by their results; the second observation is first answered wrongly. It counts
 * tokens in a way of its own, texts alone, to which each agent adapts the more, the longer its conversation is.
 */
async function startAnswering(): Promise<ModelServer> {
  return startModelServer((_, response, body) => {
    asked++;
    const { messages } = JSON.parse(body);
    const texts = messages.map(({ content }: { content: unknown }) => content).join('');
    const answer = toAnswer(messages);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(WIRES.chat.body({ ...answer, usage: { input: Math.ceil(texts.length / 4), output: 20 } })),
    );
  });
}

function toAnswer(messages: readonly { role: string; content: unknown }[]): WireAnswer {
  const last = messages.at(-1);
  if (!JSON.stringify(messages[0]).includes('Work with tools')) return { text: 'They threw dice.' };
  if (last?.role === 'tool') {
    const question = String(messages.filter(({ role }) => role === 'user').at(-1)?.content);
    return { text: question.includes('seven') ? 'Seven, I think.' : '{ "sum": 1 }' };
  }
  if (String(last?.content).includes('does not fit')) return { text: '{ "sum": 7 }' };
  const n = messages.length;
  return {
    text: `I throw dice at ${n}. ${'Words that fill the conversation. '.repeat(36)}`,
    calls: [
      { name: 'calculate', args: `{"expression":"${n} * 2"}` },
      { name: 'dice', args: '{}' },
      { name: 'slow', args: `{"n":${n}}` },
    ],
  };
}

function writeScenario(folder: string, name: string, scenario: object): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(scenario));
  return file;
}

const MODULE = `
  import { defineTool } from 'troupe';
  export const dice = defineTool({
    name: 'dice', description: 'Throws.', parameters: { type: 'object' }, effects: 'once',
    execute: async (_, context) => {
      context.log('thrown by ' + context.agent);
      return { thrown: 1 + Math.floor(Math.random() * 1e9) };
    },
  });`;

beforeEach(async () => {
  if (recorded !== undefined) return;
  const folder = mkdtempSync(join(tmpdir(), 'troupe-'));
  writeFileSync(join(folder, 'tools.ts'), MODULE);
  vi.stubEnv('REPLAY_KEY', 'sk-replay-0123456789abcdef');
  vi.stubEnv('REPLAY_ACCOUNT', 'account-of-the-replay');
  const server = await startAnswering();
  const scenario = writeScenario(folder, 'scenario.json', toScenario(`${server.url}/v1`));
  const tape = join(folder, 'tape.jsonl');
  const whole = await runWhole(scenario, { record: tape });
  await server.close();
  recorded = { folder, scenario, tape, whole };
});
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => rmSync(recorded.folder, { recursive: true, force: true }));

const toolResults = ({ all }: Pick<Recorded['whole'], 'all'>) =>
  all('tool.finished')
    .map(({ agent, turn, result: { callId, name, isError, content } }) =>
      JSON.stringify({ agent, turn, callId, name, isError, content }),
    )
    .sort();

test('the recorded run is what the replays are held against', () => {
  const { whole, tape } = recorded;
  expect(whole.summary.expectations.filter(({ pass }) => !pass)).toEqual([]);
  expect(failuresOf(whole)).toEqual([]);
  // Conversations grow too long, are summed up, tools fail, and all of that is recorded.
  expect(whole.all('agent.condensed').some(({ summary }) => summary !== undefined)).toBe(true);
  expect(whole.summary.toolCalls.failed).toBeGreaterThan(0);
  expect(readFileSync(tape, 'utf8')).not.toMatch(/sk-replay|account-of-the/);
});

describe.each([
  ['virtual time', true],
  ['live', false],
])('without server and without key, in %s', (_, virtual) => {
  test('a replay gives the same replies and the same results of tools', async () => {
    const { scenario, tape, whole } = recorded;
    const before = asked;
    vi.stubEnv('REPLAY_KEY', undefined);
    vi.stubEnv('REPLAY_ACCOUNT', undefined);
    const replay = await runWhole(scenario, { replay: tape, virtual });
    expect(replay.summary.expectations.filter(({ pass }) => !pass)).toEqual([]);
    expect(replay.summary.status).toBe('done');
    expect(replay.replies()).toEqual(whole.replies());
    expect(toolResults(replay)).toEqual(toolResults(whole));
    expect(replay.summary.costUsd).toBeCloseTo(whole.summary.costUsd, 9);
    expect(replay.summary.tokens).toEqual(whole.summary.tokens);
    expect(
      replay
        .all('tool.logged')
        .map(({ agent, text }) => `${agent} ${text}`)
        .sort(),
    ).toEqual(
      whole
        .all('tool.logged')
        .map(({ agent, text }) => `${agent} ${text}`)
        .sort(),
    );
    expect(replay.all('agent.condensed').map(({ summary }) => summary)).toEqual(
      expect.arrayContaining(whole.all('agent.condensed').map(({ summary }) => summary)),
    );
    const spent = (budgets: typeof replay.budgets) => budgets.filter(({ limit }) => limit !== 'wall');
    expect(spent(replay.budgets)).toEqual(spent(whole.budgets));
    expect(asked).toBe(before);
  });
});

test('two replays in virtual time tell the same events, byte for byte', async () => {
  const { scenario, tape } = recorded;
  const once = await runWhole(scenario, { replay: tape, virtual: true });
  const again = await runWhole(scenario, { replay: tape, virtual: true });
  const lines = ({ events }: typeof once) => events.map((event) => JSON.stringify(event)).join('\n');
  expect(lines(again)).toBe(lines(once));
  // As long as it took, but not in real time.
  expect(once.summary.virtualMs).toBeGreaterThan(recorded.whole.summary.wallMs * 0.5);
});

describe.each([true, false])('what has changed since, virtual: %s', (virtual) => {
  const replayChanged = async (changes: Parameters<typeof toScenario>[1]) => {
    const changed = writeScenario(recorded.folder, 'changed.json', toScenario('http://127.0.0.1:9/v1', changes));
    return runWhole(changed, { replay: recorded.tape, virtual });
  };

  test('in the instructions is told as such', async () => {
    const replay = await replayChanged({ instructions: 'Work with tools, please. {{ index }}' });
    expect(replay.summary.status).toBe('failed');
    expect(failuresOf(replay)).toEqual(Array(6).fill('REPLAY_MISSING'));
    const message = replay.all('agent.ended')[0]?.error?.message;
    expect(message).toMatch(/^Cannot replay model call "1\/model" of agent "worker\/\d" in turn 1: /);
    expect(message).toContain('its instructions: "Work with tools, please. ');
    expect(message).toContain('instead of "Work with tools. ');
  });

  test('in a later observation is told as its message, after what is the same', async () => {
    const replay = await replayChanged({ observe: [OBSERVED[0] ?? '', 'Then, of nine.', OBSERVED[2] ?? ''] });
    expect(failuresOf(replay)).toEqual(Array(6).fill('REPLAY_MISSING'));
    // The first observation is as it was.
    expect(replay.all('agent.replied')).toHaveLength(6);
    const message = replay.all('agent.ended')[0]?.error?.message;
    expect(message).toMatch(/message \d+: user "Then, of nine\." instead of user "Then, of seven\."/);
  });
});
