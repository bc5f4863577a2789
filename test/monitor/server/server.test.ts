import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createVirtualClock } from '../../../src/base/clock.ts';
import { openAssets } from '../../../src/monitor/server/assets.ts';
import { type MonitorServer, openServer, type ServerOptions } from '../../../src/monitor/server/server.ts';
import { PAGE_FILES, pageFolder } from './page-folder.ts';
import { exchange, handshake, type RawRequest, request } from './raw-request.ts';

const token = 'Aa1_Bb2-Cc3dDe4EfF5gGh6HiI7jJk8K';
const folder = pageFolder();
let server: MonitorServer;

const options = (): ServerOptions => ({
  tokens: { read: token },
  port: 0,
  assets: openAssets(folder),
  clock: createVirtualClock(),
  sockets: { '/ws': (socket) => socket.send('welcome') },
});

beforeAll(async () => {
  server = await openServer(options());
});
afterAll(() => server.close());

const withToken = ({ headers, ...rest }: RawRequest = {}): RawRequest => ({
  ...rest,
  headers: { Cookie: `troupe-${server.port}=${token}`, ...headers },
});
const get = (target: string, rest: RawRequest = {}) => request(server.port, withToken({ target, ...rest }));

describe('the token', () => {
  test('is taken out of the address, and goes into a cookie that then lets one in', async () => {
    const first = await request(server.port, { target: `/stately?agent=desk%2F0&token=${token}&group=a` });
    expect(first.status).toBe(303);
    expect(first.headers.location).toBe('/stately?agent=desk%2F0&group=a');
    expect(first.body).not.toContain(token);
    expect(first.headers['set-cookie']).toBe(`troupe-${server.port}=${token}; HttpOnly; SameSite=Strict; Path=/`);
    const Cookie = first.headers['set-cookie']!.split(';')[0]!;
    expect((await request(server.port, { headers: { Cookie } })).body).toBe(PAGE_FILES['index.html']);
    expect((await handshake(server.port, { headers: { Cookie } })).status).toBe(101);
  });

  test.each([
    ['/', '/'],
    ['/?', '/'],
    ['/assets/app-1a2b3c.js', '/assets/app-1a2b3c.js'],
  ])('in %s leads to %s', async (path, location) => {
    const target = `${path}${path.includes('?') ? '&' : '?'}token=${token}`;
    expect((await request(server.port, { target })).headers.location).toBe(location);
  });

  test.each([
    '//evil.test/',
    '/.//evil.test/',
    '/\\evil.test/',
    '/x/..//evil.test/',
    'http://x//evil.test/',
  ])('never sends anybody to another site: %s', async (path) => {
    const { status, headers } = await request(server.port, { target: `${path}?token=${token}` });
    expect(headers.location ?? '').toMatch(/^$|^\/(?!\/)/);
    expect(status).toBe(400);
  });
});

describe('the page', () => {
  test.each([
    ['/', 'index.html', 'text/html; charset=utf-8', 'no-store'],
    ['/stately', 'stately.html', 'text/html; charset=utf-8', 'no-store'],
    ['/icon.svg', 'icon.svg', 'image/svg+xml', 'no-store'],
    ['/licenses.md', 'licenses.md', 'text/plain; charset=utf-8', 'no-store'],
    [
      '/assets/app-1a2b3c.css',
      'assets/app-1a2b3c.css',
      'text/css; charset=utf-8',
      'private, max-age=31536000, immutable',
    ],
  ])('%s is %s', async (path, file, type, caching) => {
    const { status, headers, body } = await get(path);
    expect({ status, body }).toEqual({ status: 200, body: PAGE_FILES[file] });
    expect(headers).toMatchObject({ 'content-type': type, 'cache-control': caching });
  });

  test('is compressed for whoever takes it', async () => {
    const { headers, body } = await get('/assets/app-1a2b3c.js', { headers: { 'Accept-Encoding': 'br, gzip' } });
    expect(headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(Buffer.from(body, 'latin1')).toString()).toBe(PAGE_FILES['assets/app-1a2b3c.js']);
    expect(Number(headers['content-length'])).toBeLessThan(PAGE_FILES['assets/app-1a2b3c.js']!.length);
  });

  test('has heads', async () => {
    const { status, headers, body } = await get('/', { method: 'HEAD' });
    expect({ status, body }).toEqual({ status: 200, body: '' });
    expect(headers['content-length']).toBe(String(PAGE_FILES['index.html']!.length));
  });

  test('that was not built says what to do', async () => {
    const bare = await openServer({ ...options(), assets: openAssets('/nowhere') });
    onTestFinished(() => bare.close());
    const { status, body } = await request(bare.port, { headers: { Authorization: `Bearer ${token}` } });
    expect(status).toBe(503);
    expect(body).toContain('npm run build');
  });
});

test.each([
  ['/', 200],
  ['/stately', 200],
  ['/missing', 404],
  ['/?token=wrong', 401],
  [`/?token=${token}`, 303],
  ['//', 400],
  ['/healthz', 200],
])('the answer of %s is guarded', async (target, status) => {
  const { headers, ...answer } = await get(target);
  expect(answer.status).toBe(status);
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
  });
  const policy = headers['content-security-policy']!.split('; ');
  expect(policy).toEqual(
    expect.arrayContaining(["default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]),
  );
  expect(policy.join()).not.toMatch(/unsafe|\*|http:/);
  const frames = policy.filter((rule) => /^(frame|child)-src/.test(rule));
  expect(frames).toEqual(target === '/stately' ? ['frame-src https://stately.ai'] : []);
  expect(headers['access-control-allow-origin']).toBeUndefined();
});

test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'])('%s is not served', async (method) => {
  for (const target of ['/', '/healthz', '/ws', `/?token=${token}`]) {
    const { status, headers } = await get(target, { method });
    expect(status, target).toBe(405);
    expect(headers.allow).toBe('GET, HEAD');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  }
});

describe('a path leads nowhere but to the page', () => {
  test.each([
    '/../package.json',
    '/../../../../../../etc/passwd',
    '/%2e%2e/package.json',
    '/%2e%2e%2fpackage.json',
    '/..%2fpackage.json',
    '/..%5cpackage.json',
    '/..\\package.json',
    '/assets/../../package.json',
    '/assets/../index.html',
    '/assets/%2e%2e/index.html',
    '/./index.html',
    '/assets/',
    '/assets',
    '//',
    '//index.html',
    '//evil.test/index.html',
    '///etc/passwd',
    '/index.html/',
    '/index.html%00',
    '/index.html%00.svg',
    '/%00',
    '/private.json',
    '/web/index.html',
    '/.git/config',
    '/constructor',
    '/__proto__',
    '/toString',
    '/C:/windows/win.ini',
    '/file:///etc/passwd',
    '/%',
    '/%zz',
    '/%ff%fe',
    '/~root',
    '/;/index.html',
    '/index.html;x',
    '/ws',
    '/inspect',
    '/INDEX.HTML',
    `/${'a'.repeat(8_000)}`,
    `/${'../'.repeat(2_000)}etc/passwd`,
    'http://evil.test/',
    'http://127.0.0.1/index.html',
    'https://127.0.0.1:1/index.html',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '*',
    'index.html',
    '?x',
    '/#/../x',
    '/index.html#x',
    'http://[/',
    'http://[::1/',
    '/\\index.html',
    '/\\\\evil.test\\x',
  ])('%s', async (target) => {
    const { status, body } = await get(target);
    expect([400, 404]).toContain(status);
    expect(body).not.toMatch(/doctype|root:|outside|private":/);
    const socket = await handshake(server.port, withToken({ target: target === '/ws' ? '/ws/' : target }));
    expect([400, 404]).toContain(socket.status);
    expect((await get('/healthz')).status).toBe(200);
  });

  test.each([
    ['no version', 'GET /\r\n\r\n'],
    ['no request', '\r\n\r\nx\r\n\r\n'],
    ['binary', '\x00\x01\x02\xff\xfe\r\n\r\n'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['a null byte in the path', 'GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a null byte in a header', 'GET / HTTP/1.1\r\nHost: x\x00\r\n\r\n'],
    ['letters beyond ASCII in the path', 'GET /\xe9\xff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['a header without an end', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}`],
    ['a line break in a header', 'GET / HTTP/1.1\r\nHost: x\r\n y: z\r\nConnection: close\r\n\r\n'],
    ['a body of no known length', 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: x\r\n\r\n'],
    ['two lengths', 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    ['a tunnel', 'CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test\r\n\r\n'],
  ])('a request that is none: %s', async (_, text) => {
    const { status, body } = await exchange(server.port, text);
    expect([0, 400, 403, 431]).toContain(status);
    expect(body).not.toContain('doctype');
    expect((await get('/healthz')).status).toBe(200);
  });
});

describe('without anything to push to', () => {
  test.each(['GET', 'POST', 'PUT'])('%s /observe/NAME says so, to who may come in', async (method) => {
    for (const target of ['/observe', '/observe/desk', '/observe/desk/a']) {
      const { status, body } = await get(target, { method });
      expect([status, body], target).toEqual([404, expect.stringContaining('no source with "http: true"')]);
      expect((await request(server.port, { target, method })).status).toBe(401);
    }
  });
});
