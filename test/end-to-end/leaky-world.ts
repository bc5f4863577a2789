import { writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type ModelServer, startModelServer } from '../model/provider/model-server.ts';
import { toEvent, WIRES, type WireAnswer } from '../model/provider/wire.ts';

/** A text in every way in which it can be sent back: as it is, as JSON, as JSON in JSON, in an address. */
const toAll = (value: object) => {
  const flat = Object.entries(value).map(([name, text]) => `${name}=${text}`);
  const json = JSON.stringify(value);
  const address = new URLSearchParams(value as Record<string, string>).toString();
  const encoded = Object.values(value).map((text) => encodeURIComponent(String(text)));
  return [...flat, json, JSON.stringify({ json }), address, ...encoded].join('\n');
};

/** Every module and server gets it as its own text. */
const TO_ALL = `const toAll = ${toAll.toString()};`;

const MODULE = `
import { defineTool } from 'troupe';
${TO_ALL}
const all = () => Object.fromEntries(Object.entries(process.env).filter(([, value]) => value.includes('planted-')));
const fail = () => { throw new Error('LEAK thrown\\n' + toAll(all())); };
const ways = {
  plain: () => ({ leak: 'LEAK plain', ...all() }),
  text: () => 'LEAK text\\n' + toAll(all()),
  names: () => Object.fromEntries(Object.values(all()).map((value) => [value, 'LEAK names'])),
  throw: fail,
  reject: async () => fail(),
  'cut error': () => { throw new Error('x'.repeat(1_980) + process.env.NAMED_3_PASSWORD); },
  log: (context) => { context.log('LEAK log\\n' + toAll(all()).slice(0, 1_500)); return 'logged'; },
  cut: (context) => {
    // What is cut off must not leave half of it: the log takes 2,000 characters.
    for (const value of Object.values(all())) context.log('x'.repeat(1_990) + value);
    return 'logged';
  },
  note: async (context) => {
    for (const [name, value] of Object.entries(all())) await context.memory.remember(name, 'LEAK note ' + value, { shared: true });
    return (await context.memory.all({ shared: true })).map(({ text }) => text);
  },
  send: async (context) => { await context.mail.send('sink/0', 'LEAK message\\n' + toAll(all())); return 'sent'; },
  stray: () => { setTimeout(fail, 1); return 'later'; },
};
export const leak = defineTool({
  name: 'leak', description: 'Leaks.', effects: 'none',
  parameters: { type: 'object', properties: { way: { type: 'string' } }, required: ['way'] },
  execute: ({ way }, context) => ways[way](context),
});`;

/** Prints its environment and arguments, and returns them. */
const SERVER = String.raw`
${TO_ALL}
const all = () => ({ ...process.env, args: process.argv.slice(2).join(' ') });
process.stderr.write('LEAK stderr ' + toAll(all()) + '\n');
const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\n');
let input = '';
process.stdin.setEncoding('utf8').on('data', (text) => {
  input += text;
  for (let end = input.indexOf('\n'); end !== -1; end = input.indexOf('\n')) {
    const { id, method, params } = JSON.parse(input.slice(0, end));
    input = input.slice(end + 1);
    if (method === 'initialize') send({ id, result: { protocolVersion: '2025-06-18', capabilities: { tools: {}, logging: {} }, serverInfo: { name: 's', version: '1' } } });
    else if (method === 'tools/list') send({ id, result: { tools: ['show', 'refuse', 'crash'].map((name) => ({ name, inputSchema: { type: 'object' } })) } });
    else if (method === 'tools/call') {
      send({ method: 'notifications/message', params: { level: 'info', data: { leak: 'LEAK notified', ...all() } } });
      const text = 'LEAK server\n' + toAll(all());
      if (params.name === 'show') send({ id, result: { content: [{ type: 'text', text }], structuredContent: all() } });
      else if (params.name === 'refuse') send({ id, error: { code: -32000, message: text } });
      else process.exit(3);
    } else if (id !== undefined) send({ id, result: {} });
  }
});
process.stdin.on('end', () => process.exit(0));
`;

/** A model, pages and a server of tools that send back the headers they were asked with, on this machine. */
export function startLeaky(): Promise<ModelServer> {
  return startModelServer((request, response, body) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    if (pathname === '/mcp') answerMcp(request, response, body);
    else if (pathname === '/v1/chat/completions') void answerChat(request, response, JSON.parse(body));
    else {
      const status = pathname === '/fail' ? 500 : 200;
      response.writeHead(status, { 'content-type': pathname === '/json' ? 'application/json' : 'text/plain' });
      response.end(pathname === '/json' ? JSON.stringify(request.headers) : `LEAK page\n${toAll(request.headers)}`);
    }
  });
}

function answerMcp({ method, headers, url }: IncomingMessage, response: ServerResponse, body: string): void {
  if (method !== 'POST') {
    response.writeHead(405).end();
    return;
  }
  const { id, method: asked, params } = JSON.parse(body);
  if (id === undefined) {
    response.writeHead(202).end();
    return;
  }
  const text = `LEAK http server ${url}\n${toAll({ ...headers, url })}`;
  const results: Record<string, object> = {
    initialize: {
      protocolVersion: '2025-06-18',
      capabilities: { tools: {} },
      serverInfo: { name: 's', version: '1' },
    },
    'tools/list': { tools: ['look', 'deny'].map((name) => ({ name, inputSchema: { type: 'object' } })) },
    'tools/call': { content: [{ type: 'text', text }], isError: params?.name === 'deny' },
  };
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id, result: results[asked] ?? {} }));
}

/** Of a request: what its agent is to call, from its observation, `{"call":"leak","args":{...}}` or `{"say":"..."}`. */
async function answerChat(
  { headers }: IncomingMessage,
  response: ServerResponse,
  { messages, stream }: { messages: { role: string; content: string }[]; stream?: boolean },
): Promise<void> {
  const last = messages.at(-1);
  const order = readOrder(last);
  if (order.say === 'error') {
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message: `LEAK error\n${toAll(headers)}`, type: 'bad', code: 'bad' } }));
    return;
  }
  const answer = toAnswer(order, last?.content ?? '', headers);
  if (stream !== true) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(WIRES.chat.body(answer)));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of WIRES.chat.events(answer)) {
    response.write(toEvent('chat', event));
    // So that what is passed on every 100 ms comes in pieces, secrets too.
    if (order.say === 'slowly') await new Promise((resolve) => setTimeout(resolve, 160));
  }
  response.end();
}

interface Order {
  readonly say?: string;
  readonly call?: string;
  readonly args?: object;
}

function readOrder(last: { role: string; content: string } | undefined): Order {
  if (last?.role !== 'user') return {};
  try {
    return JSON.parse(last.content);
  } catch {
    return {};
  }
}

function toAnswer({ say, call, args }: Order, content: string, headers: object): WireAnswer {
  const leak = `LEAK model\n${toAll(headers)}`;
  if (say === 'slowly') return { text: String((headers as any).authorization) };
  if (say === 'arguments')
    return { text: leak, calls: [{ name: 'calculate', args: JSON.stringify({ expression: leak }) }] };
  if (say === 'malformed') return { text: 'x', calls: [{ name: 'calculate', args: leak }] };
  if (say === 'unknown') return { text: 'x', calls: [{ name: 'calculate-it', args: JSON.stringify(headers) }] };
  if (call !== undefined) return { text: 'I call.', calls: [{ name: call, args: JSON.stringify(args ?? {}) }] };
  return { text: `LEAK reply ${say ?? ''}\n${content}\n${leak}` };
}

/** Orders, one an agent. */
export const ORDERS: readonly Order[] = [
  ...['plain', 'text', 'names', 'throw', 'reject', 'cut error', 'log', 'cut', 'note', 'send'].map((way) => ({
    call: 'leak',
    args: { way },
  })),
  ...['show', 'refuse', 'crash', 'look', 'deny'].map((call) => ({ call })),
  { call: 'run', args: { command: ['env'] } },
  ...['reply', 'slowly', 'arguments', 'malformed', 'unknown', 'error'].map((say) => ({ say })),
  ...['page', 'fail', 'json'].map((path) => ({ call: 'web', args: { url: `BASE/${path}` } })),
];

/** Writes the scenario, its module and its server. @returns The scenario's path. */
export function writeLeaky(folder: string, url: string, more: readonly Order[] = []): string {
  writeFileSync(join(folder, 'tools.ts'), MODULE);
  writeFileSync(join(folder, 'server.cjs'), SERVER);
  const list = [...ORDERS, ...more].map((order) => ({ order: JSON.stringify(order).replace('BASE', url) }));
  const file = join(folder, 'leaky.json');
  const headers = (from: number, to: number) =>
    Object.fromEntries(Array.from({ length: to - from }, (_, n) => [`x-given-${from + n}`, `\${FILLED_${from + n}}`]));
  const scenario = {
    name: 'leaky',
    models: {
      m: {
        provider: 'openai-compatible',
        model: 'm',
        base_url: `${url}/v1`,
        api_key: '${FILLED_0}',
        headers: headers(1, 6),
      },
    },
    tools: {
      leak: { module: './tools.ts' },
      calculate: { builtin: 'calculate' },
      web: {
        builtin: 'fetch',
        allow: [new URL(url).host],
        headers: { authorization: 'Bearer ${FILLED_6}', ...headers(7, 12) },
      },
      run: {
        builtin: 'shell',
        folder: '.',
        allow: ['env'],
        env: { ONE: '${FILLED_12}', TWO: '${FILLED_13}', THREE: '${FILLED_25}' },
      },
      local: {
        mcp: {
          command: process.execPath,
          args: ['server.cjs', '--key=${FILLED_14}', '${FILLED_26}'],
          env: Object.fromEntries([15, 16, 17, 18, 27].map((n) => [`GIVEN_${n}`, `\${FILLED_${n}}`])),
        },
      },
      remote: {
        mcp: {
          url: `${url}/mcp?key=\${FILLED_28}`,
          headers: { authorization: 'Bearer ${FILLED_19}', ...headers(20, 25), 'x-last': '${FILLED_29}' },
        },
      },
    },
    agents: {
      talker: {
        list,
        model: 'm',
        tools: ['leak', 'calculate', 'web', 'run', 'local', 'remote'],
        observe: '{{ row.order }}',
      },
      sink: { count: 1, model: 'm', tools: ['leak'], observe: { items: '{"say":"reply"}', inbox: true } },
    },
    limits: { turns: 6 },
  };
  writeFileSync(file, JSON.stringify(scenario));
  return file;
}
