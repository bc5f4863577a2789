import { describe, expect, test } from 'vitest';
import { createRequestDescriber } from '../../../src/base/tape/describe-request.ts';
import { RecordedRun } from '../../../src/base/tape/recorded-run.ts';
import { RequestChain } from '../../../src/base/tape/request-chain.ts';
import type { ChatMessage, JsonObject, ModelRequest } from '../../../src/protocol.ts';
import { HEADER, placeOf, requestOf, said, user } from './requests.ts';

const describeRequest = createRequestDescriber((json) => json);

function runOf(...requests: [call: string, request: ModelRequest, reply: string][]): RecordedRun {
  const run = new RecordedRun('run.jsonl', HEADER);
  for (const [call, request, reply] of requests) {
    const decision = { reply, toolCalls: [], final: true, usage: { inputTokens: 1, outputTokens: 1 }, serviceMs: 1 };
    const chain = new RequestChain(undefined, 0, describeRequest(request));
    run.addModelCall({ agent: 'a/0', call, model: 'm', ms: 5, request: chain, outcome: { decision } });
  }
  return run;
}

function toolRun(args: JsonObject): RecordedRun {
  const run = new RecordedRun('run.jsonl', HEADER);
  const result = { isError: false, content: 1, serviceMs: 1 };
  run.addToolCall({ agent: 'a/0', call: '1/1', tool: 'search', ms: 1, args, result, acts: [] });
  return run;
}

const messages: ChatMessage[] = [user('Go'), said('Yes.'), user('And?')];

describe('a model call', () => {
  test('is found by its place and its conversation', () => {
    const run = runOf(['1/model', requestOf([user('Go')]), 'A'], ['2/model', requestOf(messages), 'B']);
    const reply = (call: string, request: ModelRequest) => {
      const { outcome } = run.findModelCall(request, placeOf(call));
      return 'decision' in outcome ? outcome.decision.reply : undefined;
    };
    expect(reply('2/model', requestOf(structuredClone(messages)))).toBe('B');
    expect(reply('1/model', requestOf([user('Go')]))).toBe('A');
  });

  test('of the same place is that of the same conversation', () => {
    const run = runOf(['1/model', requestOf([user('Sum up')]), 'A'], ['1/model', requestOf(messages), 'B']);
    expect(run.findModelCall(requestOf(messages), placeOf('1/model'))).toMatchObject({
      outcome: { decision: { reply: 'B' } },
    });
  });

  test.each<[string, string, string]>([
    ['3/model', 'a/0', '"run.jsonl" has no such call, the last one of this agent is "2/model"'],
    ['1/model', 'a/9', '"run.jsonl" has no such call, there is none of this agent'],
  ])('that is missing is told: %s of %s', (call, agent, state) => {
    const run = runOf(['1/model', requestOf([user('Go')]), 'A'], ['2/model', requestOf(messages), 'B']);
    expect(() => run.findModelCall(requestOf(messages), { agent, turn: 3, callId: call })).toThrow(
      expect.objectContaining({
        code: 'REPLAY_MISSING',
        message: `Cannot replay model call "${call}" of agent "${agent}" in turn 3: ${state}; record the run again`,
      }),
    );
  });

  test.each<[string, ModelRequest, string]>([
    ['instructions', requestOf(messages, { instructions: 'Rest.' }), 'its instructions: "Rest." instead of "Work."'],
    [
      'tools',
      requestOf(messages, { tools: [{ name: 'send', description: '', parameters: {} }] }),
      'its tools: "send" instead of ""',
    ],
    [
      'output',
      requestOf(messages, { output: { type: 'object' } }),
      'what its reply has to be: "{\\"type\\":\\"object\\"}" instead of ""',
    ],
    [
      'a message',
      requestOf([user('Go'), said('No.'), user('And?')]),
      'message 2: assistant "[\\"No.\\",[]]" instead of assistant "[\\"Yes.\\",[]]"',
    ],
    [
      'a role',
      requestOf([user('Go'), user('Yes.'), user('And?')]),
      'message 2: user "Yes." instead of assistant "[\\"Yes.\\",[]]"',
    ],
    ['one more', requestOf([...messages, user('So?')]), 'message 4: user "So?" instead of nothing'],
    ['one less', requestOf(messages.slice(0, 2)), 'message 3: nothing instead of user "And?"'],
  ])('whose conversation has diverged says where: %s', (_, request, where) => {
    const run = runOf(['1/model', requestOf([user('Sum up')]), 'A'], ['1/model', requestOf(messages), 'B']);
    expect(() => run.findModelCall(request, placeOf('1/model'))).toThrow(
      expect.objectContaining({
        code: 'REPLAY_MISSING',
        message: `Cannot replay model call "1/model" of agent "a/0" in turn 1: the conversation is not the recorded one: ${where}; record the run again`,
      }),
    );
  });

  test('that differs only later than what is shown says so', () => {
    const run = runOf(['1/model', requestOf([user(`${'x'.repeat(200)}a`)]), 'A']);
    expect(() => run.findModelCall(requestOf([user(`${'x'.repeat(200)}b`)]), placeOf('1/model'))).toThrow(
      `message 1: it begins with user "${'x'.repeat(120)}" as before, and goes on differently`,
    );
  });
});

describe('a tool call', () => {
  test('is found by its place, name and arguments, whatever the order of their members', () => {
    const run = toolRun({ a: 1, b: { c: 2, d: 3 } });
    const found = run.findToolCall({ name: 'search', args: { b: { d: 3, c: 2 }, a: 1 } }, placeOf('1/1'));
    expect(found.result.content).toBe(1);
  });

  test.each<[string, string, JsonObject, string, string]>([
    ['place', 'search', { q: 'a' }, '2/1', '"run.jsonl" has no such call, the last one of this agent is "1/1"'],
    ['arguments', 'search', { q: 'b' }, '1/1', 'its arguments are {"q":"b"}, and were {"q":"a"}'],
    ['name', 'send', { q: 'a' }, '1/1', 'when it was recorded, it was a call of "search"'],
  ])('of another %s is told', (_, name, args, call, state) => {
    expect(() => toolRun({ q: 'a' }).findToolCall({ name, args }, placeOf(call))).toThrow(
      expect.objectContaining({
        code: 'REPLAY_MISSING',
        message: `Cannot replay "${name}" call "${call}" of agent "a/0" in turn 1: ${state}; record the run again`,
      }),
    );
  });

  test('of long arguments is told by their beginning', () => {
    const long = 'x'.repeat(9_000);
    expect(() => toolRun({ q: 'a' }).findToolCall({ name: 'search', args: { q: long } }, placeOf('1/1'))).toThrow(
      `its arguments are {"q":"${'x'.repeat(114)}…, and were {"q":"a"}`,
    );
  });
});
