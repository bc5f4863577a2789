/**
 * What the adapter for the AI SDK's packages adds to a model call: `node adapter.mjs [--rounds N] [--calls N]
 * [--only TEXT] [--dist FOLDER]`, of which TEXT is in the name of what is measured, and FOLDER is where troupe is compiled.
 *
 * See README.md.
 */
import { availableParallelism, cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { median, toTable } from './statistics.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    calls: { type: 'string', default: '1000' },
    only: { type: 'string', default: '' },
    dist: { type: 'string', default: join(import.meta.dirname, '../../dist') },
  },
});
const rounds = Number(values.rounds);
const calls = Number(values.calls);

/** @param {string} file */
const load = (file) => import(join(resolve(values.dist), file));
const { createProviderModel } = await load('model/provider/create-provider-model.js');
const { toCallOptions } = await load('model/provider/to-call-options.js');
const { CallContext } = await load('base/call-context.js');
const { createRealClock } = await load('base/clock.js');
const { createRandom } = await load('base/random.js');

const KEY = 'sk-bench-0123456789';
const TEXT = 'The anomaly on db-1 began at 10:04 and has ended; its cause was a long query. '.repeat(4);

/** A conversation in the middle of an observation: instructions, three tools, two turns with calls. */
const request = {
  spec: { id: 'analyst/1' },
  turn: 3,
  step: 3,
  attempt: 1,
  observation: { kind: 'results', text: TEXT },
  instructions: 'You look into anomalies of databases. '.repeat(10),
  tools: ['search', 'metrics', 'send'].map((name) => ({
    name,
    description: `Does ${name}.`,
    parameters: {
      type: 'object',
      properties: { query: { type: 'string' }, limit: { type: 'integer' } },
      required: ['query'],
    },
  })),
  transcript: [
    { role: 'user', content: TEXT },
    ...[1, 2].flatMap((turn) => [
      {
        role: 'assistant',
        content: 'Let me see.',
        toolCalls: [1, 2].map((n) => ({ id: `call-${turn}-${n}`, name: 'search', args: { query: TEXT, limit: n } })),
      },
      ...[1, 2].map((n) => ({
        role: 'tool',
        callId: `call-${turn}-${n}`,
        name: 'search',
        content: TEXT,
        isError: false,
      })),
    ]),
  ],
};

const ARGS = JSON.stringify({ query: 'replication lag', limit: 5 });
const chatAnswer = {
  id: 'c',
  created: 1,
  model: 'm',
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: TEXT,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'metrics', arguments: ARGS } }],
      },
      finish_reason: 'tool_calls',
    },
  ],
  usage: { prompt_tokens: 900, completion_tokens: 120, total_tokens: 1020 },
};
const chunk = (/** @type {object} */ delta, /** @type {string | null} */ finish_reason = null) =>
  `data: ${JSON.stringify({ id: 'c', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
const chatEvents = [
  chunk({ role: 'assistant', content: '' }),
  ...TEXT.split(' ').map((word) => chunk({ content: `${word} ` })),
  chunk({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'metrics', arguments: ARGS } }] }),
  chunk({}, 'tool_calls'),
  'data: [DONE]\n\n',
];
const anthropicAnswer = {
  id: 'm',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [
    { type: 'text', text: TEXT },
    { type: 'tool_use', id: 't', name: 'metrics', input: JSON.parse(ARGS) },
  ],
  stop_reason: 'tool_use',
  stop_sequence: null,
  usage: { input_tokens: 900, output_tokens: 120 },
};
const googleAnswer = {
  candidates: [
    {
      content: {
        role: 'model',
        parts: [{ text: TEXT }, { functionCall: { name: 'metrics', args: JSON.parse(ARGS) } }],
      },
      finishReason: 'STOP',
    },
  ],
  usageMetadata: { promptTokenCount: 900, candidatesTokenCount: 120, totalTokenCount: 1020 },
};

const encoder = new TextEncoder();
const LIMITS = {
  'x-ratelimit-limit-requests': '500',
  'x-ratelimit-remaining-requests': '499',
  'x-ratelimit-reset-requests': '120ms',
  'x-ratelimit-limit-tokens': '30000',
  'x-ratelimit-remaining-tokens': '29000',
  'x-ratelimit-reset-tokens': '6m0s',
};

/** Answers at once, in this process; of a length that is not said, as with most providers. */
function fakeFetch(/** @type {object | string[]} */ answer) {
  const isStream = Array.isArray(answer);
  const type = isStream ? 'text/event-stream' : 'application/json';
  const chunks = (isStream ? answer : [JSON.stringify(answer)]).map((text) => encoder.encode(text));
  return async () => {
    let next = 0;
    const body = new ReadableStream({
      pull(controller) {
        const bytes = chunks[next++];
        if (bytes === undefined) controller.close();
        else controller.enqueue(bytes);
      },
    });
    return new Response(body, { headers: { 'content-type': type, ...LIMITS } });
  };
}

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {object} spec
 * @property {object | string[]} answer
 * @property {(fetch: any) => Promise<any>} direct The package's own model.
 */

const BASE = 'http://127.0.0.1:1/v1';
/** @type {readonly Case[]} */
const CASES = [
  {
    name: 'openai-compatible, whole',
    spec: { provider: 'openai-compatible', model: 'm', baseUrl: BASE },
    answer: chatAnswer,
    direct: compatible,
  },
  {
    name: 'openai-compatible, streamed',
    spec: { provider: 'openai-compatible', model: 'm', baseUrl: BASE },
    answer: chatEvents,
    direct: compatible,
  },
  {
    name: 'openai, whole',
    spec: { provider: 'openai', model: 'm', baseUrl: BASE },
    answer: chatAnswer,
    direct: async (fetch) =>
      (await import('@ai-sdk/openai')).createOpenAI({ apiKey: KEY, baseURL: BASE, fetch }).chat('m'),
  },
  {
    name: 'anthropic, whole',
    spec: { provider: 'anthropic', model: 'm' },
    answer: anthropicAnswer,
    direct: async (fetch) => (await import('@ai-sdk/anthropic')).createAnthropic({ apiKey: KEY, fetch })('m'),
  },
  {
    name: 'google, whole',
    spec: { provider: 'google', model: 'm' },
    answer: googleAnswer,
    direct: async (fetch) => (await import('@ai-sdk/google')).createGoogleGenerativeAI({ apiKey: KEY, fetch })('m'),
  },
];

async function compatible(/** @type {any} */ fetch) {
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
  const settings = { name: 'openaiCompatible', baseURL: BASE, apiKey: KEY, includeUsage: true, fetch };
  return createOpenAICompatible(settings)('m');
}

/** @param {() => Promise<void>} call */
async function measure(call) {
  const before = process.cpuUsage();
  for (let n = 0; n < calls; n++) await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

/** @param {Case} one */
async function compare({ name, spec, answer, direct }) {
  const fetch = fakeFetch(answer);
  const isStream = Array.isArray(answer);
  const own = await createProviderModel('bench', { apiKey: KEY, ...spec }, { fetch });
  const bare = await direct(fetch);
  const terms = { spec, headers: undefined, providerOptions: undefined, takesSchema: true };
  const options = toCallOptions(request, terms, new AbortController().signal);
  const clock = createRealClock();
  const random = createRandom(1);
  const onText = isStream ? () => undefined : undefined;

  const askOwn = async () => {
    const context = Object.assign(new CallContext('analyst/1', 3, '3/model', clock, random), { onText, tell() {} });
    const decision = await own.decide(request, context, () => undefined);
    if (decision.toolCalls.length !== 1) throw new Error(`Cannot count a call: ${JSON.stringify(decision)}`);
  };
  const askBare = async () => {
    if (!isStream) {
      await bare.doGenerate(options);
      return;
    }
    const { stream } = await bare.doStream(options);
    const reader = stream.getReader();
    while (!(await reader.read()).done);
  };

  /** @type {{ own: number[], bare: number[] }} */
  const times = { own: [], bare: [] };
  await measure(askOwn);
  await measure(askBare);
  for (let round = 0; round < rounds; round++) {
    // Turn about, so that neither side always has the other's garbage to collect.
    const first = round % 2 === 0;
    if (first) times.bare.push(await measure(askBare));
    times.own.push(await measure(askOwn));
    if (!first) times.bare.push(await measure(askBare));
  }
  const added = times.own.map((time, round) => time - (times.bare[round] ?? Number.NaN));
  return [name, ...[median(times.bare), median(times.own), median(added)].map((us) => us.toFixed(0))];
}

const rows = [];
for (const one of CASES.filter(({ name }) => name.includes(values.only))) {
  process.stderr.write(`adapter: ${one.name}\n`);
  rows.push(await compare(one));
}
console.log(
  `Node ${process.versions.node}, ${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown'}; medians of ${rounds} rounds of ${calls} calls\n`,
);
console.log(toTable(['CPU us a call', 'package alone', 'with the adapter', 'added'], rows));
