import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChatMessage, Decision, ProviderModelSpec } from '../../../src/protocol.ts';
import { observe, request } from '../requests.ts';
import { liveContext } from './live-context.ts';
import { createLocalModel, type ModelServer, startModelServer } from './model-server.ts';
import { type Format, type Mode, toEvent, WIRES } from './wire.ts';

const TOOL = { name: 'search', description: 'Searches.', parameters: { type: 'object', properties: {} } };
const MODES: readonly Mode[] = ['whole', 'streamed'];
const ASKED: ChatMessage = { role: 'user', content: 'hello' };

let server: ModelServer;
let bodies: any[] = [];
let answer: { whole: unknown; events: readonly unknown[] };
let format: Format;
beforeAll(async () => {
  server = await startModelServer((incoming, response, body) => {
    bodies.push(JSON.parse(body));
    const isStreamed = body.includes('"stream":true') || incoming.url?.includes('streamGenerateContent') === true;
    response.writeHead(200, { 'content-type': isStreamed ? 'text/event-stream' : 'application/json' });
    if (isStreamed) response.end(answer.events.map((event) => toEvent(format, event)).join(''));
    else response.end(JSON.stringify(answer.whole));
  });
});
afterAll(() => server.close());

interface Asked {
  readonly spec?: Partial<ProviderModelSpec>;
  /** Of the second model, which is told of the first one's answer. */
  readonly again?: Partial<ProviderModelSpec>;
}

/** Asks, and asks again with the results of the calls. @returns The second request's body. */
async function goOn(which: Format, mode: Mode, given: typeof answer, { spec = {}, again = spec }: Asked = {}) {
  format = which;
  answer = given;
  bodies = [];
  const context = () => liveContext(mode === 'streamed' ? () => undefined : undefined);
  const ask = async (more: Partial<ProviderModelSpec>, transcript: readonly ChatMessage[]): Promise<Decision> => {
    const model = await createLocalModel(which, server.url, more);
    return model.decide(request(observe('hello'), { transcript, tools: [TOOL] }), context());
  };
  const { reply = '', toolCalls, kept } = await ask(spec, [ASKED]);
  // As a store gives it back.
  const answered = JSON.parse(JSON.stringify({ role: 'assistant', content: reply, toolCalls, kept })) as ChatMessage;
  const results = toolCalls.map(({ id, name }): ChatMessage => {
    return { role: 'tool', callId: id, name, content: `found by ${id}`, isError: false };
  });
  await ask(again, [ASKED, answered, ...results]);
  expect(bodies).toHaveLength(2);
  return { body: bodies[1], kept };
}

/** A block of Anthropic's as its stream has it: first empty, then each of its members in a piece of its own. */
function streamBlock(block: Record<string, unknown>, index: number): readonly unknown[] {
  const { thinking, signature, text, input, ...start } = block;
  const empty = { ...(text !== undefined && { text: '' }), ...(input !== undefined && { input: {} }) };
  const emptyThought = thinking === undefined ? {} : { thinking: '', signature: '' };
  const deltas = [
    ...(thinking ? [{ type: 'thinking_delta', thinking }] : []),
    ...(signature ? [{ type: 'signature_delta', signature }] : []),
    ...(text ? [{ type: 'text_delta', text }] : []),
    ...(input ? [{ type: 'input_json_delta', partial_json: JSON.stringify(input) }] : []),
  ];
  return [
    { type: 'content_block_start', index, content_block: { ...start, ...empty, ...emptyThought } },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
}

describe.each(MODES)('what Anthropic has thought, %s', (mode) => {
  const blocks = [
    { type: 'thinking', thinking: 'First ü.', signature: 'sig-1' },
    { type: 'redacted_thinking', data: 'secret-thought' },
    { type: 'text', text: 'Let me ' },
    { type: 'thinking', thinking: '', signature: 'sig-2' },
    { type: 'text', text: 'see' },
    { type: 'tool_use', id: 'toolu_a', name: 'search', input: { query: 'x' } },
    { type: 'tool_use', id: 'toolu_b', name: 'search', input: { query: 'y' } },
  ];
  const events = WIRES.anthropic.events({ text: '', calls: [{}] });
  const given = {
    whole: { ...(WIRES.anthropic.body({ calls: [{}] }) as object), content: blocks },
    events: [events[0], ...blocks.flatMap(streamBlock), ...events.slice(-2)],
  };
  const thinking = { options: { thinking: { type: 'enabled', budgetTokens: 2_048 } } };

  test('comes back as it was, in its place', async () => {
    const { body } = await goOn('anthropic', mode, given, { spec: thinking });
    expect(body.thinking).toEqual({ type: 'enabled', budget_tokens: 2_048 });
    expect(body.messages.map(({ role }: any) => role)).toEqual(['user', 'assistant', 'user']);
    expect(body.messages[1].content).toEqual(blocks);
    expect(body.messages[2].content.map((part: any) => part.tool_use_id)).toEqual(['toolu_a', 'toolu_b']);
  });

  test('is left out for another model or provider', async () => {
    const { body, kept } = await goOn('anthropic', mode, given, { spec: thinking, again: { ...thinking, model: 'n' } });
    expect(JSON.stringify(kept)).toContain('sig-1');
    expect(body.messages[1].content.map(({ type }: any) => type)).toEqual(['text', 'tool_use', 'tool_use']);
    expect(JSON.stringify(body)).not.toMatch(/sig-|secret-thought|toolu_/);
  });
});

describe.each(MODES)('what OpenAI has thought, %s', (mode) => {
  const reasoning = {
    type: 'reasoning',
    id: 'rs_1',
    encrypted_content: 'sealed',
    summary: [
      { type: 'summary_text', text: 'First.' },
      { type: 'summary_text', text: 'Second.' },
    ],
  };
  const calls = [{ id: 'call_a', args: '{"query":"x"}' }];
  const [created, ...rest] = WIRES.responses.events({ text: 'Let me see', calls }) as any[];
  const whole = WIRES.responses.body({ text: 'Let me see', calls }) as any;
  const summary = (type: string, summary_index: number, more: object) => {
    return { type: `response.reasoning_summary_${type}`, item_id: 'rs_1', output_index: 0, summary_index, ...more };
  };
  const part = { type: 'summary_text', text: '' };
  const given = {
    whole: { ...whole, output: [reasoning, ...whole.output] },
    events: [
      created,
      {
        type: 'response.output_item.added',
        output_index: 0,
        item: { ...reasoning, encrypted_content: '', summary: [] },
      },
      ...reasoning.summary.flatMap(({ text }, index) => [
        summary('part.added', index, { part }),
        summary('text.delta', index, { delta: text }),
        summary('part.done', index, { part: { ...part, text } }),
      ]),
      { type: 'response.output_item.done', output_index: 0, item: reasoning },
      ...rest.map((event) => ('output_index' in event ? { ...event, output_index: event.output_index + 1 } : event)),
    ],
  };

  test('is sent back if it is not stored there', async () => {
    const spec = { model: 'gpt-5', options: { store: false } };
    const { body } = await goOn('responses', mode, given, { spec });
    expect(body).toMatchObject({ store: false, include: ['reasoning.encrypted_content'] });
    expect(body.input.slice(1)).toMatchObject([
      reasoning,
      { role: 'assistant', id: 'msg_1', content: [{ type: 'output_text', text: 'Let me see' }] },
      { type: 'function_call', call_id: 'call_a', name: 'search', arguments: '{"query":"x"}' },
      { type: 'function_call_output', call_id: 'call_a', output: 'found by call-1-1' },
    ]);
  });

  test('is named if it is', async () => {
    const { body } = await goOn('responses', mode, given, { spec: { model: 'gpt-5' } });
    expect(body.input.slice(1, 4)).toMatchObject([
      { type: 'item_reference', id: 'rs_1' },
      { type: 'item_reference', id: 'msg_1' },
      { type: 'function_call', call_id: 'call_a' },
    ]);
  });

  test('an answer without thoughts is told, not named', async () => {
    const plain = { whole, events: [created, ...rest] };
    const { body, kept } = await goOn('responses', mode, plain, { spec: { model: 'gpt-4.1' } });
    expect(kept).toBeUndefined();
    expect(JSON.stringify(body)).not.toMatch(/item_reference|msg_1/);
  });
});

describe.each(MODES)('what Gemini has signed, %s', (mode) => {
  const parts = [
    { text: 'A thought in short.', thought: true },
    { text: 'Let me see' },
    { functionCall: { id: 'g1', name: 'search', args: { query: 'x' } }, thoughtSignature: 'sig-g' },
    { functionCall: { id: 'g2', name: 'search', args: { query: 'y' } } },
  ];
  const candidate = (content: unknown, more = {}) => ({ candidates: [{ content, index: 0, ...more }] });
  const given = {
    whole: candidate({ role: 'model', parts }, { finishReason: 'STOP' }),
    events: [
      ...parts.map((part) => candidate({ role: 'model', parts: [part] })),
      candidate({ role: 'model', parts: [] }, { finishReason: 'STOP' }),
    ],
  };

  test('comes back with its call', async () => {
    const { body } = await goOn('google', mode, given, { spec: { model: 'gemini-3-pro-preview' } });
    expect(body.contents[1]).toMatchObject({ role: 'model', parts: parts.slice(1) });
    expect(body.contents[1].parts[2].thoughtSignature).toBeUndefined();
    expect(body.contents[2].parts.map(({ functionResponse }: any) => functionResponse.id)).toEqual(['g1', 'g2']);
  });
});

describe.each(MODES)('what a server that speaks like OpenAI’s has thought, %s', (mode) => {
  function chat(said: object, call: object = {}) {
    const whole = WIRES.chat.body({ text: 'Let me see', calls: [{ id: 'own_1' }] }) as any;
    Object.assign(whole.choices[0].message, said);
    Object.assign(whole.choices[0].message.tool_calls[0], call);
    const [first, ...rest] = WIRES.chat.events({ text: 'Let me see', calls: [{ id: 'own_1' }] }) as any[];
    const called = rest.find((event) => event.choices?.[0]?.delta?.tool_calls !== undefined);
    Object.assign(called.choices[0].delta.tool_calls[0], call);
    const thought = { ...first, choices: [{ index: 0, delta: said, finish_reason: null }] };
    return { whole, events: [first, thought, ...rest] };
  }

  test('comes back as reasoning_content if it came as that', async () => {
    const { body } = await goOn('chat', mode, chat({ reasoning_content: 'Hm.' }));
    expect(body.messages[1]).toMatchObject({
      role: 'assistant',
      content: 'Let me see',
      reasoning_content: 'Hm.',
      tool_calls: [{ id: 'own_1' }],
    });
    expect(body.messages[2]).toMatchObject({ role: 'tool', tool_call_id: 'own_1' });
  });

  test('does not if it has another name, or there is none', async () => {
    for (const said of [{ reasoning: 'Hm.' }, {}]) {
      const { body, kept } = await goOn('chat', mode, chat(said));
      expect(kept).toBeUndefined();
      expect(Object.keys(body.messages[1]).sort()).toEqual(['content', 'role', 'tool_calls']);
    }
  });

  test('comes back as the signature of a call, as Gemini wants it', async () => {
    const signed = { extra_content: { google: { thought_signature: 'sig-c' } } };
    const { body } = await goOn('chat', mode, chat({}, signed));
    expect(body.messages[1].tool_calls).toEqual([
      { id: 'own_1', type: 'function', function: { name: 'search', arguments: '{}' }, ...signed },
    ]);
  });
});
