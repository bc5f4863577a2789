/** Answers that no model should give, as they come over the wire, and what has to become of each. */

import { type Format, type Mode, toEvent, WIRES, type WireAnswer } from './wire.ts';

/** What a server sends for one request. */
export interface Served {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly chunks: readonly (string | Buffer)[];
  /** After the chunks: end properly (default), cut the connection, send nothing more, or send the last chunk for ever. */
  readonly ending?: 'end' | 'cut' | 'stall' | 'endless';
}

export type Outcome =
  /** A decision that can be used. */
  | 'decision'
  /** The model is told what is wrong, with the whole answer or with the arguments of a call. */
  | 'flaw'
  | 'malformed'
  /** A `ModelCallError`: the provider has no capacity; it may pass; it will not. */
  | 'throttled'
  | 'retryable'
  | 'lasting'
  /** Codes `MODEL_REFUSED` and `MODEL_ANSWER`. */
  | 'refused'
  | 'endless'
  /** It waits until it is aborted, and rejects with the abort's reason. */
  | 'aborted';

export interface Misbehaviour {
  readonly name: string;
  readonly serve: (format: Format, mode: Mode) => Served;
  readonly expect: Outcome | ((format: Format, mode: Mode) => Outcome);
  readonly formats?: readonly Format[];
  readonly modes?: readonly Mode[];
}

const EVENTS = { 'content-type': 'text/event-stream' };
const JSON_TYPE = { 'content-type': 'application/json' };
const HTML = '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>';
const CALL = { name: 'search', args: '{"query":"x"}' };

// ---------------------------------------------------------------- how things are served

function toChunks(format: Format, mode: Mode, answer: WireAnswer): string[] {
  if (mode === 'whole') return [JSON.stringify(WIRES[format].body(answer))];
  return WIRES[format].events(answer).map((event) => toEvent(format, event));
}

function served(mode: Mode, chunks: readonly (string | Buffer)[], more: Partial<Served> = {}): Served {
  return { headers: mode === 'whole' ? JSON_TYPE : EVENTS, chunks, ...more };
}

type Kind = Omit<Misbehaviour, 'name' | 'serve' | 'expect'>;

/** An answer of the right form with something wrong in it. */
function answer(name: string, given: WireAnswer, expect: Misbehaviour['expect'], kind: Kind = {}): Misbehaviour {
  return { name, serve: (format, mode) => served(mode, toChunks(format, mode, given)), expect, ...kind };
}

function args(name: string, text: unknown, expect: Misbehaviour['expect'], kind: Kind = {}): Misbehaviour {
  return answer(`arguments: ${name}`, { calls: [{ name: 'search', args: text }] }, expect, kind);
}

/** The wire text of a good answer, changed. */
function wire(
  name: string,
  change: (text: string, format: Format, mode: Mode) => readonly (string | Buffer)[],
  expect: Misbehaviour['expect'],
  more: Partial<Served> & Kind & { answer?: WireAnswer } = {},
): Misbehaviour {
  const { answer: given = { text: 'Hello there' }, formats, modes, ...rest } = more;
  return {
    name,
    serve: (format, mode) => served(mode, change(toChunks(format, mode, given).join(''), format, mode), rest),
    expect,
    ...(formats !== undefined && { formats }),
    ...(modes !== undefined && { modes }),
  };
}

/** Events put into a good stream before its last two thirds, or at its beginning. */
function events(
  name: string,
  extra: (format: Format) => readonly (string | undefined)[],
  expect: Misbehaviour['expect'],
  more: { at?: number; only?: boolean; ending?: Served['ending'] } & Kind = {},
): Misbehaviour {
  const { at = 2, only = false, ending = 'end', formats } = more;
  return {
    name,
    modes: ['streamed'],
    ...(formats !== undefined && { formats }),
    serve: (format, mode) => {
      const own = toChunks(format, mode, { text: 'Hello there' });
      const added = extra(format).filter((one) => one !== undefined);
      const chunks = only ? [...own.slice(0, at), ...added] : [...own.slice(0, at), ...added, ...own.slice(at)];
      return served(mode, chunks, { ending });
    },
    expect,
  };
}

function errorBody(format: Format, status: number, code: string, message: string): unknown {
  switch (format) {
    case 'chat':
    case 'responses':
      return { error: { message, type: code, param: null, code } };
    case 'anthropic':
      return { type: 'error', error: { type: code, message } };
    case 'google':
      return { error: { code: status, message, status: code } };
  }
}

function errorEvent(format: Format, status: number, code: string): string {
  const message = 'something went wrong';
  if (format === 'responses') return toEvent(format, { type: 'error', sequence_number: 1, code, message, param: null });
  return toEvent(format, errorBody(format, status, code, message));
}

function refusal(
  name: string,
  status: number,
  expect: Misbehaviour['expect'],
  more: { code?: string; message?: string; headers?: Record<string, string>; body?: string } & Partial<Served> &
    Kind = {},
): Misbehaviour {
  const { code = 'some_error', message = 'no', headers = {}, body, formats, ending } = more;
  return {
    name: `HTTP ${status}${name}`,
    serve: (format) => ({
      status,
      headers: { ...JSON_TYPE, ...headers },
      chunks: [body ?? JSON.stringify(errorBody(format, status, code, message))],
      ...(ending !== undefined && { ending }),
    }),
    expect,
    ...(formats !== undefined && { formats }),
  };
}

const nested = (levels: number) => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
const half = (text: string) => text.slice(0, Math.floor(text.length / 2));

/** Gemini's package passes over what it does not know, where others refuse the whole answer. */
function unlessGoogle(others: Outcome, google: Outcome): Misbehaviour['expect'] {
  return (format) => (format === 'google' ? google : others);
}

/** Arguments are text with OpenAI and in Anthropic's streams; elsewhere they are a part of the answer's own JSON. */
function whereTheyAreText(text: Outcome, parts: Outcome): Misbehaviour['expect'] {
  return (format, mode) => (format === 'google' || (format === 'anthropic' && mode === 'whole') ? parts : text);
}

// ---------------------------------------------------------------- the corpus

const ANSWERS: readonly Misbehaviour[] = [
  answer('a good answer', { text: 'Hello' }, 'decision'),
  answer('a good call', { calls: [CALL] }, 'decision'),
  answer('a text and two calls', { text: 'Let me see', calls: [CALL, CALL] }, 'decision'),
  answer('no text, no calls', {}, 'flaw'),
  answer('an empty text', { text: '' }, 'flaw'),
  answer('only whitespace', { text: ' \n\t ' }, 'flaw'),
  answer('whitespace and a call', { text: ' \n', calls: [CALL] }, 'decision'),
  answer('NUL characters', { text: 'a\0b' }, 'decision'),
  answer('half of a surrogate pair', { text: 'a\ud800b' }, 'decision'),
  answer('a megabyte of text', { text: 'word '.repeat(200_000) }, 'decision'),
  answer('cut off in its text', { text: 'Hello th', finish: 'length' }, 'flaw'),
  answer('cut off in a call', { calls: [{ ...CALL, args: '{"query":"' }], finish: 'length' }, 'flaw'),
  answer('cut off before anything', { finish: 'length' }, 'flaw'),
  answer('a content filter', { text: 'I can', finish: 'filter' }, 'refused'),
  answer('a content filter before anything', { finish: 'filter' }, 'refused'),
  answer('a finish nobody knows', { text: 'Hello', finish: 'banana' }, 'decision'),
  answer('a finish that is no word', { text: 'Hello', finish: 7 as never }, 'retryable'),
  answer('no finish', { text: 'Hello', finish: null }, (format, mode) =>
    mode === 'streamed' && format !== 'responses' ? 'retryable' : 'decision',
  ),
  answer('a call that Gemini could not read', { finish: 'MALFORMED_FUNCTION_CALL' }, 'flaw', { formats: ['google'] }),
  answer('a prompt that Gemini blocks', { finish: 'PROHIBITED_CONTENT' }, 'refused', { formats: ['google'] }),

  answer('an unknown tool', { calls: [{ ...CALL, name: 'nosuch' }] }, 'decision'),
  answer('arguments of wrong types', { calls: [{ ...CALL, args: '{"query":7,"more":[]}' }] }, 'decision'),
  answer('a tool without a name', { calls: [{ ...CALL, name: '' }] }, 'flaw'),
  answer('a tool with a blank name', { calls: [{ ...CALL, name: '  ' }] }, 'flaw'),
  answer('a name of 10 kB', { calls: [{ ...CALL, name: 'n'.repeat(10_240) }] }, 'flaw'),
  answer('a name that is no name', { calls: [{ ...CALL, name: 'functions.search\n(x)' }] }, 'decision'),
  answer('a name that is a number', { calls: [{ ...CALL, name: 5 }] }, unlessGoogle('retryable', 'flaw')),
  answer('a name that is null', { calls: [{ ...CALL, name: null }] }, unlessGoogle('retryable', 'flaw')),
  answer('the same id twice', { calls: [CALL, { ...CALL, args: '{"query":"y"}' }] }, 'decision'),
  answer('an empty id', { calls: [{ ...CALL, id: '' }] }, 'decision'),
  answer('an id of 10 kB', { calls: [{ ...CALL, id: 'i'.repeat(10_240) }] }, 'decision'),
  answer('an id that is null', { calls: [{ ...CALL, id: null }] }, (format) =>
    format === 'responses' || format === 'anthropic' ? 'retryable' : 'decision',
  ),
  answer('128 calls', { calls: Array.from({ length: 128 }, (_, n) => ({ ...CALL, id: `c${n}` })) }, 'decision'),
  answer('129 calls', { calls: Array.from({ length: 129 }, (_, n) => ({ ...CALL, id: `c${n}` })) }, 'flaw'),
  answer('2,000 calls', { calls: Array.from({ length: 2_000 }, (_, n) => ({ ...CALL, id: `c${n}` })) }, 'flaw'),

  args('none', '', (format, mode) =>
    mode === 'whole' && (format === 'google' || format === 'anthropic') ? 'malformed' : 'decision',
  ),
  args('no JSON', 'query: x', 'malformed'),
  args('half of JSON', '{"query":"x', 'malformed'),
  args('JSON and more', '{"query":"x"} and more', 'malformed'),
  args('JSON in a Markdown fence', '```json\n{"query":"x"}\n```', 'malformed'),
  args('a list', '["x"]', 'malformed'),
  args('null', 'null', unlessGoogle('malformed', 'decision')),
  args('a number', '5', 'malformed'),
  args('a text', '"x"', 'malformed'),
  args('NaN', '{"query":NaN}', 'malformed'),
  args('JSON in JSON', JSON.stringify('{"query":"x"}'), (format, mode) =>
    format === 'google' && mode === 'streamed' ? 'decision' : 'malformed',
  ),
  args('nested 100 deep', nested(100), 'malformed'),
  args('nested 1,000 deep', nested(1_000), 'malformed'),
  args('nested 100,000 deep', nested(100_000), 'malformed', { formats: ['chat', 'responses'] }),
  args('200,000 values', `{"a":[${'0,'.repeat(200_000)}0]}`, 'malformed'),
  args('__proto__', '{"__proto__":{"polluted":1}}', whereTheyAreText('malformed', 'retryable')),
  args('__proto__ inside', '{"a":{"__proto__":{"polluted":1}}}', whereTheyAreText('malformed', 'retryable')),
  args(
    'constructor.prototype',
    '{"constructor":{"prototype":{"polluted":1}}}',
    whereTheyAreText('decision', 'retryable'),
  ),
  args('half of a surrogate pair', '{"query":"\\ud83d"}', 'malformed'),
  args('half of a pair in a key', '{"\\udc00":1}', 'malformed'),
  args('a backslash before a u', '{"query":"\\\\ud83d"}', 'decision'),
  args('NUL characters', '{"query":"a\\u0000b"}', 'decision'),
  args('a raw NUL character', '{"query":"a\0b"}', 'malformed'),
  args('a key twice', '{"query":"x","query":"y"}', 'decision'),
  args('a number too large', '{"query":1e999}', whereTheyAreText('malformed', 'decision')),
  args('300 kB', JSON.stringify({ query: 'x'.repeat(300_000) }), 'decision'),
  args('an object where text belongs', { query: 'x' }, 'retryable', { formats: ['chat', 'responses'] }),
  args('a number where text belongs', 5, 'retryable', { formats: ['chat', 'responses'] }),

  answer('no usage', { text: 'Hello', usage: null }, (format) => (format === 'anthropic' ? 'retryable' : 'decision')),
  answer('negative usage', { text: 'Hello', usage: { input: -5, output: -1 } }, 'decision'),
  answer('usage of 0', { text: 'Hello', usage: { input: 0, output: 0 } }, 'decision'),
  answer('usage beyond all bounds', { text: 'Hello', usage: { input: 1e300, output: 1e300 } }, 'decision'),
  answer('usage of null', { text: 'Hello', usage: { input: null, output: null } }, (format) =>
    format === 'responses' || format === 'anthropic' ? 'retryable' : 'decision',
  ),
  answer('usage as text', { text: 'Hello', usage: { input: '12', output: '7' } }, 'retryable'),
  answer('usage with fractions', { text: 'Hello', usage: { input: 1.5, output: 0.25 } }, 'decision'),
];

const BYTES: readonly Misbehaviour[] = [
  wire('nothing', () => [], 'retryable'),
  wire('only whitespace', () => ['  \n\n  '], 'retryable'),
  wire('a page', () => [HTML], 'retryable'),
  wire('a page with its own type', () => [HTML], 'retryable', { headers: { 'content-type': 'text/html' } }),
  wire('plain text', () => ['upstream connect error'], 'retryable'),
  wire('null', () => ['null'], 'retryable'),
  wire('a list', () => ['[]'], 'retryable'),
  wire('an empty object', () => ['{}'], 'retryable'),
  wire('the wrong content type', (text) => [text], 'decision', { headers: { 'content-type': 'text/plain' } }),
  wire('no content type', (text) => [text], 'decision', { headers: {} }),
  wire('a type of another charset', (text) => [text], 'decision', {
    headers: { 'content-type': 'application/json; charset=latin1' },
  }),
  wire('one byte at a time', (text) => [...Buffer.from(text)].map((byte) => Buffer.from([byte])), 'decision', {
    answer: { text: 'Grüße 🙂', calls: [CALL] },
  }),
  wire('a byte order mark', (text) => [`\ufeff${text}`], 'decision'),
  wire('bytes that are no UTF-8', (text) => [Buffer.from(text.replace('there', 'th\u00ffre'), 'latin1')], 'decision'),
  wire('ends in the middle', (text) => [half(text)], 'retryable'),
  wire('cut in the middle', (text) => [half(text)], 'retryable', { ending: 'cut' }),
  wire('cut before anything', () => [], 'retryable', { ending: 'cut' }),
  wire('stalls in the middle', (text) => [half(text)], 'aborted', { ending: 'stall' }),
  wire('stalls before anything', () => [], 'aborted', { ending: 'stall' }),
  wire('says it is compressed', (text) => [text], 'retryable', {
    headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
  }),
  wire(
    'a good answer, twice',
    (text) => [text, text],
    (_, mode) => (mode === 'whole' ? 'retryable' : 'decision'),
  ),
  wire('a polluted body', (text) => [text.replaceAll('{"', '{"__proto__":{"x":1},"')], 'retryable'),
  wire('nested 10,000 deep', () => ['['.repeat(10_000)], 'retryable'),
  wire('a body without end', () => ['x'.repeat(65_536)], 'endless', { ending: 'endless' }),
];

const STREAMS: readonly Misbehaviour[] = [
  wire('Windows line ends', (text) => [text.replaceAll('\n', '\r\n')], 'decision', { modes: ['streamed'] }),
  events('comments and blank lines', () => [': ping\n\n', '\n\n', ': ping\n\n'], 'decision'),
  events('lines of no known field', () => ['retry: 5\nfoo: bar\nid: 7\n\n'], 'decision'),
  events('only comments', () => [': ping\n\n', ': ping\n\n'], 'retryable', { at: 0, only: true }),
  events('only [DONE]', () => ['data: [DONE]\n\n'], 'retryable', { at: 0, only: true }),
  events('an event that is no JSON', () => ['data: {"oops\n\n'], 'retryable'),
  events('an event that is null', () => ['data: null\n\n'], 'retryable'),
  events('an event of another shape', () => ['data: {"choices":"none","type":7,"candidates":5}\n\n'], 'retryable'),
  events('an event that is a list', () => ['data: []\n\n'], 'retryable'),
  events('a page as an event', () => [`data: ${HTML}\n\n`], 'retryable'),
  events('an error at the beginning', (format) => [errorEvent(format, 500, 'server_error')], 'retryable', {
    at: 0,
    only: true,
  }),
  events('an error in the middle', (format) => [errorEvent(format, 500, 'server_error')], 'retryable'),
  events('overload in the middle', (format) => [errorEvent(format, 503, 'overloaded_error')], 'throttled'),
  events('overload at the beginning', (format) => [errorEvent(format, 503, 'overloaded_error')], 'throttled', {
    at: 0,
    only: true,
  }),
  events('a rate limit in the middle', (format) => [errorEvent(format, 429, 'rate_limit_exceeded')], 'throttled'),
  events('no money in the middle', (format) => [errorEvent(format, 429, 'insufficient_quota')], 'lasting'),
  events('a bad request in the middle', (format) => [errorEvent(format, 400, 'invalid_request_error')], 'lasting'),
  events('ends after its first event', () => [], 'retryable', { at: 1, only: true }),
  events('is cut after its first event', () => [], 'retryable', { at: 1, only: true, ending: 'cut' }),
  events('stalls after two events', () => [], 'aborted', { only: true, ending: 'stall' }),
  events('comments without end', () => [`: ${'ping'.repeat(10_000)}\n\n`], 'endless', {
    only: true,
    ending: 'endless',
  }),
  events('one event without end', () => [`data: {"x":"`, 'y'.repeat(65_536)], 'endless', {
    only: true,
    ending: 'endless',
  }),
  {
    name: 'text without end',
    modes: ['streamed'],
    serve: (format, mode) => {
      const [first = '', second = '', third = ''] = toChunks(format, mode, { text: 'word '.repeat(20_000) });
      const isDelta = format === 'google' ? first : format === 'chat' ? second : third;
      const before = format === 'google' ? [] : format === 'chat' ? [first] : [first, second];
      return served(mode, [...before, isDelta], { ending: 'endless' });
    },
    expect: 'endless',
  },
  {
    name: 'arguments without end',
    modes: ['streamed'],
    formats: ['chat', 'responses', 'anthropic'],
    serve: (format, mode) => {
      const calls = [{ name: 'search', args: 'x'.repeat(100_000) }];
      const chunks = toChunks(format, mode, { calls });
      return served(mode, chunks.slice(0, format === 'chat' ? 2 : 3), { ending: 'endless' });
    },
    expect: 'endless',
  },
  events(
    'text after the end',
    (format) => (format === 'chat' ? [toEvent('chat', WIRES.chat.events({ text: 'more' })[1])] : []),
    'decision',
    { at: 4, formats: ['chat'] },
  ),
  events(
    'two ends',
    (format) =>
      WIRES[format]
        .events({ text: '' })
        .slice(-2)
        .map((one) => toEvent(format, one)),
    'decision',
    {
      at: 99,
    },
  ),
];

const SHAPES: readonly Misbehaviour[] = [
  wire('another role', (text) => [text.replaceAll(/"role":"\w+"/g, '"role":"wizard"')], 'retryable', {
    formats: ['chat'],
  }),
  wire(
    'no choices',
    (text) => [text.replace(/"(choices|output|content|candidates)":\[.*\](?=,"usage|,"stop|})/, '"$1":[]')],
    (format) => (format === 'anthropic' ? 'flaw' : 'retryable'),
    {
      modes: ['whole'],
    },
  ),
  wire('content that is a number', (text) => [text.replaceAll('"Hello there"', '5')], 'retryable', {
    modes: ['whole'],
  }),
  wire('content that is an object', (text) => [text.replaceAll('"Hello there"', '{"a":1}')], 'retryable', {
    modes: ['whole'],
  }),
  wire(
    'an error with status 200',
    (_, format) => [JSON.stringify(errorBody(format, 500, 'server_error', 'oh'))],
    'retryable',
    {
      modes: ['whole'],
    },
  ),
  wire(
    'a call that the provider has made itself',
    () => [
      JSON.stringify({
        ...(WIRES.anthropic.body({ text: 'Found it' }) as object),
        content: [
          { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'x' } },
          { type: 'text', text: 'Found it' },
        ],
      }),
    ],
    'decision',
    { formats: ['anthropic'], modes: ['whole'] },
  ),
  wire(
    'a refusal in its own field',
    () => [
      JSON.stringify({
        ...(WIRES.chat.body({}) as object),
        choices: [
          { index: 0, message: { role: 'assistant', content: null, refusal: 'I will not.' }, finish_reason: 'stop' },
        ],
      }),
    ],
    'refused',
    { formats: ['chat'], modes: ['whole'] },
  ),
  wire(
    'only thoughts',
    () => [
      JSON.stringify({
        ...(WIRES.chat.body({}) as object),
        choices: [
          { index: 0, message: { role: 'assistant', content: '', reasoning_content: 'Hm.' }, finish_reason: 'stop' },
        ],
      }),
    ],
    'flaw',
    { formats: ['chat'], modes: ['whole'] },
  ),
];

const STATUSES: readonly Misbehaviour[] = [
  ...[429, 529].map((status) => refusal('', status, 'throttled')),
  ...[408, 409, 425, 500, 502, 503, 504, 520].map((status) => refusal('', status, 'retryable')),
  ...[400, 401, 402, 403, 404, 405, 413, 418, 422].map((status) => refusal('', status, 'lasting')),
  refusal(' with Retry-After', 429, 'throttled', { headers: { 'retry-after': '7' } }),
  refusal(' without money', 429, 'lasting', { code: 'insufficient_quota', formats: ['chat', 'responses'] }),
  refusal(' of Gemini, whose text speaks of billing', 429, 'throttled', {
    code: 'RESOURCE_EXHAUSTED',
    message: 'You exceeded your current quota, please check your plan and billing details.',
    formats: ['google'],
  }),
  refusal(' that must not be repeated', 503, 'lasting', { headers: { 'x-should-retry': 'false' } }),
  refusal(' that may be repeated', 400, 'retryable', { headers: { 'x-should-retry': 'true' } }),
  refusal(' with a page', 502, 'retryable', { body: HTML, headers: { 'content-type': 'text/html' } }),
  refusal(' with a page', 403, 'lasting', { body: HTML, headers: { 'content-type': 'text/html' } }),
  refusal(' with nothing', 500, 'retryable', { body: '' }),
  refusal(' with nothing', 400, 'lasting', { body: '' }),
  refusal(' with null', 400, 'lasting', { body: 'null' }),
  refusal(' without end', 500, 'retryable', { body: 'x'.repeat(65_536), ending: 'endless' }),
  refusal(' cut in its body', 500, 'retryable', { body: '{"error"', ending: 'cut' }),
  refusal(' that stalls', 500, 'aborted', { body: '{"error"', ending: 'stall' }),
  refusal(' to somewhere else', 307, 'lasting', { headers: { location: 'http://127.0.0.1:1/' } }),
  { name: 'HTTP 204', serve: () => ({ status: 204, chunks: [] }), expect: 'retryable' },
];

export const MISBEHAVIOURS: readonly Misbehaviour[] = [...ANSWERS, ...BYTES, ...STREAMS, ...SHAPES, ...STATUSES];
