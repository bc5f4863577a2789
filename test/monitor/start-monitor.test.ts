import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openAssets } from '../../src/monitor/server/assets.ts';
import { type MonitorOptions, startMonitor } from '../../src/monitor/start-monitor.ts';
import type { RunSummary } from '../../src/protocol.ts';
import { pageFolder } from './server/page-folder.ts';
import { request } from './server/raw-request.ts';
import { connectTo, toSocketUrl } from './server/socket-client.ts';
import { stubSource } from './stub-source.ts';

const assets = openAssets(pageFolder());

async function start(options: MonitorOptions = {}, stub = stubSource({ desk: 2 })) {
  const monitor = await startMonitor(stub.source, stub.history, { port: 0, assets, ...options });
  onTestFinished(() => monitor.close());
  return { monitor, stub, port: Number(new URL(monitor.url).port) };
}

test('its address lets one look, at this machine alone', async () => {
  const { monitor, port } = await start({ version: '9.9.9' });
  expect(monitor.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}$/);
  expect(monitor.controlUrl).toBeUndefined();
  const page = await fetch(monitor.url, { redirect: 'manual' });
  const headers = { Cookie: page.headers.get('set-cookie')!.split(';')[0]! };
  expect((await request(port, { headers })).status).toBe(200);
  const client = await connectTo(toSocketUrl(monitor.url, '/ws'));
  expect(await client.first('welcome')).toMatchObject({ version: '9.9.9', control: false });
  expect(await client.ask({ type: 'command', command: { type: 'run.pause' } })).toMatchObject({ code: 'FORBIDDEN' });
});

test('there is a second address only for who asks for it, and each start has its own tokens', async () => {
  const [first, second] = [await start({ control: true }), await start({ control: true })];
  const urls = [first, second].flatMap(({ monitor }) => [monitor.url, monitor.controlUrl!]);
  const tokens = urls.map((url) => new URL(url).searchParams.get('token'));
  expect(new Set(tokens).size).toBe(4);
  const { hostname, port } = new URL(first.monitor.url);
  for (const token of tokens.slice(2)) {
    await expect(connectTo(`ws://${hostname}:${port}/ws?token=${token}`)).rejects.toThrow('401');
  }
  const client = await connectTo(toSocketUrl(first.monitor.controlUrl!, '/ws'));
  expect(await client.first('welcome')).toMatchObject({ control: true });
});

test('an IPv6 address is written as one', async () => {
  const { monitor } = await start({ host: '::1' });
  expect(monitor.url).toMatch(/^http:\/\/\[::1\]:\d+\//);
  await (await connectTo(toSocketUrl(monitor.url, '/ws'))).first('welcome');
});

test('clients are told when the run’s numbers are there', async () => {
  const { monitor } = await start();
  const client = await connectTo(toSocketUrl(monitor.url, '/ws'));
  monitor.finish({ status: 'done', turns: 3 } as RunSummary);
  expect(await client.first('run')).toMatchObject({ run: { status: 'done', live: false, summary: { turns: 3 } } });
});

test('closing ends every connection, and leaves the run alone', async () => {
  const { monitor, stub, port } = await start();
  const clients = await Promise.all(
    ['/ws', '/ws', '/inspect'].map((path) => connectTo(toSocketUrl(monitor.url, path))),
  );
  await clients[0]!.ask({ type: 'subscribe', topic: 'fleet' });
  expect(stub.listeners.size).toBe(1);
  await monitor.close();
  for (const { closed } of clients) expect((await closed).code).toBe(1001);
  expect(stub.listeners.size).toBe(0);
  expect(stub.inspector).toBeUndefined();
  expect((await request(port)).status).toBe(0);
  stub.emit({ type: 'agent.started', agent: 'desk/0', group: 'desk' });
  monitor.finish({ status: 'done' } as RunSummary);
  await monitor.close();
});

test('when no port can be had, nothing is left listening to the run', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(65_535, '127.0.0.1', resolve));
  onTestFinished(() => void taken.close());
  const stub = stubSource({ desk: 1 });
  await expect(start({ port: 65_535 }, stub)).rejects.toMatchObject({ code: 'MONITOR_UNAVAILABLE' });
  expect(stub.listeners.size).toBe(0);
});
