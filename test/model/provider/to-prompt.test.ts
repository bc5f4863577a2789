import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toPrompt } from '../../../src/model/provider/to-prompt.ts';
import type { ChatMessage, ModelRequest } from '../../../src/protocol.ts';
import { observe, request } from '../requests.ts';

const SOURCE = { provider: 'anthropic.messages', model: 'm' };
const user = (content: string): ChatMessage => ({ role: 'user', content });
const assistant = (content: string, ...ids: string[]): ChatMessage => ({
  role: 'assistant',
  content,
  toolCalls: ids.map((id) => ({ id, name: 'search', args: { id } })),
});
const result = (callId: string, content = 'found', isError = false): ChatMessage => {
  return { role: 'tool', callId, name: 'search', content, isError };
};

const prompt = (transcript: readonly ChatMessage[], more: Partial<ModelRequest> = {}) =>
  toPrompt(request(observe('hello'), { transcript, ...more }), SOURCE);
const said = (text: string) => ({ role: 'user', content: [{ type: 'text', text }] });
const callPart = (n: number, id: string, toolName = 'search') => {
  return { type: 'tool-call', toolCallId: `call0000${n}`, toolName, input: { id } };
};
const resultPart = (n: number, value: string, type = 'text', toolName = 'search') => {
  return { type: 'tool-result', toolCallId: `call0000${n}`, toolName, output: { type, value } };
};

describe('toPrompt', () => {
  test('a conversation with calls', () => {
    const transcript = [
      user('first'),
      assistant('Let me see', 'a', 'b'),
      result('a'),
      result('b', 'oh', true),
      assistant('done'),
      user('second'),
    ];
    expect(prompt(transcript, { instructions: 'Be brief.' })).toEqual([
      { role: 'system', content: 'Be brief.' },
      said('first'),
      {
        role: 'assistant',
        content: [{ type: 'text', text: 'Let me see' }, callPart(1, 'a'), callPart(2, 'b')],
      },
      { role: 'tool', content: [resultPart(1, 'found'), resultPart(2, 'oh', 'error-text')] },
      { role: 'assistant', content: [{ type: 'text', text: 'done' }] },
      said('second'),
    ]);
  });

  test('the observation is added only if the transcript does not end with it', () => {
    expect(prompt([])).toEqual([said('hello')]);
    expect(prompt([user('hello')])).toEqual([said('hello')]);
    expect(prompt([user('first'), assistant('ok')]).at(-1)).toEqual(said('hello'));
    expect(prompt([user('first'), assistant('', 'a'), result('a')]).at(-1)?.role).toBe('tool');
  });

  test('instructions come first, those at the beginning of the transcript with them, later ones as a message', () => {
    const system = (content: string): ChatMessage => ({ role: 'system', content });
    const request_ = request(observe('x'), {
      instructions: 'One.',
      transcript: [system('Two.'), user('x'), system('Three.')],
    });
    expect(toPrompt(request_, SOURCE, 'Words.')[0]).toEqual({ role: 'system', content: 'One.\n\nWords.\n\nTwo.' });
    expect(toPrompt(request_, SOURCE).slice(1)).toEqual([said('x\n\nThree.')]);
    expect(prompt([user('x')], { instructions: ' ' })).toEqual([said('x')]);
  });

  test('messages of the user in a row are one, and an empty one is not empty', () => {
    expect(prompt([user('a'), user(''), user('b')])).toEqual([said('a\n\n(no text)\n\nb')]);
  });

  test('an empty answer is left out', () => {
    expect(prompt([user('a'), assistant(' '), user('The answer is empty.')])).toEqual([
      said('a\n\nThe answer is empty.'),
    ]);
  });

  test('a conversation whose beginning has given way begins with the user all the same', () => {
    expect(prompt([assistant('', 'a'), result('a'), user('b')])[0]).toEqual(said('(earlier messages are left out)'));
  });

  test('a call without a result gets one, and a result without a call is left out', () => {
    const transcript = [user('a'), result('z'), assistant('', 'a', 'b'), result('b'), result('b'), user('b')];
    expect(prompt(transcript).slice(2)).toEqual([
      {
        role: 'tool',
        content: [
          resultPart(2, 'found'),
          resultPart(1, 'The call was not finished: its result is not known', 'error-text'),
        ],
      },
      said('b'),
    ]);
  });

  test('ids that come again in a later turn are told apart', () => {
    const turn = [assistant('', 'a'), result('a')];
    const parts = prompt([user('a'), ...turn, ...turn]).flatMap(({ content }) => content as any[]);
    expect(parts.flatMap((part) => part.toolCallId ?? [])).toEqual([
      'call00001',
      'call00001',
      'call00002',
      'call00002',
    ]);
  });

  test('what was kept of an answer stands in its place, with the names that the provider gave to its calls', () => {
    const options = { anthropic: { signature: 's' } };
    const parts = [
      { type: 'reasoning', text: '', options },
      { type: 'text', text: 'One', options },
      { type: 'text', text: ' ' },
      { type: 'call', id: 'toolu_1', options },
      { type: 'call', id: '' },
    ];
    const turn = (source: typeof SOURCE) => [
      { ...assistant('One ', 'a', 'b'), kept: { ...source, parts } },
      result('a'),
      result('b'),
    ];
    const made = (number: string, id: string) => ({ ...callPart(1, id), toolCallId: number });
    const content = (source = SOURCE) => prompt([user('a'), ...turn(source), ...turn(source)]).map((m) => m.content);
    const kept = [
      { type: 'reasoning', text: '', providerOptions: options },
      { type: 'text', text: 'One', providerOptions: options },
    ];
    expect(content()[1]).toEqual([
      ...kept,
      { ...made('toolu_1', 'a'), providerOptions: options },
      made('call00001', 'b'),
    ]);
    expect(content()[2]).toMatchObject([{ toolCallId: 'toolu_1' }, { toolCallId: 'call00001' }]);
    // The same name again would be that of two calls.
    expect(content()[3]).toMatchObject([...kept, { toolCallId: 'call00002' }, { toolCallId: 'call00003' }]);
    const plain = [{ type: 'text', text: 'One ' }, made('call00001', 'a'), made('call00002', 'b')];
    expect(content({ ...SOURCE, model: 'other' })[1]).toEqual(plain);
  });

  test('a name that no provider takes is shown as one that they do', () => {
    const named = (name: string): ChatMessage => ({
      role: 'assistant',
      content: '',
      toolCalls: [{ id: 'a', name, args: { id: 'a' } }],
    });
    const nameOf = (name: string, known: string[] = []) => {
      const tools = known.map((one) => ({ name: one, description: '', parameters: {} }));
      return (prompt([user('a'), named(name), result('a')], { tools })[1]?.content as any)[0].toolName;
    };
    expect(nameOf('functions.search (x)')).toBe('functions_search__x_');
    expect(nameOf('ü'.repeat(100))).toBe('_'.repeat(64));
    expect(nameOf('files.read', ['files.read'])).toBe('files.read');
  });

  test('halves of surrogate pairs are replaced everywhere', () => {
    const transcript = [user('a\ud800'), assistant('b\ud800', 'a'), result('a', 'c\ud800')];
    expect(JSON.stringify(prompt(transcript, { instructions: 'd\ud800' }))).not.toContain('\\ud800');
  });

  test('whatever the transcript holds, the prompt is one that providers accept', () => {
    const id = fc.constantFrom('a', 'b', 'c');
    const text = fc.constantFrom('', ' ', 'text');
    const message = fc.oneof(
      fc.record({ role: fc.constantFrom('user' as const, 'system' as const), content: text }),
      fc.tuple(text, fc.uniqueArray(id), fc.boolean()).map(([content, ids, isKept]) => {
        const calls = ids.map((own) => ({ type: 'call', id: own === 'c' ? 'call00001' : own }));
        const parts = [{ type: 'reasoning', text: '' }, { type: 'text' }, ...calls];
        return { ...assistant(content, ...ids), ...(isKept && { kept: { ...SOURCE, parts } }) };
      }),
      fc.tuple(id, text).map(([callId, content]) => result(callId, content)),
    );
    fc.assert(
      fc.property(fc.array(message, { maxLength: 12 }), (transcript) => {
        const messages = prompt(transcript).filter(({ role }) => role !== 'system');
        expect(messages[0]?.role).toBe('user');
        const results = messages.flatMap(({ role, content }) => (role === 'tool' ? (content as any[]) : []));
        expect(new Set(results.map((part) => part.toolCallId)).size).toBe(results.length);
        expect(['user', 'tool']).toContain(messages.at(-1)?.role);
        let open: string[] = [];
        let before = '';
        for (const { role, content } of messages) {
          if (role !== 'assistant') expect(role).not.toBe(before);
          const parts = content as any[];
          expect(parts.length).toBeGreaterThan(0);
          if (role === 'tool') expect(parts.map((part) => part.toolCallId).sort()).toEqual(open.sort());
          else expect(open).toEqual([]);
          open = role === 'assistant' ? parts.flatMap((part) => part.toolCallId ?? []) : [];
          for (const part of parts) if (part.type === 'text') expect(part.text.trim()).not.toBe('');
          before = role;
        }
        expect(open).toEqual([]);
      }),
    );
  });
});
