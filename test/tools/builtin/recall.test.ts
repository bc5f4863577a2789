import { describe, expect, test } from 'vitest';
import { createNotes } from '../../../src/agent/agent-notes.ts';
import { createVirtualClock } from '../../../src/base/clock.ts';
import { createInMemoryStore } from '../../../src/memory/in-memory.ts';
import type { JsonObject } from '../../../src/protocol.ts';
import { createRecall } from '../../../src/tools/builtin/recall.ts';
import { runToolCall } from '../../../src/tools/call.ts';
import { createContext } from '../tool-context.ts';

const spec = { builtin: 'recall', shared: false, timeoutMs: 1_000 } as const;

/** Two agents with notes of their own and common ones. */
async function world() {
  const clock = createVirtualClock();
  const store = createInMemoryStore();
  const notesOf = (agent: string) => createNotes(store, { run: 'r', agent, clock });
  let at = 0;
  const note = async (agent: string, key: string, text: string, shared = false): Promise<void> => {
    clock.skipTo(++at);
    await notesOf(agent).remember(key, text, { shared });
  };
  await note('a/1', 'disk', 'The disk of host 7 is full.');
  await note('a/1', 'network', 'Packets are slow.');
  await note('a/2', 'disk', 'Mine is empty.');
  await note('a/2', 'host 7', 'It is the database.', true);
  await note('a/1', 'host 9', 'It is a disk server.', true);
  const tools = { own: createRecall('recall', spec), shared: createRecall('recall', { ...spec, shared: true }) };
  const recall = (agent: string, args: JsonObject, which: keyof typeof tools = 'own') => {
    const context = createContext({ clock, agent, memory: notesOf(agent) });
    return runToolCall({ id: '1', name: 'recall', args }, tools[which], context);
  };
  return { recall, note };
}

const keysOf = (content: unknown) => (content as { notes: { key: string }[] }).notes.map(({ key }) => key);

describe('recall', () => {
  test('finds an agent’s own notes, with who noted them', async () => {
    const { recall } = await world();
    const { isError, content } = await recall('a/1', { query: 'full disk' });
    expect(isError).toBe(false);
    expect(content).toEqual({
      count: 1,
      notes: [{ key: 'disk', text: 'The disk of host 7 is full.', agent: 'a/1' }],
    });
    expect((await recall('a/2', { query: 'full' })).content).toEqual({ count: 0, notes: [] });
  });

  test('shared, it finds what anybody has noted for all', async () => {
    const { recall } = await world();
    const { content } = await recall('a/3', { query: 'database' }, 'shared');
    expect(content).toEqual({ count: 1, notes: [{ key: 'host 7', text: 'It is the database.', agent: 'a/2' }] });
  });

  test.each(['', '  '])('for the empty query "%s" gives the newest first', async (query) => {
    const { recall } = await world();
    expect(keysOf((await recall('a/1', { query })).content)).toEqual(['network', 'disk']);
    expect(keysOf((await recall('a/1', { query, limit: 1 })).content)).toEqual(['network']);
  });

  test('finds what is noted later, and what replaces an older note', async () => {
    const { recall, note } = await world();
    expect(keysOf((await recall('a/1', { query: 'memory' })).content)).toEqual([]);
    await note('a/1', 'leak', 'A process loses memory.');
    await note('a/1', 'disk', 'It has room again.');
    expect(keysOf((await recall('a/1', { query: 'memory' })).content)).toEqual(['leak']);
    expect((await recall('a/1', { query: 'full' })).content).toEqual({ count: 0, notes: [] });
    expect(keysOf((await recall('a/1', { query: '' })).content)).toEqual(['disk', 'leak', 'network']);
  });

  test('gives at most the limit', async () => {
    const { recall, note } = await world();
    for (let count = 0; count < 30; count++) await note('a/1', `key ${count}`, 'common');
    expect(keysOf((await recall('a/1', { query: 'common' })).content)).toHaveLength(5);
    expect(keysOf((await recall('a/1', { query: 'common', limit: 20 })).content)).toHaveLength(20);
    expect((await recall('a/1', { query: 'common', limit: 21 })).isError).toBe(true);
  });

  test('needs a query, and says what it is unless the scenario does', async () => {
    const { recall } = await world();
    expect((await recall('a/1', {})).isError).toBe(true);
    expect(createRecall('find', { ...spec, shared: true })).toMatchObject({
      name: 'find',
      description: expect.stringContaining('by any agent'),
      effects: 'none',
      external: false,
    });
    expect(createRecall('find', { ...spec, description: 'Finds.' }).description).toBe('Finds.');
  });
});
