import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runScenario } from '../src/run-scenario.ts';
import { expandAgents } from '../src/scenario/expand.ts';
import { loadScenario } from '../src/scenario/load.ts';
import { temporaryFolder } from './temporary-folder.ts';

const folder = join(import.meta.dirname, '../scenarios');
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));

test('there are scenarios', () => {
  expect(files.length).toBeGreaterThan(3);
});

describe.each(files)('%s', (name) => {
  const file = join(folder, name);

  test('opens with a comment that says what it shows', () => {
    const [comment = ''] = /^(#.*\n)*/.exec(readFileSync(file, 'utf8')) ?? [];
    const text = comment.replace(/^# yaml-language-server:.*$/m, '').replace(/#/g, '');
    expect(text.trim().length).toBeGreaterThan(80);
  });

  test('is valid, bears the name of its file, and expects something', async () => {
    const scenario = await loadScenario(file);
    expect((await expandAgents(scenario)).length).toBeGreaterThan(0);
    expect(`${scenario.name}.yaml`).toBe(name);
    expect(scenario.expect.length).toBeGreaterThan(0);
  });

  test('meets its expectations in a rehearsal', { timeout: 60_000 }, async () => {
    const summary = await runScenario(file, { virtual: true, data: temporaryFolder() });
    expect(summary.error).toBeUndefined();
    expect(summary.agents.done + summary.agents.failed).toBe(summary.agents.total);
    expect(summary.expectations.filter(({ pass }) => !pass)).toEqual([]);
  });
});
