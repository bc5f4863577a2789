import { describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { serveHub } from './serve-hub.ts';
import { createManualClock } from './server/manual-clock.ts';
import type { SocketClient } from './server/socket-client.ts';
import { stubSource } from './stub-source.ts';

describe('a slow client', () => {
  const AGENTS = 100_000;
  const BUSY = 300 * 1_024;

  const pause = () => new Promise((resolve) => setTimeout(resolve, 2));

  /** It reads nothing more and goes on asking, for 100 kB each time, until so much is unsent or it is cut off. */
  async function stuff({ socket, send }: SocketClient, served: WebSocket, bytes: number): Promise<void> {
    socket.pause();
    while (served.bufferedAmount < bytes && served.readyState === WebSocket.OPEN) {
      send({ type: 'get', topic: 'fleet' });
      await pause();
    }
    // What was asked for is on its way.
    for (let i = 0; i < 10; i++) await pause();
  }

  test('is cut off at 4 MB', async () => {
    const stub = stubSource({ desk: AGENTS });
    const clock = createManualClock();
    const { server, connect } = await serveHub(stub, clock);
    const client = await connect();
    await client.first('welcome');
    const [served] = server.clients;
    await stuff(client, served!, Number.POSITIVE_INFINITY);
    expect(served!.bufferedAmount).toBeLessThan(4.2 * 1_024 * 1_024);
    client.socket.resume();
    expect((await client.closed).code).toBe(1013);
  });

  test('misses frames, is told how many, and costs the others nothing; after 10 s it is cut off', async () => {
    const stub = stubSource({ desk: AGENTS });
    const clock = createManualClock();
    const { server, connect } = await serveHub(stub, clock);
    const [slow, quick] = [await connect(), await connect()];
    const [served] = server.clients;
    for (const client of [slow, quick]) {
      await client.ask({ type: 'subscribe', topic: 'fleet' });
      await client.ask({ type: 'subscribe', topic: 'agent', agent: 'desk/0' });
    }
    await stuff(slow, served!, BUSY);
    const unsent = served!.bufferedAmount;
    const frames = () => quick.messages.filter(({ type, agents }) => type === 'fleet' && agents !== undefined).length;
    for (let i = 1; i <= 50; i++) {
      stub.emit({ type: 'agent.started', agent: `desk/${i}`, group: 'desk' });
      stub.emit({ type: 'agent.waiting', agent: 'desk/0', for: `${i}`.repeat(1_000) });
      clock.advance(100);
      await vi.waitFor(() => expect(frames()).toBe(i));
    }
    expect(served!.bufferedAmount).toBe(unsent);
    expect(quick.messages.filter(({ type }) => type === 'events')).toHaveLength(50);
    expect(quick.messages.some(({ missed }) => missed !== undefined)).toBe(false);

    slow.socket.resume();
    await vi.waitFor(() => expect(served!.bufferedAmount).toBe(0));
    stub.emit({ type: 'agent.started', agent: 'desk/99', group: 'desk' });
    stub.emit({ type: 'agent.waiting', agent: 'desk/0', for: 'x' });
    clock.advance(100);
    // Not the next change, but everything as it is.
    const caughtUp = await slow.first('fleet', ({ missed }) => missed !== undefined);
    expect(caughtUp).toMatchObject({
      missed: 50,
      states: `wooooooo${'o'.repeat(43)}${'.'.repeat(48)}o${'.'.repeat(AGENTS - 100)}`,
    });
    expect(await slow.first('events')).toMatchObject({ missed: 50, events: [{ for: 'x' }] });

    await stuff(slow, served!, BUSY);
    clock.advance(9_000);
    expect(served!.readyState).toBe(1);
    clock.advance(2_000);
    expect(served!.readyState).toBeGreaterThan(1);
    slow.socket.resume();
    expect((await slow.closed).code).toBe(1013);
    expect(await quick.ask({ type: 'get', topic: 'charts' })).toMatchObject({ type: 'charts' });
  }, 30_000);
});
