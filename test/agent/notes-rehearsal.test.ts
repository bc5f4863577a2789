import { expect, test } from 'vitest';
import { openLmdbStore } from '../../src/memory/lmdb.ts';
import type { RunEvent } from '../../src/protocol.ts';
import { runScenario } from '../../src/run-scenario.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const AGENTS = 30;

/** Agents that note something for all, and then look at what there is, at moments that are drawn. */
const scenario = {
  name: 'notes',
  models: {
    m: {
      provider: 'simulated',
      latency: { min: '100ms', max: '900ms' },
      rules: [
        { on: 'observation', call: [{ remember: { key: '{{ agent }}', text: 'What {{ agent }} knows.' } }] },
        { on: 'results', match: 'remembered', call: [{ recall: { query: 'knows', limit: 20 } }] },
        { reply: 'Done.' },
      ],
    },
  },
  tools: { remember: { builtin: 'remember', shared: true }, recall: { builtin: 'recall', shared: true } },
  agents: { a: { count: AGENTS, model: 'm', tools: ['remember', 'recall'], observe: { items: ['Go'] } } },
};

async function rehearse(): Promise<{ events: RunEvent[]; noted: number }> {
  const data = temporaryFolder();
  const events: RunEvent[] = [];
  const { run } = await runScenario(scenario, { virtual: true, data, onEvent: (event) => events.push(event) });
  const store = await openLmdbStore(data, { readOnly: true });
  const noted = (await store.notes(run, '')).length;
  await store.close();
  return { events, noted };
}

test('a rehearsal in which agents note and recall, on a real disk, is the same each time', async () => {
  const [first, second] = [await rehearse(), await rehearse()];
  const counts = first.events.flatMap((event) =>
    event.type === 'tool.finished' && event.result.name === 'recall' ? [(event.result.content as any).count] : [],
  );
  expect(counts).toHaveLength(AGENTS);
  // Not all of them see the same.
  expect(new Set(counts).size).toBeGreaterThan(2);
  expect([first.noted, second.noted]).toEqual([AGENTS, AGENTS]);
  expect(JSON.stringify(second.events)).toBe(JSON.stringify(first.events));
});
