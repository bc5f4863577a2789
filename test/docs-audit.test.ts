import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunEvent } from '../src/protocol.ts';
import { runScenario } from '../src/run-scenario.ts';
import { temporaryFolder } from './temporary-folder.ts';

const FILE = join(import.meta.dirname, '../scenarios/docs-audit.yaml');

async function audit(virtual: boolean) {
  const reports = new Map<string, object>();
  const onEvent = (event: RunEvent): void => {
    if (event.type !== 'agent.replied') return;
    const { path, broken, unclosed, unlabelled, verdict } = event.output as Record<string, unknown>;
    reports.set(String(path), { broken, unclosed, unlabelled, verdict });
  };
  const set = ['models.auditor.latency=1ms', 'memory.store=in-memory'];
  const summary = await runScenario(FILE, { virtual, set, data: temporaryFolder(), onEvent });
  return { summary, reports: Object.fromEntries([...reports].sort()) };
}

const GOOD = { broken: [], unclosed: [], unlabelled: [], verdict: 'good' };

test('the auditors find what is wrong with the documents, live and in a rehearsal alike', async () => {
  const live = await audit(false);
  expect(live.summary.expectations.filter(({ pass }) => !pass)).toEqual([]);
  expect(live.reports).toEqual({
    'configuration.md': {
      broken: [
        { line: 14, to: 'tides.md', reason: 'there is no such file' },
        { line: 14, to: '#berth', reason: 'there is no such heading' },
      ],
      unclosed: [],
      unlabelled: [],
      verdict: 'mend',
    },
    'getting-started.md': GOOD,
    'guides/cranes.md': { ...GOOD, unlabelled: [7] },
    'guides/customs.md': {
      broken: [{ line: 4, to: '../../../secret.md', reason: 'it leads out of the folder' }],
      unclosed: [],
      unlabelled: [],
      verdict: 'mend',
    },
    'guides/night-shift.md': { ...GOOD, unclosed: [5], verdict: 'mend' },
    'index.md': {
      broken: [{ line: 8, to: 'releases.md', reason: 'there is no such file' }],
      unclosed: [],
      unlabelled: [],
      verdict: 'mend',
    },
  });
  expect((await audit(true)).reports).toEqual(live.reports);
});
