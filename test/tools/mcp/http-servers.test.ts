import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createRealClock, createVirtualClock } from '../../../src/base/clock.ts';
import type { JsonObject } from '../../../src/protocol.ts';
import { createContext } from '../tool-context.ts';
import { eventually, openTools, serverFile, toSpec } from './mcp-setup.ts';

const children: ChildProcess[] = [];
const servers: Server[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The reference server over HTTP. */
async function startEverything(port: number): Promise<{ kill(): Promise<void>; output(): string }> {
  const child = spawn(process.execPath, [serverFile('everything'), 'streamableHttp'], {
    env: { PATH: process.env.PATH ?? '', PORT: String(port) },
    stdio: 'pipe',
  });
  children.push(child);
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  child.stderr.on('data', (text) => {
    output += text;
  });
  await eventually(() => expect(output).toContain('listening'));
  const kill = async (): Promise<void> => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };
  return { kill, output: () => output };
}

describe('the reference server', () => {
  test('50 calls at once, one session, which ends with the tools', async () => {
    const port = await freePort();
    const server = await startEverything(port);
    const { call, close, names, types } = await openTools(toSpec({ url: `http://127.0.0.1:${port}/mcp` }));
    expect(names).toContain('get-sum');
    const sums = await Promise.all(Array.from({ length: 50 }, (_, a) => call('get-sum', { a, b: 1 })));
    expect(sums).toEqual(Array.from({ length: 50 }, (_, a) => `The sum of ${a} and 1 is ${a + 1}.`));
    await expect(call('get-sum', { a: 'x' })).rejects.toMatchObject({ code: 'TOOL_FAILED' });
    expect(server.output().match(/Session initialized/g)).toHaveLength(1);
    await close();
    await eventually(() => expect(server.output()).toContain('session termination'));
    expect(types()).toEqual([]);
  });

  test('killed in the middle: calls fail at once; started again: the next call has a session of its own', async () => {
    const port = await freePort();
    const server = await startEverything(port);
    const { call, types } = await openTools(toSpec({ url: `http://127.0.0.1:${port}/mcp` }));
    const calls = Promise.allSettled(
      Array.from({ length: 5 }, () => call('trigger-long-running-operation', { duration: 60, steps: 1 })),
    );
    expect(await call('echo', { message: 'a' })).toBe('Echo: a');
    await server.kill();
    for (const one of await calls) {
      expect(one).toMatchObject({
        reason: { message: expect.stringContaining('it cannot be reached (ECONNREFUSED); whether') },
      });
    }
    expect(types()).toEqual(['server.down']);
    const clock = createVirtualClock();
    await expect(call('echo', { message: 'b' }, createContext({ clock }))).rejects.toThrow(
      'Tool "echo" failed: its server "server" is down: it cannot be reached (ECONNREFUSED)',
    );
    await startEverything(port);
    expect(await call('echo', { message: 'c' }, createContext({ clock }))).toBe('Echo: c');
    expect(types().at(-1)).toBe('server.up');
  });

  test('restarted while nobody called: the session is gone, which one call hears', async () => {
    const port = await freePort();
    const server = await startEverything(port);
    const { call, types } = await openTools(toSpec({ url: `http://127.0.0.1:${port}/mcp` }));
    await server.kill();
    await startEverything(port);
    const heard = await call('echo', { message: 'a' }).catch((error: Error) => error.message);
    // The stream of what the server says unasked may have told before.
    expect(heard).toMatch(/^(Echo: a|Tool "echo" failed: .*)$/);
    expect(await call('echo', { message: 'b' })).toBe('Echo: b');
    expect(types()).toEqual(['server.down', 'server.up']);
  });

  test('an aborted call is cancelled, and its connection given back', async () => {
    const port = await freePort();
    const server = await startEverything(port);
    const { call } = await openTools(toSpec({ url: `http://127.0.0.1:${port}/mcp` }));
    const posts = () => server.output().match(/MCP POST/g)?.length ?? 0;
    const context = createContext({ clock: createRealClock() });
    const before = posts();
    const operation = call('trigger-long-running-operation', { duration: 60, steps: 1 }, context);
    operation.catch(() => undefined);
    await eventually(() => expect(posts()).toBe(before + 1));
    context.abort();
    await expect(operation).rejects.toThrow('aborted');
    // The call, and the word that it is cancelled; no attempt to take up its stream again.
    await eventually(() => expect(posts()).toBe(before + 2));
    expect(await call('echo', { message: 'a' })).toBe('Echo: a');
    expect(server.output()).not.toContain('Last-Event-ID');
  });
});

type Reply = (message: JsonObject & { id: number }, response: ServerResponse, request: IncomingMessage) => void;

const json = (response: ServerResponse, body: unknown, status = 200): void => {
  response
    .writeHead(status, { 'content-type': 'application/json', 'mcp-session-id': 'session-1' })
    .end(JSON.stringify(body));
};
const event = (message: unknown, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: message\ndata: ${JSON.stringify(message)}\n\n`;
const toAnswer = (id: number, text: string) => ({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text }] } });

/** An HTTP server of a few lines; `calls` by tool. */
async function listen(
  calls: Record<string, Reply>,
  options: { headers?: Record<string, string>; get?: Reply; cancelled?: Reply } = {},
) {
  const requests: IncomingMessage[] = [];
  const server = createServer(async (request, response) => {
    requests.push(request);
    let body = '';
    for await (const chunk of request) body += chunk;
    if (request.method === 'GET' && options.get) return options.get({ id: -1 }, response, request);
    if (request.method !== 'POST') return response.writeHead(405).end();
    const message = JSON.parse(body);
    const { id, method, params } = message;
    if (method === 'initialize') {
      const serverInfo = { name: 's', version: '1' };
      return json(response, {
        jsonrpc: '2.0',
        id,
        result: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo },
      });
    }
    if (method === 'ping') return json(response, { jsonrpc: '2.0', id, result: {} });
    if (method === 'tools/list') {
      const tools = Object.keys(calls).map((name) => ({ name, inputSchema: { type: 'object' } }));
      return json(response, { jsonrpc: '2.0', id, result: { tools } });
    }
    if (method === 'tools/call') return calls[params.name]?.(message, response, request);
    if (method === 'notifications/cancelled') options.cancelled?.(message, response, request);
    return response.writeHead(202).end();
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  const opened = await openTools(toSpec({ url, headers: options.headers ?? {} }));
  return { ...opened, requests, url };
}

const ok: Reply = ({ id }, response) => json(response, toAnswer(id, 'ok'));
const stream = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' });

describe('a server that answers in other ways', () => {
  test('with JSON, or with events, after others', async () => {
    const { call } = await listen({
      ok,
      events: ({ id }, response) => {
        stream(response).write(
          event({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: id, progress: 1 } }),
        );
        response.end(event(toAnswer(id, 'events')));
      },
    });
    expect(await call('ok')).toBe('ok');
    expect(await call('events')).toBe('events');
  });

  test('headers are sent, with what they are filled in with', async () => {
    vi.stubEnv('MCP_TEST_TOKEN', 'a-secret-token');
    const { call, requests } = await listen({ ok }, { headers: { authorization: `Bearer \${MCP_TEST_TOKEN}` } });
    vi.unstubAllEnvs();
    await call('ok');
    expect(requests.length).toBeGreaterThan(3);
    for (const { headers } of requests) expect(headers.authorization).toBe('Bearer a-secret-token');
  });

  test.each([401, 403, 429, 500, 503])('a refusal (%i) fails the call, and the server stays up', async (status) => {
    const { call, types } = await listen({ ok, bad: (_, response) => json(response, 'because', status) });
    await expect(call('bad')).rejects.toThrow(`Tool "bad" failed: it answered with HTTP ${status}: "because"`);
    expect(await call('ok')).toBe('ok');
    expect(types()).toEqual([]);
  });

  test.each([
    400, 404,
  ])('a session that is gone (%i) fails all calls, and the next one begins another', async (status) => {
    let arrived = 0;
    const { call, types, requests } = await listen({
      ok,
      hang: () => {
        arrived++;
      },
      gone: (_, response) => json(response, 'no session', status),
    });
    const hanging = expect(call('hang')).rejects.toThrow('; whether the call was carried out is not known');
    await eventually(() => expect(arrived).toBe(1));
    await expect(call('gone')).rejects.toThrow(`it answered with HTTP ${status}: "no session"`);
    await hanging;
    expect(await call('ok')).toBe('ok');
    expect(types()).toEqual(['server.down', 'server.up']);
    expect(requests.some(({ method }) => method === 'DELETE')).toBe(true);
  });

  test('a page instead of an answer', async () => {
    const { call } = await listen({
      page: (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
    });
    await expect(call('page')).rejects.toThrow('Unexpected content type: text/html');
  });

  test('a stream that offers nothing unasked, in whatever way, is no failure', async () => {
    const { call, types, logged } = await listen({ ok }, { get: (_, response) => response.writeHead(404).end('no') });
    expect(await call('ok')).toBe('ok');
    expect([types(), logged()]).toEqual([[], []]);
  });
});

describe('a stream of events that ends before the answer', () => {
  test.each([
    ['ends', (response: ServerResponse) => response.end()],
    ['is cut', (response: ServerResponse) => response.destroy()],
  ])('%s: the call fails at once, and no other', async (_, end) => {
    let held: (() => void) | undefined;
    const { call, types } = await listen({
      hold: ({ id }, response) => {
        held = () => stream(response).end(event(toAnswer(id, 'held')));
      },
      cut: (_message, response) => {
        stream(response).write(': hello\n\n', () => end(response));
      },
    });
    const holding = call('hold');
    await expect(call('cut')).rejects.toThrow('Tool "cut" failed: the server ended the call without an answer');
    await eventually(() => expect(held).toBeDefined());
    held?.();
    expect(await holding).toBe('held');
    expect(types()).toEqual([]);
  });

  test('can be taken up again if its events have ids', async () => {
    const { call, requests } = await listen(
      {
        long: (_, response) => {
          stream(response).end('id: e1\nretry: 10\ndata: \n\n');
        },
      },
      {
        get: (_, response, request) => {
          if (request.headers['last-event-id'] === undefined) return response.writeHead(405).end();
          // The first two requests of a client are the handshake and the list.
          return stream(response).end(event(toAnswer(2, 'taken up'), 'e2'));
        },
      },
    );
    expect(await call('long')).toBe('taken up');
    expect(requests.filter(({ headers }) => headers['last-event-id'] === 'e1')).toHaveLength(1);
  });
});

describe('bounds', () => {
  test('an answer that is too long fails its call, as JSON and as an event', async () => {
    const chunk = 'x'.repeat(1_000_000);
    const flood = async (response: ServerResponse): Promise<void> => {
      response.setMaxListeners(0);
      for (let i = 0; i < 10 && !response.destroyed; i++) {
        if (!response.write(chunk))
          await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
      }
    };
    const { call, types } = await listen({
      ok,
      json: (_, response) => flood(response.writeHead(200, { 'content-type': 'application/json' })),
      event: (_, response) => flood(stream(response)),
    });
    for (const name of ['json', 'event']) {
      await expect(call(name)).rejects.toThrow('the answer is longer than 8388608 bytes');
    }
    expect(await call('ok')).toBe('ok');
    expect(types()).toEqual([]);
  });

  test('a stream of any length is fine, if its events are not', async () => {
    const line = event({
      jsonrpc: '2.0',
      method: 'notifications/message',
      params: { level: 'info', data: 'x'.repeat(100_000) },
    });
    const { call } = await listen({
      long: async ({ id }, response) => {
        stream(response).setMaxListeners(0);
        for (let i = 0; i < 100; i++) {
          if (!response.write(line))
            await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
        }
        response.end(event(toAnswer(id, 'done')));
      },
    });
    expect(await call('long')).toBe('done');
  });

  test.each([
    ['headers that have not come', () => undefined],
    ['a stream of events', (response: ServerResponse) => stream(response).write('id: 1\ndata: \n\n')],
  ])('an aborted call ends its request: %s', async (_, begin) => {
    let isClosed = false;
    let hasArrived = false;
    const { call } = await listen({
      ok,
      hang: (_message, response) => {
        hasArrived = true;
        response.once('close', () => {
          isClosed = true;
        });
        begin(response);
      },
    });
    const context = createContext({ clock: createRealClock() });
    const hanging = expect(call('hang', {}, context)).rejects.toThrow('aborted');
    await eventually(() => expect(hasArrived).toBe(true));
    context.abort();
    await hanging;
    await eventually(() => expect(isClosed).toBe(true));
    expect(await call('ok')).toBe('ok');
  });
});

describe('an address that cannot be used', () => {
  const fails = (url: string, headers: Record<string, string> = {}) =>
    openTools(toSpec({ url, headers }), 'web').then(
      () => expect.unreachable(),
      ({ code, message }: { code: string; message: string }) => {
        expect(code).toBe('SCENARIO_INVALID');
        return message;
      },
    );

  test('nobody is there', async () => {
    const url = `http://127.0.0.1:${await freePort()}/mcp`;
    expect(await fails(`${url}?key=1`)).toBe(
      `Cannot start the tools "web": it cannot be reached (ECONNREFUSED) (server: ${url})`,
    );
  });

  test('it is none, or holds what belongs elsewhere', async () => {
    expect(await fails('nowhere')).toContain('its address is no URL');
    expect(await fails('file:///etc/passwd')).toContain('has to begin with http');
    expect(await fails('http://user:secret@127.0.0.1/')).toContain('must not hold a user or a password');
    const message = await fails('http://127.0.0.1:1/', { 'x-key': 'a-secret\nvalue' });
    expect(message).toContain('the header "x-key"');
    expect(message).not.toContain('a-secret');
  });
});
