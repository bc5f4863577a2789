import { beforeEach, expect, test } from 'vitest';
import { type ResumedAgent, START, type StoredPoint } from '../../src/agent/resumed-agent.ts';
import { type Left, readPlaces } from '../../src/conduct/recover-outcomes.ts';
import { createInMemoryStore } from '../../src/memory/in-memory.ts';
import type { MemoryStore } from '../../src/memory/memory-store.ts';
import type { Message } from '../../src/protocol.ts';
import { readSpilled, Spill } from '../../src/supervisor/spill.ts';
import { toMessage } from '../messages.ts';

let store: MemoryStore;
beforeEach(() => {
  store = createInMemoryStore();
});

const input = (id: string, more: Partial<Message> = {}) => toMessage({ id, from: 'source:desk', to: 'x/0', ...more });

/** An agent that has got these, and waits for the next, but for `more`. */
function life(received: readonly string[], more: Partial<ResumedAgent> = {}): ResumedAgent {
  return { point: START, transcript: [], mailbox: [], seen: new Set(received), ...more };
}

const placesOf = (left: Partial<Left>, ...ids: string[]) =>
  readPlaces(store, 'r', { resumed: new Map(), letters: [], spilled: new Map(), ...left }, new Set(ids));

test('what nobody has got is nowhere', async () => {
  expect((await placesOf({ resumed: new Map([['x/0', life(['b'])]]) }, 'a')).size).toBe(0);
});

test('what an agent has observed is past, and what it has not waits, for whom it was sent', async () => {
  const mailbox = [input('b', { user: 'ada' }), input('c')];
  const resumed = new Map([
    ['x/0', life(['a', 'b', 'c'], { mailbox })],
    ['x/1', life(['d', 'other'])],
  ]);
  const places = await placesOf({ resumed }, 'a', 'b', 'c', 'd');
  expect([...places]).toEqual([
    ['a', { agent: 'x/0', isCurrent: false, isPast: true, change: { agent: 'x/0' } }],
    ['b', { agent: 'x/0', isCurrent: false, isPast: false, change: { status: 'waiting', agent: 'x/0', user: 'ada' } }],
    ['c', { agent: 'x/0', isCurrent: false, isPast: false, change: { status: 'waiting', agent: 'x/0' } }],
    ['d', expect.objectContaining({ agent: 'x/1', isPast: true })],
  ]);
});

test('what was being answered still is, since the turn in which it was observed', async () => {
  const point: StoredPoint = { ...START, turn: 7, step: 3, answered: false, cause: input('a', { user: 'ada' }) };
  const places = await placesOf({ resumed: new Map([['x/0', life(['a'], { point })]]) }, 'a');
  const change = { status: 'working', agent: 'x/0', firstTurn: 5, user: 'ada' };
  expect(places.get('a')).toEqual({ agent: 'x/0', isCurrent: true, isPast: false, change });
});

test('so is what was observed in a turn that was cut short after its decision', async () => {
  const observation = { kind: 'message' as const, text: 't', message: input('b') };
  const cut = {
    observation,
    isFirst: true,
    observedAt: 0,
    decision: {} as never,
    outcomes: new Map(),
    unknown: new Set<string>(),
    records: [],
  };
  const point = { ...START, turn: 7, step: 1, cause: input('a') };
  const resumed = new Map([['x/0', life(['a', 'b'], { point, cut, mailbox: [input('b')] })]]);
  const places = await placesOf({ resumed }, 'a', 'b');
  expect(places.get('a')).toMatchObject({ isPast: true });
  expect(places.get('b')).toMatchObject({ isCurrent: true, change: { status: 'working', firstTurn: 8 } });
});

test('one that began before the turn that was cut short is what that was about', async () => {
  const observation = { kind: 'results' as const, text: 't' };
  const cut = {
    observation,
    isFirst: false,
    observedAt: 0,
    decision: {} as never,
    outcomes: new Map(),
    unknown: new Set<string>(),
    records: [],
  };
  const point: StoredPoint = { ...START, turn: 7, step: 1, answered: false, cause: input('a') };
  const places = await placesOf({ resumed: new Map([['x/0', life(['a'], { point, cut })]]) }, 'a');
  expect(places.get('a')).toMatchObject({ isCurrent: true, change: { firstTurn: 7 } });
});

test('what waits on disk waits, unless its agent has it already', async () => {
  const keeper = { run: 'r', store, storeFailed: () => {} };
  const spill = new Spill(keeper, new Map(), { hasRoom: () => false, deliver() {}, bury() {}, settled() {} });
  for (let i = 0; i < 600; i++) spill.add(input(`m${i}`, { user: `u${i}` }));
  const spilled = await readSpilled(store, 'r');
  const places = await placesOf({ spilled, resumed: new Map([['x/0', life(['m0'])]]) }, 'm0', 'm1', 'm599', 'm600');
  expect([...places.keys()]).toEqual(['m0', 'm1', 'm599']);
  expect(places.get('m0')).toMatchObject({ isPast: true });
  expect(places.get('m599')).toMatchObject({ agent: 'x/0', change: { status: 'waiting', user: 'u599' } });
});

test('a dead letter is dead', async () => {
  const letters = [{ message: input('a'), reason: 'expired' as const, at: 1 }];
  const places = await placesOf({ letters, resumed: new Map([['x/0', life(['a'])]]) }, 'a');
  expect(places.get('a')).toMatchObject({
    isPast: false,
    change: { status: 'dead', agent: 'x/0', error: { message: expect.stringContaining('expired') } },
  });
});
