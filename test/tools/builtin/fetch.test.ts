import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createRealClock, createVirtualClock } from '../../../src/base/clock.ts';
import { createRedactor } from '../../../src/base/redact.ts';
import type { FetchToolSpec, JsonObject } from '../../../src/protocol.ts';
import { createFetch } from '../../../src/tools/builtin/fetch.ts';
import { runToolCall } from '../../../src/tools/call.ts';
import { prepareArguments } from '../../../src/tools/check-arguments.ts';
import type { ToolOptions } from '../../../src/tools/tool.ts';
import { type LocalServer, serve, serveTcp } from '../net/local-server.ts';
import { createContext } from '../tool-context.ts';

function make(spec: Partial<FetchToolSpec> = {}, virtual = false) {
  const full: FetchToolSpec = {
    builtin: 'fetch',
    allow: ['localhost'],
    headers: {},
    maxBytes: 5_000_000,
    timeoutMs: 10_000,
    ...spec,
  };
  const tool = createFetch('web', full, { virtual } as ToolOptions);
  prepareArguments(tool);
  return tool;
}
const run = (args: JsonObject, spec: Partial<FetchToolSpec> = {}) =>
  runToolCall({ id: '1', name: 'web', args }, make(spec), createContext({ clock: createRealClock() }));
const at = (server: LocalServer, path = '/') => `http://localhost:${server.port}${path}`;

afterEach(() => vi.unstubAllEnvs());

describe('fetch', () => {
  test('gives the text, where it came from and how large it is', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/old') response.writeHead(301, { location: '/new' }).end();
      else response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<p>größe</p>');
    });
    expect(await run({ url: at(server, '/old') })).toMatchObject({
      isError: false,
      content: {
        url: at(server, '/new'),
        status: 200,
        content_type: 'text/html; charset=utf-8',
        bytes: 14,
        truncated: false,
        text: '<p>größe</p>',
      },
    });
  });

  test('a status of 404 or 500 comes with its text', async () => {
    const server = await serve((request, response) =>
      response.writeHead(Number(request.url!.slice(1)), { 'content-type': 'application/json' }).end('{"error":"why"}'),
    );
    for (const status of [404, 500]) {
      expect(await run({ url: at(server, `/${status}`) })).toMatchObject({
        isError: false,
        content: { status, text: '{"error":"why"}' },
      });
    }
  });

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('reads %s', async (encoding, compress) => {
    const server = await serve((_, response) =>
      response
        .writeHead(200, { 'content-type': 'text/plain', 'content-encoding': encoding })
        .end(compress(Buffer.from('größe'))),
    );
    expect(await run({ url: at(server) })).toMatchObject({ content: { text: 'größe', bytes: 7 } });
  });

  test('reads latin-1 as its type says', async () => {
    const server = await serve((_, response) =>
      response.writeHead(200, { 'content-type': 'text/plain; charset=iso-8859-1' }).end(Buffer.from('größe', 'latin1')),
    );
    expect(await run({ url: at(server) })).toMatchObject({ content: { text: 'größe', bytes: 5 } });
  });

  test('says what a binary body is instead of giving it', async () => {
    const server = await serve((request, response) =>
      response
        .writeHead(200, request.url === '/' ? { 'content-type': 'image/png' } : {})
        .end(Buffer.from([0x89, 0x50, 0, 1])),
    );
    expect(await run({ url: at(server) })).toMatchObject({
      isError: true,
      content: { error: `Cannot read "${at(server)}": it is not text but binary, of image/png type` },
    });
    expect(await run({ url: at(server, '/x') })).toMatchObject({
      isError: true,
      content: { error: expect.stringContaining('binary, of no type') },
    });
  });

  test('reads no more than max_bytes, and whole characters', async () => {
    const server = await serve((_, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('äöü'));
    expect(await run({ url: at(server) }, { maxBytes: 3 })).toMatchObject({
      content: { bytes: 3, truncated: true, text: 'ä' },
    });
    expect(await run({ url: at(server) }, { maxBytes: 6 })).toMatchObject({
      content: { bytes: 6, truncated: false, text: 'äöü' },
    });
  });

  test.each([
    ['text', 'x'.repeat(6_000_000), 1_000_000],
    ['quotes', '"'.repeat(6_000_000), 500_000],
    ['control characters', '\u0001'.repeat(6_000_000), 170_000],
  ])('a result never becomes too large: %s', async (_, body, least) => {
    const server = await serve((_, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end(body));
    const result = await run({ url: at(server) });
    expect(result).toMatchObject({ isError: false, content: { bytes: 5_000_000, truncated: true } });
    expect((result.content as { text: string }).text.length).toBeGreaterThan(least);
    expect(Buffer.byteLength(JSON.stringify(result.content))).toBeLessThanOrEqual(1_048_576);
  });

  test('a content type and a URL that are long leave room for themselves', async () => {
    const server = await serve((_, response) =>
      response.writeHead(200, { 'content-type': `text/plain; x="${'\\'.repeat(8_000)}"` }).end('x'.repeat(2_000_000)),
    );
    const result = await run({ url: at(server, `/${'"'.repeat(2_000)}`) });
    expect(result.isError).toBe(false);
    expect((result.content as { url: string }).url.length).toBeGreaterThan(6_000);
    expect(Buffer.byteLength(JSON.stringify(result.content))).toBeLessThanOrEqual(1_048_576);
  });

  test.each([
    ['an answer that never begins', ''],
    ['headers that never end', 'HTTP/1.1 200 OK\r\nx-a: b\r\n'],
    ['a body that never ends', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nbeginning'],
  ])('at the deadline the connection is closed: %s', async (_, sent) => {
    const server = await serveTcp((socket) => void socket.write(sent));
    const result = await run({ url: at(server) }, { timeoutMs: 500 });
    expect(result).toMatchObject({
      isError: true,
      content: { error: expect.stringContaining('did not finish within 500 ms') },
    });
    expect(server.connections).toBe(1);
    await vi.waitFor(() => expect(server.open).toBe(0));
  });

  test('asks for what the model wants', async () => {
    const server = await serve((request, response) => response.end(request.headers.accept));
    expect(await run({ url: at(server), accept: 'application/json' })).toMatchObject({
      content: { text: 'application/json' },
    });
    expect(await run({ url: at(server) })).toMatchObject({ content: { text: '*/*' } });
  });

  test.each<[string, JsonObject]>([
    ['no URL', {}],
    ['an empty URL', { url: '' }],
    ['a URL of 8,193 characters', { url: `http://localhost/${'x'.repeat(8_176)}` }],
    ['a header in accept', { url: 'http://localhost/', accept: 'text/html\r\nx-other: 1' }],
    ['an accept of 501 characters', { url: 'http://localhost/', accept: 'x'.repeat(501) }],
    ['another method', { url: 'http://localhost/', method: 'POST' }],
  ])('refuses %s', async (_, args) =>
    expect(await run(args)).toMatchObject({
      isError: true,
      content: { error: expect.stringContaining('arguments do not fit') },
    }));

  test('says what it reaches', () => {
    expect(make({ allow: [] }).description).toMatch(/Reaches public hosts\.$/);
    expect(make({ allow: ['a.test', '10.0.0.0/8'] }).description).toMatch(
      /Reaches public hosts, and a\.test, 10\.0\.0\.0\/8\.$/,
    );
    expect(make({ description: 'Mine.' }).description).toBe('Mine.');
  });

  test('an entry that is no host fails at once', () =>
    expect(() => make({ allow: ['http://a.test'] })).toThrow(
      expect.objectContaining({
        code: 'SCENARIO_INVALID',
        message: expect.stringContaining('tool "web": "http://a.test"'),
      }),
    ));
});

describe('headers', () => {
  /** Sends the headers back in every way a server can. */
  const echo = () =>
    serve((request, response) => {
      const value = String(request.headers['x-api']);
      if (request.url === '/away') response.writeHead(302, { location: `ftp://other.test/?key=${value}` }).end();
      else if (request.url === '/back') response.writeHead(302, { location: `/back-again?${value}` }).end();
      else
        response
          .writeHead(200, { 'content-type': `text/plain; x=${value}` })
          .end(`you sent ${JSON.stringify(request.headers)}`);
    });

  test('are filled in and sent, and are in no result or error', async () => {
    vi.stubEnv('FETCH_TEST_VALUE', 'very-secret-value');
    const server = await echo();
    const spec = { headers: { 'X-Api': `\${FETCH_TEST_VALUE}`, Authorization: 'Bearer literal-secret' } };
    for (const path of ['/', '/away', '/back']) {
      const result = await run({ url: at(server, path) }, spec);
      expect(JSON.stringify(result.content)).toContain('[redacted]');
      expect(JSON.stringify(result.content)).not.toMatch(/very-secret-value|literal-secret/);
    }
    expect(server.received).toContain('x-api: very-secret-value\r\n');
    expect(server.received).toContain('authorization: Bearer literal-secret\r\n');
    expect(createRedactor({})('"very-secret-value"')).toBe('"[redacted]"');
  });

  test('that are no secret stay in the text', async () => {
    const server = await echo();
    const result = await run({ url: at(server) }, { headers: { Accept: 'application/json' } });
    expect(result).toMatchObject({ content: { text: expect.stringContaining('"accept":"application/json"') } });
  });

  test.each<[string, string]>([
    ['Host', 'other.test'],
    ['content-length', '5'],
    ['Transfer-Encoding', 'chunked'],
    ['connection', 'keep-alive'],
    ['Accept-Encoding', 'zstd'],
    ['bad name', 'value'],
    ['', 'value'],
    ['x-a', 'hidden-value\r\nx-b: 1'],
    ['x-a', 'hidden-value\u0100'],
  ])('%j: %j cannot be used', (name, value) => {
    const create = () => make({ headers: { [name]: value } });
    expect(create).toThrow(
      expect.objectContaining({
        code: 'SCENARIO_INVALID',
        message: expect.stringContaining(`Cannot use tool "web": its header ${JSON.stringify(name)}`),
      }),
    );
    expect(create).not.toThrow(/hidden-value/);
  });

  test('need their variable', () =>
    expect(() => make({ headers: { 'x-api': `\${FETCH_TEST_NOT_SET}` } })).toThrow(
      expect.objectContaining({
        code: 'SCENARIO_INVALID',
        message: expect.stringContaining('FETCH_TEST_NOT_SET is not set'),
      }),
    ));
});

describe('in a rehearsal', () => {
  test('nothing is fetched and no secret is needed', async () => {
    const server = await serve((_, response) => response.end('here'));
    const tool = make({ headers: { 'x-api': `\${FETCH_TEST_NOT_SET}` } }, true);
    const clock = createVirtualClock();
    const result = await runToolCall(
      { id: '1', name: 'web', args: { url: at(server) } },
      tool,
      createContext({ clock }),
    );
    expect(result).toMatchObject({ isError: true, serviceMs: 0 });
    expect((result.content as { error: string }).error).toMatch(
      /^Cannot fetch in a rehearsal: .*"simulate" of tool "web"/,
    );
    expect(server.connections).toBe(0);
  });
});
