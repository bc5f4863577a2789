import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../../src/base/redact.ts';
import { createRequestDescriber } from '../../../src/base/tape/describe-request.ts';
import type { ChatMessage } from '../../../src/protocol.ts';
import { requestOf, said, user } from './requests.ts';

const describePlain = createRequestDescriber((json) => json);
const tool = (name: string) => ({ name, description: '', parameters: { type: 'object' } });

/** The digest of the last message, as a replay makes it. */
const digestOf = (message: ChatMessage) => describePlain(requestOf([message])).at(-1)?.digests[0];

describe('the parts of a request', () => {
  test('are its instructions, tools, output, and each message', () => {
    const request = requestOf([user('Go'), said('Yes.')], {
      instructions: 'Be kind.',
      tools: [tool('search'), tool('send')],
      output: { type: 'object', required: ['a'] },
    });
    expect(describePlain(request).map(({ as, head }) => [as, JSON.parse(head)])).toEqual([
      ['instructions', 'Be kind.'],
      ['tools', 'search, send'],
      ['output', '{"required":["a"],"type":"object"}'],
      ['user', 'Go'],
      ['assistant', '["Yes.",[]]'],
    ]);
  });

  test.each<[string, ChatMessage, ChatMessage]>([
    ['text', user('a'), user('b')],
    ['half a character', user('\ud83c'), user('\ud83d')],
    ['reply', said('a'), said('b')],
    ['call', said(''), { role: 'assistant', content: '', toolCalls: [{ id: '1', name: 'x', args: {} }] }],
    ['arguments', ...(['a', 'b'].map((q) => callOf({ q })) as [ChatMessage, ChatMessage])],
    ['result', resultOf('a'), resultOf('b')],
    ['failure', resultOf('a'), { ...(resultOf('a') as ChatMessage & { role: 'tool' }), isError: true }],
  ])('differ by their %s', (_, one, other) => {
    expect(digestOf(one)).not.toBe(digestOf(other));
    expect(digestOf(one)).toBe(digestOf(structuredClone(one)));
  });

  test('begin with what is shown, and no more', () => {
    const [part] = describePlain(requestOf([], { instructions: 'x'.repeat(500) }));
    expect(part?.head).toBe(`"${'x'.repeat(120)}"`);
    expect(part?.digests).toHaveLength(1);
  });
});

describe('with secrets', () => {
  const redact = createRedactor({ MY_KEY: 'the-secret-value' });
  const describeRedacted = createRequestDescriber(redact);

  test('no secret is shown, not even half of one', () => {
    const text = `${'x'.repeat(110)} the-secret-value and so on`;
    const parts = describeRedacted(requestOf([user(text), said(text), resultOf(text)], { instructions: text }));
    expect(JSON.stringify(parts)).not.toContain('the-s');
  });

  test('a secret that begins within an escaped character costs nobody the call', () => {
    const odd = createRequestDescriber(createRedactor({ MY_KEY: 'nothing-at-all' }));
    expect(odd(requestOf([user('well\nothing-at-all')])).at(-1)?.as).toBe('user');
  });

  test('a replay fits whether it has the text as it is or what is left of it', () => {
    const recorded = describeRedacted(requestOf([user('use the-secret-value now')])).at(-1);
    expect(recorded?.digests).toContain(digestOf(user('use the-secret-value now')));
    expect(recorded?.digests).toContain(digestOf(user('use [redacted] now')));
    expect(recorded?.digests).not.toContain(digestOf(user('use another now')));
  });

  test.each<[string, unknown]>([
    ['an object with a secret member', { token: 'abcdef', other: 1 }],
    ['a secret value', { text: 'it is the-secret-value' }],
    ['a text that looks like such an object', '{"token":"abcdef"}'],
    ['a text with the secret', 'it is the-secret-value'],
  ])('a result fits that is %s', (_, content) => {
    const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
    const recorded = describeRedacted(requestOf([resultOf(text(content))])).at(-1);
    // As it comes back from the tape.
    const replayed = JSON.parse(redact(JSON.stringify({ content }))).content;
    expect(recorded?.digests).toContain(digestOf(resultOf(text(replayed))));
  });

  test('a decision fits whose arguments hold one', () => {
    const message = callOf({ password: 'abc', text: 'the-secret-value' });
    const recorded = describeRedacted(requestOf([message])).at(-1);
    expect(recorded?.digests).toContain(digestOf(JSON.parse(redact(JSON.stringify(message)))));
  });
});

function callOf(args: Record<string, string>): ChatMessage {
  return { role: 'assistant', content: '', toolCalls: [{ id: 'call-1-1', name: 'search', args }] };
}

function resultOf(content: string): ChatMessage {
  return { role: 'tool', callId: 'call-1-1', name: 'search', content, isError: false };
}
