import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { type Clock, createRealClock } from '../../../src/base/clock.ts';
import { openAssets } from '../../../src/monitor/server/assets.ts';
import { openServer } from '../../../src/monitor/server/server.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import { pageFolder } from './page-folder.ts';
import { handshake, request } from './raw-request.ts';
import { connectTo } from './socket-client.ts';

const HANDSHAKE_MS = 300;
vi.mock('../../../src/base/monitor-limits.ts', async (original) => ({
  ...(await original<object>()),
  HANDSHAKE_MS: 300,
}));

const token = 'Aa1_Bb2-Cc3dDe4EfF5gGh6HiI7jJk8K';
const folder = pageFolder();

async function serve(clock: Clock = createRealClock()) {
  const accepted: WebSocket[] = [];
  const server = await openServer({
    tokens: { read: token },
    port: 0,
    assets: openAssets(folder),
    clock,
    sockets: {
      '/ws': (socket) => {
        socket.on('error', () => undefined);
        accepted.push(socket);
      },
    },
  });
  onTestFinished(async () => {
    const closing = server.close();
    if ('advance' in clock) (clock as ManualClock).advance(100);
    await closing;
  });
  return { server, accepted, url: `ws://127.0.0.1:${server.port}/ws?token=${token}` };
}

function open(port: number, text: string): { socket: Socket; ended: Promise<string> } {
  // Half open: a client that does not close its side.
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.write(text));
  onTestFinished(() => void socket.destroy());
  let answer = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    answer += chunk;
  });
  socket.on('error', () => undefined);
  return { socket, ended: new Promise((resolve) => socket.once('close', () => resolve(answer))) };
}

test.each([
  ['nothing at all', ''],
  ['half a request line', 'GET /heal'],
  ['headers without an end', 'GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: '],
])('who sends %s is cut off', async (_, text) => {
  const { server } = await serve();
  const startedAt = performance.now();
  const { socket, ended } = open(server.port, text);
  socket.on('end', () => socket.end());
  expect(await ended).toMatch(/^$|^HTTP\/1\.1 408 /);
  const tookMs = performance.now() - startedAt;
  expect(tookMs).toBeGreaterThan(HANDSHAKE_MS * 0.8);
  expect(tookMs).toBeLessThan(HANDSHAKE_MS * 10);
});

test('drips of a header do not keep a connection', async () => {
  const { server } = await serve();
  const { socket, ended } = open(server.port, 'GET / HTTP/1.1\r\n');
  const drip = setInterval(() => socket.write('X: y\r\n'), 50);
  onTestFinished(() => clearInterval(drip));
  socket.on('end', () => socket.end());
  expect(await ended).toMatch(/^$|^HTTP\/1\.1 408 /);
});

test('the 65th client is refused; when one has gone there is a place again', async () => {
  const { server, accepted, url } = await serve();
  const clients = await Promise.all(Array.from({ length: 64 }, () => connectTo(url)));
  expect(accepted).toHaveLength(64);
  const refused = await handshake(server.port, { target: `/ws?token=${token}` });
  expect(refused.status).toBe(503);
  expect(refused.body).toContain('64 clients are connected');
  await expect(connectTo(url)).rejects.toThrow('503');
  const gone = new Promise((resolve) => accepted[0]!.once('close', resolve));
  clients[0]!.socket.terminate();
  await gone;
  await connectTo(url);
});

test('many at once never get more than 64 places', async () => {
  const { accepted, url } = await serve();
  const all = await Promise.allSettled(Array.from({ length: 100 }, () => connectTo(url)));
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(64);
  expect(accepted).toHaveLength(64);
});

test.each([
  ['a wrong token', '/ws?token=wrong', 401],
  ['a path where nothing is', `/nothing?token=${token}`, 404],
])('a handshake refused for %s leaves no connection, even if the client keeps its side open', async (_, path, status) => {
  const { server } = await serve();
  const lines = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: x'];
  const text = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n${lines.join('\r\n')}\r\n\r\n`;
  const { socket, ended } = open(server.port, text);
  const answered = new Promise((resolve) => socket.once('end', resolve));
  await answered;
  // The server's side is closed for good: what is written now is turned away.
  const writing = setInterval(() => socket.write('x'), 10);
  onTestFinished(() => clearInterval(writing));
  expect(await ended).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
});

test('no compression is agreed on', async () => {
  const { server, url } = await serve();
  const headers = { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' };
  const answer = await handshake(server.port, { target: `/ws?token=${token}`, headers });
  expect(answer.status).toBe(101);
  expect(answer.headers['sec-websocket-extensions']).toBeUndefined();
  const { socket } = await connectTo(url, { perMessageDeflate: true });
  expect(socket.extensions).toBe('');
});

test.each([
  ['a method that is not GET', { method: 'POST' }, 405],
  ['no key', { headers: { 'Sec-WebSocket-Key': undefined } }, 400],
  ['an old version', { headers: { 'Sec-WebSocket-Version': '7' } }, 400],
  ['another protocol', { headers: { Upgrade: 'h2c' } }, 400],
])('a handshake with %s is refused', async (_, rest, status) => {
  const { server, accepted } = await serve();
  expect((await handshake(server.port, { target: `/ws?token=${token}`, ...rest })).status).toBe(status);
  expect(accepted).toEqual([]);
});

test('closing ends every connection, says why, and frees the port', async () => {
  const { server, url } = await serve();
  const client = await connectTo(url);
  const paused = await connectTo(url);
  paused.socket.pause();
  const idle = open(server.port, '');
  const kept = open(server.port, `GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`);
  await new Promise((resolve) => kept.socket.once('data', resolve));
  for (const { socket } of [idle, kept]) socket.on('end', () => socket.end());
  await server.close();
  expect(await client.closed).toEqual({ code: 1001, reason: 'the monitor has ended' });
  await Promise.all([idle.ended, kept.ended]);
  expect((await request(server.port)).status).toBe(0);
  await server.close();
});

test('closing does not wait for handshakes whose wrong token is still waiting for its answer', async () => {
  const clock = createManualClock();
  const { server } = await serve(clock);
  for (let i = 0; i < 5; i++) await handshake(server.port, { target: '/ws?token=wrong' });
  const slowed = handshake(server.port, { target: '/ws?token=wrong' });
  await vi.waitFor(() => expect(clock.isIdle).toBe(false));
  const closing = server.close();
  clock.advance(100);
  await closing;
  expect((await slowed).status).toBe(0);
});
