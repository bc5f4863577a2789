/** What a model answers, in the four wire formats that the AI SDK's packages for OpenAI, Anthropic and Google read. */

export type Format = 'chat' | 'responses' | 'anthropic' | 'google';
export type Mode = 'whole' | 'streamed';

export interface WireCall {
  readonly id?: string | null;
  readonly name?: unknown;
  /** JSON text as a model writes it. */
  readonly args?: unknown;
}

export interface WireAnswer {
  readonly text?: string | null;
  readonly calls?: readonly WireCall[];
  /** `stop`, `length`, `filter`, or the format's own word. Null: none. Absent: by the calls. */
  readonly finish?: string | null;
  /** Null: left out. */
  readonly usage?: { readonly input: unknown; readonly output: unknown } | null;
}

interface Wire {
  /** The body of a whole answer. */
  body(answer: WireAnswer): unknown;
  /** The events of a streamed one, the last of them ends it. */
  events(answer: WireAnswer): readonly unknown[];
}

const USAGE = { input: 11, output: 7 };

/** An event as the format writes it. */
export function toEvent(format: Format, event: unknown): string {
  if (event === '[DONE]') return 'data: [DONE]\n\n';
  const type = format === 'anthropic' || format === 'responses' ? `event: ${(event as any)?.type}\n` : '';
  return `${type}data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`;
}

export const WIRES: Readonly<Record<Format, Wire>> = {
  chat: { body: chatBody, events: chatEvents },
  responses: { body: responsesBody, events: responsesEvents },
  anthropic: { body: anthropicBody, events: anthropicEvents },
  google: { body: googleBody, events: googleEvents },
};

// ---------------------------------------------------------------- OpenAI, chat

function chatFinish({ finish, calls = [] }: WireAnswer): unknown {
  if (finish === undefined) return calls.length > 0 ? 'tool_calls' : 'stop';
  return finish === 'filter' ? 'content_filter' : finish;
}

const chatUsage = ({ usage = USAGE }: WireAnswer) =>
  usage === null ? {} : { usage: { prompt_tokens: usage.input, completion_tokens: usage.output, total_tokens: 18 } };

function chatCalls({ calls = [] }: WireAnswer): object {
  if (calls.length === 0) return {};
  return {
    tool_calls: calls.map(({ id = 'call_1', name = 'search', args = '{}' }, index) => ({
      index,
      id,
      type: 'function',
      function: { name, arguments: args },
    })),
  };
}

function chatBody(answer: WireAnswer): unknown {
  const message = { role: 'assistant', content: answer.text ?? null, ...chatCalls(answer) };
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message, finish_reason: chatFinish(answer) }],
    ...chatUsage(answer),
  };
}

function chatEvents(answer: WireAnswer): readonly unknown[] {
  const chunk = (choices: unknown[], more = {}) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices,
    ...more,
  });
  const delta = (value: unknown) => chunk([{ index: 0, delta: value, finish_reason: null }]);
  const text = answer.text ?? '';
  const half = Math.ceil(text.length / 2);
  return [
    delta({ role: 'assistant', content: '' }),
    ...(text === '' ? [] : [delta({ content: text.slice(0, half) }), delta({ content: text.slice(half) })]),
    ...((answer.calls ?? []).length === 0 ? [] : [delta(chatCalls(answer))]),
    chunk([{ index: 0, delta: {}, finish_reason: chatFinish(answer) }]),
    chunk([], chatUsage(answer)),
    '[DONE]',
  ];
}

// ---------------------------------------------------------------- OpenAI, responses

function responsesOutput({ text, calls = [] }: WireAnswer): unknown[] {
  const message = {
    type: 'message',
    id: 'msg_1',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text, annotations: [] }],
  };
  return [
    ...(text === undefined || text === null ? [] : [message]),
    ...calls.map(({ id = 'call_1', name = 'search', args = '{}' }, index) => ({
      type: 'function_call',
      id: `fc_${index}`,
      call_id: id,
      name,
      arguments: args,
      status: 'completed',
    })),
  ];
}

function responsesEnd(answer: WireAnswer): object {
  const { finish = 'stop', usage = USAGE } = answer;
  const reasons: Record<string, string> = { length: 'max_output_tokens', filter: 'content_filter' };
  const isWhole = finish === 'stop';
  return {
    status: isWhole ? 'completed' : 'incomplete',
    incomplete_details: isWhole || finish === null ? null : { reason: reasons[finish] ?? finish },
    ...(usage !== null && { usage: { input_tokens: usage.input, output_tokens: usage.output, total_tokens: 18 } }),
  };
}

function responsesBody(answer: WireAnswer): unknown {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    model: 'm',
    error: null,
    output: responsesOutput(answer),
    ...responsesEnd(answer),
  };
}

function responsesEvents(answer: WireAnswer): readonly unknown[] {
  const start = { id: 'resp_1', object: 'response', created_at: 1, model: 'm', output: [] };
  const text = answer.text ?? '';
  const half = Math.ceil(text.length / 2);
  const items = responsesOutput(answer).flatMap((item: any, index) => {
    const place = { output_index: index, item_id: item.id };
    const open = { type: 'response.output_item.added', output_index: index };
    const done = { type: 'response.output_item.done', output_index: index, item };
    if (item.type === 'message') {
      return [
        { ...open, item: { ...item, content: [] } },
        { type: 'response.output_text.delta', ...place, content_index: 0, delta: text.slice(0, half) },
        { type: 'response.output_text.delta', ...place, content_index: 0, delta: text.slice(half) },
        done,
      ];
    }
    return [
      { ...open, item: { ...item, arguments: '' } },
      { type: 'response.function_call_arguments.delta', ...place, delta: item.arguments },
      { type: 'response.function_call_arguments.done', ...place, arguments: item.arguments },
      done,
    ];
  });
  const isWhole = (answer.finish ?? 'stop') === 'stop';
  return [
    { type: 'response.created', response: { ...start, status: 'in_progress' } },
    ...items,
    { type: isWhole ? 'response.completed' : 'response.incomplete', response: { ...start, ...responsesEnd(answer) } },
  ];
}

// ---------------------------------------------------------------- Anthropic

function anthropicFinish({ finish, calls = [] }: WireAnswer): unknown {
  const reasons: Record<string, string> = { stop: 'end_turn', length: 'max_tokens', filter: 'refusal' };
  if (finish === undefined) return calls.length > 0 ? 'tool_use' : 'end_turn';
  return finish === null ? null : (reasons[finish] ?? finish);
}

function anthropicBody(answer: WireAnswer): unknown {
  const { text, calls = [], usage = USAGE } = answer;
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [
      ...(text === undefined || text === null ? [] : [{ type: 'text', text }]),
      ...calls.map(({ id = 'toolu_1', name = 'search', args = '{}' }) => ({
        type: 'tool_use',
        id,
        name,
        input: tryParse(args),
      })),
    ],
    stop_reason: anthropicFinish(answer),
    stop_sequence: null,
    ...(usage !== null && { usage: { input_tokens: usage.input, output_tokens: usage.output } }),
  };
}

function anthropicEvents(answer: WireAnswer): readonly unknown[] {
  const { text, calls = [], usage = USAGE } = answer;
  const blocks = [
    ...(text === undefined || text === null
      ? []
      : [{ block: { type: 'text', text: '' }, delta: { type: 'text_delta', text } }]),
    ...calls.map(({ id = 'toolu_1', name = 'search', args = '{}' }) => ({
      block: { type: 'tool_use', id, name, input: {} },
      delta: { type: 'input_json_delta', partial_json: args },
    })),
  ];
  return [
    {
      type: 'message_start',
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        ...(usage !== null && { usage: { input_tokens: usage.input, output_tokens: 1 } }),
      },
    },
    ...blocks.flatMap(({ block, delta }, index) => [
      { type: 'content_block_start', index, content_block: block },
      { type: 'content_block_delta', index, delta },
      { type: 'content_block_stop', index },
    ]),
    {
      type: 'message_delta',
      delta: { stop_reason: anthropicFinish(answer), stop_sequence: null },
      ...(usage !== null && { usage: { output_tokens: usage.output } }),
    },
    { type: 'message_stop' },
  ];
}

// ---------------------------------------------------------------- Google

function googleFinish({ finish }: WireAnswer): unknown {
  const reasons: Record<string, string> = { stop: 'STOP', length: 'MAX_TOKENS', filter: 'SAFETY' };
  if (finish === undefined) return 'STOP';
  return finish === null ? null : (reasons[finish] ?? finish);
}

function googleParts({ text, calls = [] }: WireAnswer): unknown[] {
  return [
    ...(text === undefined || text === null ? [] : [{ text }]),
    ...calls.map(({ name = 'search', args = '{}' }) => ({ functionCall: { name, args: tryParse(args) } })),
  ];
}

const googleUsage = ({ usage = USAGE }: WireAnswer) =>
  usage === null
    ? {}
    : { usageMetadata: { promptTokenCount: usage.input, candidatesTokenCount: usage.output, totalTokenCount: 18 } };

function googleBody(answer: WireAnswer): unknown {
  const content = { role: 'model', parts: googleParts(answer) };
  return {
    candidates: [{ content, finishReason: googleFinish(answer), index: 0 }],
    ...googleUsage(answer),
  };
}

function googleEvents(answer: WireAnswer): readonly unknown[] {
  return [
    ...googleParts(answer).map((part) => ({ candidates: [{ content: { role: 'model', parts: [part] }, index: 0 }] })),
    {
      candidates: [{ content: { role: 'model', parts: [] }, finishReason: googleFinish(answer), index: 0 }],
      ...googleUsage(answer),
    },
  ];
}

/** Where a format has arguments as JSON and not as text. */
function tryParse(args: unknown): unknown {
  try {
    return JSON.parse(String(args));
  } catch {
    return args;
  }
}
