import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRequest } from '../../../src/monitor/server/requests.ts';

describe('is taken as it is', () => {
  test.each([
    { type: 'subscribe', topic: 'fleet' },
    { type: 'subscribe', topic: 'fleet', id: 7, groups: ['a'], states: ['decide', 'waiting'] },
    { type: 'subscribe', topic: 'agent', agent: 'a/0', limit: 5_000 },
    { type: 'subscribe', topic: 'log', id: 'x', agents: ['a/0'], types: ['tool.finished'], failures: true, limit: 0 },
    { type: 'subscribe', topic: 'charts' },
    { type: 'subscribe', topic: 'limits' },
    { type: 'unsubscribe', topic: 'limits' },
    { type: 'subscribe', topic: 'messages' },
    { type: 'get', topic: 'messages', group: 'a', at: 5 },
    { type: 'subscribe', topic: 'sequence', agents: Array(12).fill('a/0') },
    { type: 'subscribe', topic: 'inbox', limit: 0 },
    { type: 'get', topic: 'inbox', agent: 'a/0' },
    { type: 'unsubscribe', topic: 'sequence' },
    { type: 'command', command: { type: 'message.resend', id: 'm1' } },
    { type: 'command', command: { type: 'messages.resend' } },
    {
      type: 'command',
      command: { type: 'approval.answer', agent: 'a/0', callId: '1/c', answer: 'edit', args: { to: 1 } },
    },
    { type: 'command', command: { type: 'approvals.answer', answer: 'reject', tool: 'pay', reason: 'No.' } },
    { type: 'command', command: { type: 'approvals.answer', answer: 'approve', calls: [{ agent: 'a', callId: 'c' }] } },
    { type: 'get', topic: 'fleet', at: 0 },
    { type: 'get', topic: 'agent', agent: 'a/0', at: 1.5, limit: 0 },
    { type: 'get', topic: 'log', at: 1e9, groups: [] },
    { type: 'get', topic: 'charts', at: 12 },
    { type: 'unsubscribe', topic: 'agent', agent: 'a/0' },
    { type: 'unsubscribe', topic: 'log' },
    { type: 'command', command: { type: 'agent.send', agent: 'a/0', text: 'x'.repeat(32_768) } },
    { type: 'command', command: { type: 'agent.stop', agent: 'a/0' } },
    { type: 'command', command: { type: 'group.send', group: 'a', text: ' ' } },
    { type: 'command', command: { type: 'group.pause', group: 'a' } },
    { type: 'command', command: { type: 'run.send', text: '‮\u0000' } },
    { type: 'command', command: { type: 'run.resume' } },
    { type: 'command', command: { type: 'run.drain', reason: '' } },
    { type: 'observe', id: 1, source: 'desk', item: { text: 'x', data: { a: [1] }, user: 'u', session: 's', id: 'i' } },
    { type: 'observe', source: 'desk', item: {} },
  ])('%j', (message) => {
    expect(parseRequest(JSON.stringify(message))).toEqual({ ok: true, message });
  });

  test('a drain without a reason gets one', () => {
    expect(parseRequest('{"type":"command","command":{"type":"run.drain"}}')).toMatchObject({
      message: { command: { type: 'run.drain', reason: 'asked for on the monitor' } },
    });
  });
});

describe('is refused, and said why', () => {
  test.each([
    ['', /not JSON/],
    ['{', /not JSON/],
    ['undefined', /not JSON/],
    ['NaN', /not JSON/],
    ['{}\u0000', /not JSON/],
    ['null', /"type" must be one of subscribe, get, unsubscribe, command/],
    ['[]', /"type" must be/],
    ['"subscribe"', /"type" must be/],
    ['42', /"type" must be/],
    ['{}', /"type" must be/],
    ['{"type":null}', /"type" must be/],
    ['{"type":["get"]}', /"type" must be/],
    ['{"type":"constructor"}', /"type" must be/],
    ['{"type":"__proto__"}', /"type" must be/],
    ['{"type":"toString"}', /"type" must be/],
    ['{"type":"welcome"}', /"type" must be/],
    ['{"type":"observe","source":"desk"}', /item: /],
    ['{"type":"observe","source":"","item":{}}', /source: /],
    ['{"type":"observe","source":"desk","item":{"id":"a~1"}}', /item.id: /],
    ['{"type":"observe","source":"desk","item":{"data":{"a":{"__proto__":1}}}}', /item.data.a.__proto__: /],
    ['{"type":"get"}', /topic/],
    ['{"type":"get","topic":"secrets"}', /topic/],
    ['{"type":"get","topic":"__proto__"}', /topic/],
    ['{"type":"get","topic":"fleet","at":-1}', /at: /],
    ['{"type":"get","topic":"fleet","at":1e999}', /at: /],
    ['{"type":"get","topic":"fleet","at":"0"}', /at: /],
    ['{"type":"subscribe","topic":"fleet","at":0}', /at/],
    ['{"type":"subscribe","topic":"fleet","__proto__":{"a":1}}', /__proto__/],
    ['{"type":"subscribe","topic":"fleet","extra":1}', /extra/],
    ['{"type":"subscribe","topic":"fleet","states":["flying"]}', /states\.0/],
    ['{"type":"subscribe","topic":"fleet","groups":"a"}', /groups/],
    ['{"type":"subscribe","topic":"sequence","agents":[]}', /agents/],
    [JSON.stringify({ type: 'subscribe', topic: 'sequence', agents: Array(13).fill('a/0') }), /agents/],
    ['{"type":"subscribe","topic":"inbox","limit":2001}', /limit/],
    ['{"type":"command","command":{"type":"approvals.answer","answer":"approve"}}', /either calls or tool/],
    ['{"type":"command","command":{"type":"approvals.answer","answer":"edit","tool":"pay"}}', /answer/],
    ['{"type":"command","command":{"type":"approval.answer","agent":"a/0","callId":"c","answer":"maybe"}}', /answer/],
    ['{"type":"subscribe","topic":"agent"}', /agent/],
    ['{"type":"subscribe","topic":"agent","agent":""}', /agent/],
    ['{"type":"subscribe","topic":"agent","agent":"a/0","limit":5001}', /limit/],
    ['{"type":"subscribe","topic":"agent","agent":"a/0","limit":1.5}', /limit/],
    ['{"type":"subscribe","topic":"log","limit":1001}', /limit/],
    ['{"type":"subscribe","topic":"log","types":["agent.flew"]}', /types\.0/],
    ['{"type":"get","topic":"fleet","id":{}}', /id/],
    ['{"type":"command"}', /command/],
    ['{"type":"command","command":{"type":"run.stop"}}', /command\.type/],
    ['{"type":"command","command":{"type":"run.send"}}', /text/],
    ['{"type":"command","command":{"type":"run.send","text":""}}', /text/],
    ['{"type":"command","command":{"type":"agent.stop"}}', /agent/],
    ['{"type":"command","command":{"type":"agent.stop","agent":"a","group":"b"}}', /group/],
    ['{"type":"command","command":{"type":"run.pause","text":"x"}}', /text/],
  ])('%s', (text, expected) => {
    const parsed = parseRequest(text);
    expect(parsed).toEqual({ ok: false, problem: expect.stringMatching(expected) });
  });

  test('what is too long', () => {
    const of = (message: object) => parseRequest(JSON.stringify(message)).ok;
    expect(of({ type: 'get', topic: 'agent', agent: 'x'.repeat(201) })).toBe(false);
    expect(of({ type: 'get', topic: 'log', agents: Array(1_001).fill('a/0') })).toBe(false);
    expect(of({ type: 'command', command: { type: 'run.send', text: 'x'.repeat(32_769) } })).toBe(false);
    expect(of({ type: 'get', topic: 'fleet', id: 'x'.repeat(201) })).toBe(false);
  });

  test('bears the id, when that can be told', () => {
    expect(parseRequest('{"type":"nothing","id":"a"}')).toMatchObject({ ok: false, id: 'a' });
    expect(parseRequest('{"type":"get","topic":"x","id":3}')).toMatchObject({ ok: false, id: 3 });
    expect(parseRequest('{"type":"get","id":[1]}')).not.toHaveProperty('id');
  });
});

test('whatever the text, it never throws, and what is refused says why in a few words', () => {
  const mangled = fc.array(
    fc.constantFrom('{', '}', '[', ']', '"', ':', ',', 'type', 'get', 'topic', '1', '\\', '\u0000'),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        mangled.map((parts) => parts.join('')),
      ),
      (text) => {
        const parsed = parseRequest(text);
        expect(parsed.ok || parsed.problem.length > 0).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
  expect(parseRequest('['.repeat(60_000)).ok).toBe(false);
  expect(parseRequest(`{"type":"get","topic":${'['.repeat(20_000)}${']'.repeat(20_000)}}`).ok).toBe(false);
});
