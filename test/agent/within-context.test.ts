import { describe, expect, test } from 'vitest';
import { createContext } from '../../src/agent/context.ts';
import { ModelCall } from '../../src/agent/model-call.ts';
import { NOTHING_SPENT } from '../../src/agent/spent.ts';
import { fitContext } from '../../src/agent/within-context.ts';
import { defineModel } from '../../src/model/define-model.ts';
import type { ModelContext } from '../../src/model/model.ts';
import { createTokenCounter } from '../../src/model/token-counter.ts';
import type { ChatMessage, ModelRequest, RunEvent } from '../../src/protocol.ts';
import { runScenario } from '../../src/run-scenario.ts';
import { request } from '../model/requests.ts';
import { createHarness } from './harness.ts';

const LONG = 'word '.repeat(200); // 250 tokens

/** One agent that is asked ten times, with a tool call each time. */
async function talk(context: object, summary = 'They spoke of words.', instructions = 'Talk.') {
  const asked: ModelRequest[] = [];
  const summaries: ModelRequest[] = [];
  const events: RunEvent[] = [];
  const model = defineModel({
    name: 'm',
    decide: (request) => {
      if (request.observation.kind === 'summary') {
        summaries.push(request);
        return { reply: summary, usage: { outputTokens: 10 } };
      }
      asked.push({ ...request, transcript: [...request.transcript] });
      if (request.observation.kind === 'results') return `Answer ${request.turn}. ${LONG}`;
      return { toolCalls: [{ name: 'look', args: {} }] };
    },
  });
  const summarised = await runScenario(
    {
      name: 'talk',
      tools: { look: { builtin: 'simulated', result: LONG } },
      agents: {
        talker: {
          count: 1,
          model: 'm',
          tools: ['look'],
          instructions,
          observe: Array.from({ length: 10 }, (_, index) => `Question ${index}`),
          context,
        },
      },
      memory: { store: 'in-memory' },
    },
    { virtual: true, models: [model], onEvent: (event) => events.push(event) },
  );
  const condensed = events.filter((event) => event.type === 'agent.condensed');
  return { asked, summaries, events, condensed, summary: summarised };
}

const tokens = (transcript: readonly ChatMessage[]) =>
  transcript.reduce((sum, { content }) => sum + 4 + Math.ceil(content.length / 4), 0);

function assertWhole(transcript: readonly ChatMessage[]): void {
  expect(transcript[0]?.role).toBe('user');
  const called = new Set<string>();
  for (const message of transcript) {
    if (message.role === 'assistant') for (const { id } of message.toolCalls) called.add(id);
    if (message.role === 'tool') expect(called.delete(message.callId)).toBe(true);
  }
  expect(called.size).toBe(0);
}

describe('a conversation that outgrows its context', () => {
  test('loses its oldest part, never a call without its result, and the agent goes on', async () => {
    const { asked, condensed, summaries, summary } = await talk({ tokens: 2_000 });
    expect(summary.agents.done).toBe(1);
    expect(asked).toHaveLength(20);
    for (const { transcript } of asked) {
      assertWhole(transcript);
      expect(tokens(transcript)).toBeLessThan(2_000);
    }
    expect(condensed.length).toBeGreaterThan(1);
    expect(asked.at(-1)?.transcript[0]?.content).toMatch(/^\[The first \d+ messages .* were left out/);
    expect(asked.at(-1)?.transcript.some(({ content }) => content === 'Question 9')).toBe(true);
    expect(summaries).toEqual([]);
    for (const { tokensBefore, tokensAfter } of condensed) expect(tokensAfter).toBeLessThan(tokensBefore);
  });

  test('is summed up, the summaries before along with it, and what that costs is counted', async () => {
    const { asked, condensed, summaries, summary } = await talk({ tokens: 2_200, when_full: 'summarise' });
    expect(summary.agents.done).toBe(1);
    expect(summaries.length).toBe(condensed.length);
    expect(summaries.length).toBeGreaterThan(1);
    expect(summaries[0]).toMatchObject({ tools: [], observation: { kind: 'summary' } });
    expect(summaries[1]?.observation.text).toContain('They spoke of words.');
    expect(asked.at(-1)?.transcript[0]?.content).toContain('They spoke of words.');
    expect(summary.tokens.output).toBe(10 * summaries.length);
    expect(summary.modelCalls).toBe(20 + summaries.length);
    for (const { transcript } of asked) assertWhole(transcript);
  });

  test('is left out where no summary can be had', async () => {
    const { asked, condensed, summary } = await talk({ tokens: 3_000, when_full: 'summarise' }, '');
    expect(summary.agents.done).toBe(1);
    expect(condensed.length).toBeGreaterThan(0);
    expect(asked.at(-1)?.transcript[0]?.content).toContain('left out');
  });

  test('that fits is sent as it is', async () => {
    const { asked, condensed } = await talk({ tokens: 100_000 });
    expect(condensed).toEqual([]);
    expect(asked.at(-1)?.transcript).toHaveLength(39);
  });

  test.each([
    [LONG.repeat(2)],
    [LONG + 'x'.repeat(10)],
  ])('fails with a clear error if instructions and tools alone do not fit', async (instructions) => {
    const { asked, events } = await talk({ tokens: 256 }, undefined, instructions);
    expect(asked).toEqual([]);
    const ended = events.find((event) => event.type === 'agent.ended');
    expect(ended).toMatchObject({ status: 'failed', error: { code: 'CONTEXT_EXCEEDED' } });
    expect(ended?.error?.message).toMatch(
      /^Cannot ask the model: instructions and tools alone take \d+ tokens of the 256 allowed; allow more \(context\.tokens\)$/,
    );
  });

  test('fails with a clear error if the observation itself cannot fit', async () => {
    const { events } = await talk({ tokens: 256 });
    const ended = events.find((event) => event.type === 'agent.ended');
    expect(ended).toMatchObject({ status: 'failed', error: { code: 'CONTEXT_EXCEEDED' } });
  });
});

test('the summary is asked for the same user', async () => {
  const askedFor: [string, string | undefined][] = [];
  const { env, specs } = createHarness({
    decide: ({ observation }, context) => {
      askedFor.push([observation.kind, (context as ModelContext).user]);
      return { reply: 'They spoke.' };
    },
  });
  const call = new ModelCall(env, createContext({ spec: { ...specs[0]!, user: 'ada' } }), () => undefined);
  const counter = await createTokenCounter({ provider: 'simulated' });
  const transcript = Array.from({ length: 10 }, (): ChatMessage => ({ role: 'user', content: LONG }));
  const work = { transcript, condensed: undefined, observedFrom: undefined, spent: NOTHING_SPENT };
  const condensing = { group: call.group, counter, spec: { tokens: 2_000, whenFull: 'summarise' as const }, call };
  await fitContext(env, work, request(undefined, { transcript }), condensing);
  expect(askedFor).toEqual([['summary', 'ada']]);
});
