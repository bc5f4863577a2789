import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toSummaryRequest } from '../../../src/model/context/to-summary-request.ts';
import { createTokenCounter } from '../../../src/model/token-counter.ts';
import type { ChatMessage, ModelRequest } from '../../../src/protocol.ts';
import { observe, spec } from '../requests.ts';

const counter = await createTokenCounter({ provider: 'code' });
const countText = (text: string) => counter.countText(text);
const tools = [{ name: 'find', description: '', parameters: {} }];
const fixed = { spec, turn: 5, step: 2, attempt: 1, observation: observe('now'), instructions: 'Be kind.' };
const request: ModelRequest = { ...fixed, transcript: [], tools, output: { type: 'object' } };
const messages: readonly ChatMessage[] = [
  { role: 'user', content: 'Which host is down?' },
  { role: 'assistant', content: 'I look.', toolCalls: [{ id: 'call-1-1', name: 'find', args: { host: 'db-1' } }] },
  { role: 'tool', callId: 'call-1-1', name: 'find', content: '{"error":"no route"}', isError: true },
  { role: 'assistant', content: 'db-1 is down.', toolCalls: [] },
];

test('asks the same model, without tools, for a bounded summary of everything that was said', () => {
  const asked = toSummaryRequest(request, messages, { contextTokens: 4_000, limit: 3_000, countText });
  const content = [
    'To the agent:\nWhich host is down?',
    'The agent:\nI look.',
    'The agent\'s call call-1-1 of find:\n{"host":"db-1"}',
    'Error of call call-1-1:\n{"error":"no route"}',
    'The agent:\ndb-1 is down.',
  ].join('\n\n');
  expect(asked).toEqual({
    ...{ spec, turn: 5, step: 2, attempt: 1, tools: [], maxOutputTokens: 750 },
    instructions: expect.stringContaining('summary'),
    observation: { kind: 'summary', text: content },
    transcript: [{ role: 'user', content }],
  });
});

test('sums up an earlier summary along with what follows', () => {
  const earlier = { dropped: 9, summary: 'There are two hosts.' };
  const asked = toSummaryRequest(request, messages, { contextTokens: 4_000, limit: 3_000, earlier, countText });
  expect(asked.transcript[0]?.content).toMatch(/^Summary of what was before:\nThere are two hosts\.\n\nTo the agent:/);
});

test('cuts what is long, not what is short', () => {
  const long: ChatMessage = { role: 'tool', callId: 'c', name: 'find', content: 'x'.repeat(100_000), isError: false };
  const asked = toSummaryRequest(request, [...messages, long], { contextTokens: 4_000, limit: 3_000, countText });
  const content = asked.transcript[0]?.content ?? '';
  expect(content).toContain('The agent:\ndb-1 is down.');
  expect(content).toContain('characters left out');
});

test('refuses a context in which nothing can be summed up', () => {
  expect(() => toSummaryRequest(request, messages, { contextTokens: 300, limit: 200, countText })).toThrow(
    expect.objectContaining({ code: 'CONTEXT_EXCEEDED' }),
  );
});

test('fits into the context whatever there is to sum up', () => {
  const lengths = fc.array(fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 90_000 })), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(lengths, fc.integer({ min: 600, max: 20_000 }), (sizes, contextTokens) => {
      const many = sizes.map((size): ChatMessage => ({ role: 'user', content: 'x'.repeat(size) }));
      const asked = toSummaryRequest(request, many, { contextTokens, limit: contextTokens - 100, countText });
      const tokens = counter.countRequest(asked).tokens + (asked.maxOutputTokens ?? 0);
      expect(tokens).toBeLessThanOrEqual(contextTokens);
    }),
    { numRuns: 100 },
  );
});
