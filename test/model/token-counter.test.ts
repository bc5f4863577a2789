import { expect, test } from 'vitest';
import { createTokenCounter } from '../../src/model/token-counter.ts';
import type { ChatMessage, ModelRequest } from '../../src/protocol.ts';
import { observe, spec } from './requests.ts';

const user: ChatMessage = { role: 'user', content: 'x'.repeat(40) };
const call: ChatMessage = {
  role: 'assistant',
  content: '',
  toolCalls: [{ id: 'call-1-1', name: 'find', args: { q: 'x'.repeat(12) } }],
};

function request(more: Partial<ModelRequest> = {}): ModelRequest {
  const fixed = { spec, turn: 1, step: 1, attempt: 1, observation: observe('x') };
  return { ...fixed, instructions: 'x'.repeat(80), transcript: [user], tools: [], ...more };
}

test('takes four characters for a token where no provider counts, and adds what is around messages and calls', async () => {
  const counter = await createTokenCounter({ provider: 'simulated' });
  expect(counter.countText('12345')).toBe(2);
  expect(counter.countMessage(user)).toBe(14);
  // The name has 4 characters, the arguments as JSON have 20.
  expect(counter.countMessage(call)).toBe(4 + 8 + 1 + 5);
  expect(counter.countRequest(request())).toEqual({ tokens: 24 + 14, counted: 24 + 14 });
});

test('counts what the provider wants back by its length, whatever its encoding', async () => {
  for (const provider of ['openai', 'simulated'] as const) {
    const counter = await createTokenCounter({ provider });
    const without = counter.countMessage(call);
    expect(counter.countMessage({ ...call, kept: '1'.repeat(38) } as ChatMessage)).toBe(without + 10);
  }
});

test('counts tools and the schema of the reply as JSON', async () => {
  const counter = await createTokenCounter({ provider: 'code' });
  const tools = [{ name: 'find', description: 'd', parameters: {} }];
  const json = JSON.stringify(tools).length;
  expect(counter.countRequest(request({ tools, output: { type: 'object' } })).counted).toBe(
    38 + Math.ceil(json / 4) + 5,
  );
});

test('counts for a provider by its kind of encoding', async () => {
  const counter = await createTokenCounter({ provider: 'openai' });
  expect(counter.countText('Hello, World!')).toBe(4);
  expect(counter.countText('1'.repeat(30))).toBe(10);
});

test('counts a message once, and instructions once for an agent as long as they stay the same', async () => {
  const counter = await createTokenCounter({ provider: 'code' });
  const changed = { role: 'user' as const, content: 'x'.repeat(40) };
  expect(counter.countMessage(changed)).toBe(14);
  changed.content = 'x'.repeat(400);
  expect(counter.countMessage(changed)).toBe(14);
  expect(counter.countRequest(request()).counted).toBe(38);
  expect(counter.countRequest(request({ instructions: '' })).counted).toBe(18);
  expect(counter.countRequest(request()).counted).toBe(38);
});

test('learns from what the provider reports', async () => {
  const counter = await createTokenCounter({ provider: 'code' });
  const count = counter.countRequest(request());
  counter.learn(count, 57);
  expect(counter.countRequest(request())).toEqual({ tokens: 57, counted: 38 });
  expect([counter.countText('x'.repeat(40)), counter.countMessage(user)]).toEqual([15, 21]);
  // Reports on counts of before do not add up.
  for (let calls = 0; calls < 200; calls++) counter.learn(count, 57);
  expect(counter.countRequest(request()).tokens).toBe(57);
  for (let calls = 0; calls < 60; calls++) counter.learn(count, 38);
  expect(counter.countRequest(request()).tokens).toBe(39);
});

test('what it learns is bounded, and nothing is not a report', async () => {
  const counter = await createTokenCounter({ provider: 'code' });
  const count = counter.countRequest(request());
  counter.learn(count, 0);
  counter.learn({ tokens: 0, counted: 0 }, 10);
  expect(counter.countRequest(request()).tokens).toBe(38);
  counter.learn(count, 1_000_000);
  expect(counter.countRequest(request()).tokens).toBe(4 * 38);
});

test('what is learned of one agent changes nothing for another', async () => {
  const counter = await createTokenCounter({ provider: 'code' });
  const [one, other] = [{}, {}];
  counter.of(one).learn(counter.of(one).countRequest(request()), 76);
  expect(counter.of(one).countMessage(user)).toBe(28);
  expect(counter.of(other).countMessage(user)).toBe(14);
  expect(counter.countMessage(user)).toBe(14);
});
