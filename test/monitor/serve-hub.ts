import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { type Clock, createRealClock } from '../../src/base/clock.ts';
import { Hub } from '../../src/monitor/hub.ts';
import type { Right } from '../../src/monitor/server/access.ts';
import { connectTo } from './server/socket-client.ts';
import type { StubSource } from './stub-source.ts';

/** A hub behind real sockets, without the door: `/ws`, `/ws?control` and `/inspect`. */
export async function serveHub(stub: StubSource, clock: Clock = createRealClock()) {
  const hub = new Hub(stub.source, stub.history, { clock, version: '1.2.3' });
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: 64 * 1_024 });
  await new Promise((resolve) => server.once('listening', resolve));
  server.on('connection', (socket, { url = '' }) => {
    const address = new URL(url, 'http://x');
    if (address.pathname === '/inspect') hub.inspect(socket as never, 'read', address);
    else hub.connect(socket as never, (address.searchParams.has('control') ? 'control' : 'read') as Right);
  });
  onTestFinished(() => {
    hub.stop();
    for (const client of server.clients) client.terminate();
    server.close();
    clock.stop();
  });
  const base = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { hub, server, connect: (path = '/ws') => connectTo(base + path) };
}
