import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { connectMonitor } from '../../src/cli/connect-monitor.ts';
import { served } from './served-people.ts';

/** Something that listens. @returns Its address. */
async function listening(
  take: (text: string) => readonly object[],
  first: object | string = { type: 'welcome' },
): Promise<string> {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    socket.send(typeof first === 'string' ? first : JSON.stringify(first));
    socket.on('message', (data) => {
      for (const answer of take(String(data))) socket.send(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/?token=x`;
}

test('says what is asked and hears its own answer, whatever comes in between', async () => {
  const url = await listening((text) => {
    const { id } = JSON.parse(text) as { id: number };
    return [
      { type: 'fleet', at: 1, states: '' },
      { type: 'answer', id: id - 1, affected: 9 },
      { type: 'answer', id, affected: 1 },
    ];
  });
  const monitor = await connectMonitor(url);
  const command = { type: 'command', command: { type: 'run.pause' } } as const;
  expect(await monitor.ask(command, 'answer')).toMatchObject({ affected: 1 });
  expect(await monitor.ask(command, 'answer')).toMatchObject({ affected: 1 });
  await monitor.close();
  await monitor.close();
  await expect(monitor.ask(command, 'answer')).rejects.toMatchObject({ code: 'MONITOR_UNAVAILABLE' });
});

test('what is refused is an error with the reason', async () => {
  const { url } = await served();
  const monitor = await connectMonitor(url);
  await expect(monitor.ask({ type: 'command', command: { type: 'run.pause' } }, 'answer')).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('start troupe with --monitor-control'),
  });
  await expect(monitor.ask({ type: 'get', topic: 'agent', agent: 'nobody' }, 'agent')).rejects.toThrow('nobody');
  await monitor.close();
});

test.each([
  ['no address', 'here', 'USAGE', 'expected the address that troupe printed'],
  ['nobody there', 'http://127.0.0.1:9', 'MONITOR_UNAVAILABLE', 'Cannot open ws://127.0.0.1:9'],
])('%s is refused', async (_, address, code, message) => {
  await expect(connectMonitor(address)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
});

test.each([['no JSON'], ['null'], ['{"type":"hello"}']])('whoever says %s is no troupe', async (first) => {
  await expect(connectMonitor(await listening(() => [], first))).rejects.toMatchObject({
    code: 'MONITOR_UNAVAILABLE',
    message: expect.stringContaining('what answers there is no troupe'),
  });
});

test('without its token it says that the whole address is needed', async () => {
  const { url } = await served();
  await expect(connectMonitor(new URL('/', url).href)).rejects.toMatchObject({
    code: 'MONITOR_UNAVAILABLE',
    message: expect.stringContaining('with its token'),
  });
});
