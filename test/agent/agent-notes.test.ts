import { expect, test } from 'vitest';
import { createNotes } from '../../src/agent/agent-notes.ts';
import { createVirtualClock } from '../../src/base/clock.ts';
import { NOTE_KEY_MAX_CHARS, NOTE_TEXT_MAX_CHARS } from '../../src/base/limits.ts';
import { createInMemoryStore } from '../../src/memory/in-memory.ts';
import { openLmdbStore } from '../../src/memory/lmdb.ts';
import type { RunEvent } from '../../src/protocol.ts';
import { runScenario } from '../../src/run-scenario.ts';
import { defineTool } from '../../src/tools/define-tool.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const clock = createVirtualClock();

test('each agent has its own notes, and all share others', async () => {
  const store = createInMemoryStore();
  const notesOf = (agent: string) => createNotes(store, { run: 'r', agent, clock });
  clock.skipTo(250);
  await notesOf('a/1').remember('disk', 'It is full.');
  await notesOf('a/1').remember('host', 'It is old.', { shared: true });
  await notesOf('a/2').remember('host', 'It is new.', { shared: true });
  expect(await notesOf('a/1').all()).toEqual([{ key: 'disk', text: 'It is full.', agent: 'a/1', at: 250 }]);
  expect(await notesOf('a/2').all()).toEqual([]);
  expect(await notesOf('a/3').all({ shared: true })).toEqual([
    { key: 'host', text: 'It is new.', agent: 'a/2', at: 250 },
  ]);
});

test('a run that is resumed finds its notes, and another run does not', async () => {
  const directory = temporaryFolder();
  const first = await openLmdbStore(directory);
  await createNotes(first, { run: 'r', agent: 'a/1', clock }).remember('disk', 'It is full.');
  await createNotes(first, { run: 'r', agent: 'a/1', clock }).remember('net', 'It is slow.', { shared: true });
  await first.close();
  const store = await openLmdbStore(directory);
  const notes = createNotes(store, { run: 'r', agent: 'a/1', clock });
  expect((await notes.all()).map(({ key }) => key)).toEqual(['disk']);
  expect((await notes.all({ shared: true })).map(({ key }) => key)).toEqual(['net']);
  const other = createNotes(store, { run: 's', agent: 'a/1', clock });
  expect([await other.all(), await other.all({ shared: true })]).toEqual([[], []]);
  await store.close();
});

test.each<[string, unknown, unknown, string]>([
  ['an empty key', '', 'x', 'Cannot remember "": its key is empty'],
  ['a long key', 'k'.repeat(NOTE_KEY_MAX_CHARS + 1), 'x', `its key has more than ${NOTE_KEY_MAX_CHARS} characters`],
  ['an empty text', 'disk', '', 'Cannot remember "disk": its text is empty'],
  [
    'a long text',
    'disk',
    'x'.repeat(NOTE_TEXT_MAX_CHARS + 1),
    `its text has more than ${NOTE_TEXT_MAX_CHARS} characters`,
  ],
  ['what is no text', 'disk', 7, 'Cannot remember "disk": its text is no text'],
])('%s is refused, and nothing is noted', async (_, key, text, message) => {
  const notes = createNotes(createInMemoryStore(), { run: 'r', agent: 'a/1', clock });
  await expect(notes.remember(key as string, text as string)).rejects.toMatchObject({
    code: 'TOOL_ARGUMENTS',
    message: expect.stringContaining(message),
  });
  expect(await notes.all()).toEqual([]);
});

test('a module that works outside the clock can note in a rehearsal, on a real disk, and others see it', async () => {
  const keeper = defineTool({
    name: 'keeper',
    description: 'Keeps.',
    effects: 'none',
    timeoutMs: 5_000,
    async execute(_, { memory, agent }) {
      await memory.remember(agent, 'was here', { shared: true });
      return (await memory.all({ shared: true })).length;
    },
  });
  const scenario = {
    name: 'keepers',
    models: {
      m: { latency: '1s', rules: [{ on: 'observation', call: ['keeper'] }, { reply: '{{ results.keeper }}' }] },
    },
    agents: { a: { count: 3, model: 'm', tools: ['keeper'], observe: 'x' } },
  };
  const run = async () => {
    const events: RunEvent[] = [];
    const onEvent = (event: RunEvent) => events.push(event);
    const summary = await runScenario(scenario, { virtual: true, data: temporaryFolder(), tools: [keeper], onEvent });
    expect(summary).toMatchObject({ status: 'done', toolCalls: { failed: 0 } });
    return events;
  };
  expect(await run()).toEqual(await run());
});
