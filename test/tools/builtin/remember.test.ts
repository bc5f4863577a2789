import { describe, expect, test } from 'vitest';
import { createNotes } from '../../../src/agent/agent-notes.ts';
import { createVirtualClock } from '../../../src/base/clock.ts';
import { createRandom } from '../../../src/base/random.ts';
import { createDelayedStore } from '../../../src/memory/delayed.ts';
import { createInMemoryStore } from '../../../src/memory/in-memory.ts';
import { openLmdbStore } from '../../../src/memory/lmdb.ts';
import type { MemoryStore } from '../../../src/memory/memory-store.ts';
import { createRepeatableStore } from '../../../src/memory/repeatable.ts';
import type { JsonObject } from '../../../src/protocol.ts';
import { createRemember } from '../../../src/tools/builtin/remember.ts';
import { runToolCall } from '../../../src/tools/call.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { createContext } from '../tool-context.ts';

const spec = { builtin: 'remember', shared: false, timeoutMs: 1_000 } as const;

/** A call of agent `a/1` in virtual time. */
function call(store: MemoryStore, args: JsonObject, { shared = false, clock = createVirtualClock() } = {}) {
  const memory = createNotes(store, { run: 'r', agent: 'a/1', clock });
  const context = createContext({ clock, memory });
  return runToolCall({ id: '1', name: 'remember', args }, createRemember('remember', { ...spec, shared }), context);
}

describe('remember', () => {
  test('notes a fact of the agent’s own, and replaces it', async () => {
    const store = createInMemoryStore();
    for (const text of ['It is full.', 'It is empty.']) {
      const { isError, content } = await call(store, { key: 'disk', text });
      expect([isError, content]).toEqual([false, { remembered: 'disk' }]);
    }
    expect(await store.notes('r', 'a/1')).toEqual([{ key: 'disk', text: 'It is empty.', agent: 'a/1', at: 0 }]);
    expect(await store.notes('r', '')).toEqual([]);
  });

  test('shared, it notes for all agents', async () => {
    const store = createInMemoryStore();
    await call(store, { key: 'disk', text: 'It is full.' }, { shared: true });
    expect(await store.notes('r', '')).toEqual([{ key: 'disk', text: 'It is full.', agent: 'a/1', at: 0 }]);
  });

  test('takes the time of a slow disk, and fails if that is beyond its deadline', async () => {
    const slow = (ms: number, clock = createVirtualClock()) => ({
      clock,
      store: createDelayedStore(createInMemoryStore(), { kind: 'constant', ms }, clock, createRandom(1)),
    });
    const { store, clock } = slow(80);
    expect(await call(store, { key: 'disk', text: 'full' }, { clock })).toMatchObject({
      isError: false,
      serviceMs: 80,
    });
    const slower = slow(5_000);
    const late = await call(slower.store, { key: 'disk', text: 'full' }, { clock: slower.clock });
    expect(late.content).toEqual({ error: 'Tool "remember" did not finish within 1000 ms' });
  });

  test('in a rehearsal on a real disk takes no time, however long that needs', async () => {
    const clock = createVirtualClock();
    const disk = await openLmdbStore(temporaryFolder());
    const store = createRepeatableStore(disk, clock, 'async');
    // Would be due first if time went on meanwhile.
    const later = clock.sleep(1).then(() => clock.elapsed());
    const result = await call(store, { key: 'disk', text: 'full' }, { clock });
    expect([result.isError, result.serviceMs, await later]).toEqual([false, 0, 1]);
    expect(await disk.notes('r', 'a/1')).toHaveLength(1);
    await disk.close();
  });

  test.each<[string, JsonObject]>([
    ['no text', { key: 'disk' }],
    ['an empty key', { key: '', text: 'full' }],
    ['a long key', { key: 'k'.repeat(201), text: 'full' }],
    ['a long text', { key: 'disk', text: 'x'.repeat(2_001) }],
  ])('%s is refused', async (_, args) => {
    const store = createInMemoryStore();
    const { isError, content } = await call(store, args);
    expect([isError, content]).toEqual([true, { error: expect.stringMatching(/arguments do not fit: /) }]);
    expect(await store.notes('r', 'a/1')).toEqual([]);
  });

  test('says what it is, unless the scenario does', () => {
    expect(createRemember('note', { ...spec, shared: true })).toMatchObject({
      name: 'note',
      description: expect.stringContaining('for all agents'),
      effects: 'idempotent',
      external: false,
      timeoutMs: 1_000,
    });
    const own = createRemember('note', { ...spec, description: 'Notes.', effects: 'once' });
    expect(own).toMatchObject({ description: 'Notes.', effects: 'once' });
  });
});
