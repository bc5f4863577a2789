import { expect, test } from 'vitest';
import { createVirtualClock } from '../../src/base/clock.ts';
import { TAPE_ACTS_MAX } from '../../src/base/limits.ts';
import type { TapedAct } from '../../src/base/tape.ts';
import type { RunFact } from '../../src/protocol.ts';
import { tapContext } from '../../src/tools/tap-context.ts';
import { createContext } from './tool-context.ts';

test('what a tool does in its run is done, and noted with its time', async () => {
  const clock = createVirtualClock();
  const done: unknown[] = [];
  const fact: RunFact = { type: 'server.up', server: 's', tools: 1 };
  const inner = createContext({
    clock,
    send: (to, body) => done.push(['send', to, body]),
    log: (text) => done.push(['log', text]),
    tell: (told) => done.push(['tell', told]),
    memory: {
      remember: async (key, text, options) => {
        await clock.sleep(50);
        done.push(['remember', key, text, options]);
      },
      all: async (options) => [{ key: String(options?.shared), text: '', agent: '', at: 0 }],
    },
  });
  const acts: TapedAct[] = [];
  const context = tapContext(inner, acts);
  context.sendMessage('a/2', 'hi');
  await context.sleep(10);
  context.log('well');
  await context.memory.remember('disk', 'full', { shared: true });
  await context.memory.remember('net', 'slow');
  context.tell(fact);
  expect(await context.memory.all({ shared: true })).toEqual([{ key: 'true', text: '', agent: '', at: 0 }]);
  expect(done).toEqual([
    ['send', 'a/2', 'hi'],
    ['log', 'well'],
    ['remember', 'disk', 'full', { shared: true }],
    ['remember', 'net', 'slow', undefined],
    ['tell', fact],
  ]);
  expect(acts).toEqual([
    { at: 0, send: { to: 'a/2', body: 'hi' } },
    { at: 10, log: 'well' },
    { at: 10, remember: { key: 'disk', text: 'full', shared: true } },
    { at: 60, remember: { key: 'net', text: 'slow', shared: false } },
    { at: 110, tell: fact },
  ]);
});

test('what fails is not noted', async () => {
  const refuse = (): never => {
    throw new Error('Refused');
  };
  const inner = createContext({ send: refuse, memory: { remember: async () => refuse(), all: async () => [] } });
  const acts: TapedAct[] = [];
  const context = tapContext(inner, acts);
  expect(() => context.sendMessage('a/2', 'hi')).toThrow('Refused');
  await expect(context.memory.remember('disk', 'full')).rejects.toThrow('Refused');
  expect(acts).toEqual([]);
});

test('everything else is that of the context itself', async () => {
  const inner = createContext({ row: { host: 'db-1' } });
  const context = tapContext(inner, []);
  expect([context.agent, context.turn, context.callId, context.idempotencyKey, context.row]).toEqual([
    inner.agent,
    inner.turn,
    inner.callId,
    inner.idempotencyKey,
    { host: 'db-1' },
  ]);
  context.serviceMs = 7;
  expect([inner.serviceMs, context.serviceMs]).toEqual([7, 7]);
  expect(context.random).toBe(inner.random);
  expect(context.signal).toBe(inner.signal);
  const waiting = context.sleep(1_000);
  const reasons: string[] = [];
  context.onAbort(({ message }) => reasons.push(message));
  context.abort(new Error('Stopped'));
  await expect(waiting).rejects.toThrow('Stopped');
  expect([reasons, inner.isAborted, context.isAborted, context.signal.aborted]).toEqual([
    ['Stopped'],
    true,
    true,
    true,
  ]);
});

test('of what is done again and again only so much is noted', () => {
  const acts: TapedAct[] = [];
  const context = tapContext(createContext(), acts);
  for (let count = 0; count < TAPE_ACTS_MAX + 5; count++) context.log(`${count}`);
  expect(acts).toHaveLength(TAPE_ACTS_MAX);
});
