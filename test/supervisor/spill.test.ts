import { beforeEach, describe, expect, test } from 'vitest';
import { SPILL_CHUNK } from '../../src/base/limits.ts';
import { createInMemoryStore } from '../../src/memory/in-memory.ts';
import type { MemoryStore } from '../../src/memory/memory-store.ts';
import type { Message } from '../../src/protocol.ts';
import { readMessages, readSpilled, Spill, type SpillRange } from '../../src/supervisor/spill.ts';
import { toMessage } from '../messages.ts';

let store: MemoryStore;
let taken: string[];
let buried: string[];
let room: number;
let failures: unknown[];
let settled: number;

beforeEach(() => {
  store = createInMemoryStore();
  taken = [];
  buried = [];
  failures = [];
  room = 0;
  settled = 0;
});

function create(before: ReadonlyMap<string, SpillRange> = new Map()): Spill {
  return new Spill({ run: 'r', store, storeFailed: (error) => failures.push(error) }, before, {
    hasRoom: () => room > 0,
    deliver: ({ body }) => {
      room--;
      taken.push(body);
    },
    bury: ({ body }) => buried.push(body),
    settled: () => settled++,
  });
}

const message = (body: string, to = 'b/0'): Message => toMessage({ id: body, body, to, from: 'a/0', at: 1 });
const bodies = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `m${from + n}`);
const addAll = (spill: Spill, all: readonly string[]) => {
  for (const body of all) spill.add(message(body));
};
const arrived = () => new Promise((resolve) => setTimeout(resolve, 5));

test('nothing is there of an agent that has nothing', async () => {
  const spill = create();
  expect(spill.lengthOf('b/0')).toBe(0);
  room = 10;
  spill.refill('b/0');
  spill.clear('b/0');
  expect(spill.isReading).toBe(false);
  await arrived();
  expect([taken, buried, settled]).toEqual([[], [], 0]);
});

test('comes back in its order as far as there is room, over several chunks, and is gone then', async () => {
  const spill = create();
  const count = 2 * SPILL_CHUNK + 10;
  addAll(spill, bodies(0, count));
  expect(spill.lengthOf('b/0')).toBe(count);
  spill.refill('b/0');
  await arrived();
  expect(taken).toEqual([]);
  room = SPILL_CHUNK + 3;
  spill.refill('b/0');
  expect(spill.isReading).toBe(true);
  await arrived();
  expect(spill.isReading).toBe(false);
  expect(settled).toBe(1);
  expect(taken).toEqual(bodies(0, SPILL_CHUNK + 3));
  addAll(spill, bodies(count, count + 5));
  room = count;
  spill.refill('b/0');
  await arrived();
  expect(taken).toEqual(bodies(0, count + 5));
  expect(spill.lengthOf('b/0')).toBe(0);
  expect(await readSpilled(store, 'r')).toEqual(new Map());
  for (let chunk = 0; chunk < 3; chunk++) expect(await store.notes('r', `spill:b/0:${chunk}`)).toEqual([]);
});

test('what comes while others are being read comes after them', async () => {
  const spill = create();
  addAll(spill, bodies(0, 3));
  room = 100;
  spill.refill('b/0');
  addAll(spill, bodies(3, 6));
  spill.refill('b/0');
  await arrived();
  expect(taken).toEqual(bodies(0, 6));
  addAll(spill, bodies(6, 8));
  spill.refill('b/0');
  await arrived();
  expect(taken).toEqual(bodies(0, 8));
});

test('of each agent is its own', async () => {
  const spill = create();
  spill.add(message('one', 'b/1'));
  spill.add(message('ten', 'b/10'));
  room = 9;
  spill.refill('b/1');
  await arrived();
  expect(taken).toEqual(['one']);
  expect([spill.lengthOf('b/1'), spill.lengthOf('b/10')]).toEqual([0, 1]);
});

test('of an agent that has ended is buried, all of it', async () => {
  const spill = create();
  addAll(spill, bodies(0, SPILL_CHUNK + 1));
  spill.clear('b/0');
  await arrived();
  expect(buried).toEqual(bodies(0, SPILL_CHUNK + 1));
  expect(await readSpilled(store, 'r')).toEqual(new Map());
});

test('one that ends while it is read gets nothing more', async () => {
  const spill = create();
  addAll(spill, bodies(0, 4));
  room = 2;
  spill.refill('b/0');
  spill.clear('b/0');
  await arrived();
  expect([taken, buried]).toEqual([[], bodies(0, 4)]);
});

describe('in a later life of the run', () => {
  test('goes on where it was', async () => {
    const before = create();
    addAll(before, bodies(0, SPILL_CHUNK + 5));
    room = 2;
    before.refill('b/0');
    await arrived();
    const ranges = await readSpilled(store, 'r');
    expect(ranges).toEqual(new Map([['b/0', { first: 2, next: SPILL_CHUNK + 5 }]]));
    const kept: string[] = [];
    for await (const { body } of readMessages(store, 'r', 'b/0', ranges.get('b/0') as SpillRange)) kept.push(body);
    expect(kept).toEqual(bodies(2, SPILL_CHUNK + 5));
    const after = create(ranges);
    expect(after.lengthOf('b/0')).toBe(SPILL_CHUNK + 3);
    addAll(after, ['last']);
    room = 1_000;
    after.refill('b/0');
    await arrived();
    expect(taken).toEqual([...bodies(0, SPILL_CHUNK + 5), 'last']);
  });

  test('there is nothing of a chunk of which no message has been written', async () => {
    await store.putNote('r', 'spill:', { key: 'x', text: '{"agent":"b/0","chunk":3}', agent: 'b/0', at: 0 });
    expect(await readSpilled(store, 'r')).toEqual(new Map());
  });

  test('one that is missing is left out, and does not hold up the others', async () => {
    addAll(create(), bodies(0, 3));
    await store.deleteNote('r', 'spill:b/0:0', '1');
    const after = create(await readSpilled(store, 'r'));
    room = 9;
    after.refill('b/0');
    await arrived();
    expect(taken).toEqual(['m0', 'm2']);
    expect(after.lengthOf('b/0')).toBe(0);
  });
});

test('memory that cannot be read is told, and nothing is lost', async () => {
  const spill = create();
  addAll(spill, bodies(0, 3));
  const { notes } = store;
  store.notes = async () => {
    throw new Error('broken');
  };
  room = 9;
  spill.refill('b/0');
  await arrived();
  expect(failures).toEqual([new Error('broken')]);
  expect([taken, spill.lengthOf('b/0'), spill.isReading]).toEqual([[], 3, false]);
  store.notes = notes;
  spill.refill('b/0');
  await arrived();
  expect(taken).toEqual(bodies(0, 3));
});
