import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createRealClock, createVirtualClock } from '../../../src/base/clock.ts';
import { openAssets } from '../../../src/monitor/server/assets.ts';
import { openServer, type ServerOptions } from '../../../src/monitor/server/server.ts';
import { request } from './raw-request.ts';

const options = (): ServerOptions => ({
  tokens: { read: 'Aa1_Bb2-Cc3dDe4EfF5gGh6HiI7jJk8K' },
  port: 0,
  assets: openAssets('/nowhere'),
  clock: createVirtualClock(),
  sockets: {},
});

describe('the port', () => {
  /** Takes ports one after the other, as far as nobody else has them. */
  async function take(count: number): Promise<number> {
    const first = createServer();
    await new Promise<void>((resolve) => first.listen(0, '127.0.0.1', resolve));
    const { port } = first.address() as { port: number };
    const others = Array.from({ length: count - 1 }, (_, i) => {
      const other = createServer().on('error', () => undefined);
      return new Promise<typeof other>((resolve) => {
        other.once('error', () => resolve(other)).listen(port + 1 + i, '127.0.0.1', () => resolve(other));
      });
    });
    const all = [first, ...(await Promise.all(others))];
    onTestFinished(() => {
      for (const each of all) each.close();
    });
    return port;
  }

  test('that is taken is passed over, without a warning', async () => {
    const warnings: Error[] = [];
    const listener = (warning: Error) => warnings.push(warning);
    process.on('warning', listener);
    onTestFinished(() => void process.off('warning', listener));
    const port = await take(15);
    const next = await openServer({ ...options(), port });
    onTestFinished(() => next.close());
    expect(next.port).toBeGreaterThanOrEqual(port + 15);
    expect((await request(next.port, { target: '/healthz' })).status).toBe(200);
    await new Promise(setImmediate);
    expect(warnings).toEqual([]);
  });

  test('of 50 that are all taken is said', { timeout: 20_000 }, async () => {
    const port = await take(50);
    await expect(openServer({ ...options(), port })).rejects.toMatchObject({
      code: 'MONITOR_UNAVAILABLE',
      message: expect.stringContaining(`Cannot serve the monitor at 127.0.0.1:${port}: `),
    });
  });

  test('of a host that is not ours is said', async () => {
    await expect(openServer({ ...options(), host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'MONITOR_UNAVAILABLE',
      message: expect.stringContaining('EADDRNOTAVAIL'),
    });
  });
});

describe('the host', () => {
  test.each([
    ['localhost', ['localhost', '127.0.0.1']],
    ['LOCALHOST', ['localhost', '127.0.0.1']],
    ['127.0.0.2', ['127.0.0.2', 'localhost']],
    ['0.0.0.0', ['127.0.0.1', 'localhost', '0.0.0.0']],
  ])('%s answers to %j, and to no name of a stranger', async (host, names) => {
    const other = await openServer({ ...options(), host });
    onTestFinished(() => other.close());
    const ask = (name: string) =>
      new Promise<number>((resolve, reject) => {
        const Host = `${name}:${other.port}`;
        http
          .get({ host: other.host, port: other.port, path: '/healthz', headers: { Host } }, (answer) => {
            answer.resume();
            resolve(answer.statusCode ?? 0);
          })
          .once('error', reject);
      });
    for (const name of names) expect(await ask(name), name).toBe(200);
    for (const name of ['evil.test', '10.255.255.254']) expect(await ask(name), name).toBe(403);
  });
});

test('an error of the listening socket harms nobody', async () => {
  const servers: http.Server[] = [];
  const create = http.createServer;
  const spy = vi.spyOn(http, 'createServer').mockImplementation(((...args: never[]) => {
    const made = Reflect.apply(create, http, args) as http.Server;
    servers.push(made);
    return made;
  }) as never);
  syncBuiltinESMExports();
  onTestFinished(() => {
    spy.mockRestore();
    syncBuiltinESMExports();
  });
  const other = await openServer({ ...options(), clock: createRealClock() });
  onTestFinished(() => other.close());
  expect(servers).toHaveLength(1);
  expect(() => servers[0]!.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }))).not.toThrow();
  expect((await request(other.port, { target: '/healthz' })).status).toBe(200);
});
