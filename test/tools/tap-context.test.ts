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
    mail: {
      send: async (to, body) => void done.push(['send', to, body]),
      ask: async (to, body) => {
        await clock.sleep(5);
        done.push(['ask', to, body]);
        return { from: to, text: 'fine' };
      },
    },
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
  await context.mail.send('a/2', 'hi');
  await context.sleep(5);
  expect(await context.mail.ask('a/2', 'how?')).toEqual({ from: 'a/2', text: 'fine' });
  context.log('well');
  await context.memory.remember('disk', 'full', { shared: true });
  await context.memory.remember('net', 'slow');
  context.tell(fact);
  expect(await context.memory.all({ shared: true })).toEqual([{ key: 'true', text: '', agent: '', at: 0 }]);
  expect(done).toEqual([
    ['send', 'a/2', 'hi'],
    ['ask', 'a/2', 'how?'],
    ['log', 'well'],
    ['remember', 'disk', 'full', { shared: true }],
    ['remember', 'net', 'slow', undefined],
    ['tell', fact],
  ]);
  expect(acts).toEqual([
    { at: 0, mail: 'send', with: ['a/2', 'hi'] },
    { at: 5, mail: 'ask', with: ['a/2', 'how?'] },
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
  const inner = createContext({
    mail: { send: async () => refuse() },
    memory: { remember: async () => refuse(), all: async () => [] },
  });
  const acts: TapedAct[] = [];
  const context = tapContext(inner, acts);
  await expect(context.mail.send('a/2', 'hi')).rejects.toThrow('Refused');
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

test('each way to say something to others is noted with what it was given, and gives what it gives', async () => {
  const acts: TapedAct[] = [];
  const { mail } = tapContext(createContext({ mail: { publish: async () => 3 } }), acts);
  expect(await mail.publish('news', 'now')).toBe(3);
  await mail.subscribe('news');
  await mail.unsubscribe('news');
  expect(await mail.delegate('a', 'dig', { policy: 'random', wait: false })).toEqual({ to: 'a' });
  expect(await mail.handOff('a/1', 'note')).toBe('a/1');
  expect(await mail.spawn('a', 'dig')).toEqual({ agent: 'a/0' });
  expect(acts.map(({ at, ...act }) => act)).toEqual([
    { mail: 'publish', with: ['news', 'now'] },
    { mail: 'subscribe', with: ['news'] },
    { mail: 'unsubscribe', with: ['news'] },
    { mail: 'delegate', with: ['a', 'dig', { policy: 'random', wait: false }] },
    { mail: 'handOff', with: ['a/1', 'note'] },
    { mail: 'spawn', with: ['a', 'dig'] },
  ]);
});

test('of two that are said at the same time the one that fails is taken back, and the other stays', async () => {
  const acts: TapedAct[] = [];
  const send = (to: string) => (to === 'a/2' ? Promise.reject(new Error('Full')) : Promise.resolve());
  const { mail } = tapContext(createContext({ mail: { send } }), acts);
  await Promise.allSettled([mail.send('a/2', 'x'), mail.send('a/3', 'x')]);
  expect(acts).toMatchObject([{ mail: 'send', with: ['a/3', 'x'] }]);
});

test('what is said again by a try that follows is noted once, and what comes after it is new', async () => {
  const clock = createVirtualClock();
  const sent: string[] = [];
  const begun: number[] = [];
  const inner = Object.assign(
    createContext({
      clock,
      mail: {
        send: async (_, body) => {
          sent.push(body);
          if (body === 'b' && sent.length < 3) throw new Error('not now');
        },
      },
    }),
    { begin: () => begun.push(sent.length) },
  );
  const acts: TapedAct[] = [];
  const context = tapContext(inner, acts);
  for (const isLast of [false, true]) {
    context.begin?.();
    await context.mail.send('x/0', 'a');
    await context.mail.send('x/0', 'b').catch(() => undefined);
    if (isLast) await context.mail.send('x/0', 'c');
    await clock.sleep(10);
  }
  expect([sent, begun]).toEqual([
    ['a', 'b', 'a', 'b', 'c'],
    [0, 2],
  ]);
  expect(acts).toEqual([
    { at: 0, mail: 'send', with: ['x/0', 'a'] },
    { at: 10, mail: 'send', with: ['x/0', 'b'] },
    { at: 10, mail: 'send', with: ['x/0', 'c'] },
  ]);
});

test('a message that fails when there is no room for more on the tape takes nothing else from it', async () => {
  const acts: TapedAct[] = [];
  const context = tapContext(createContext({ mail: { send: () => Promise.reject(new Error('no')) } }), acts);
  for (let i = 0; i < TAPE_ACTS_MAX; i++) context.log(`${i}`);
  await expect(context.mail.send('x/0', 'a')).rejects.toThrow('no');
  expect([acts.length, acts.at(-1)]).toEqual([TAPE_ACTS_MAX, { at: 0, log: `${TAPE_ACTS_MAX - 1}` }]);
});
