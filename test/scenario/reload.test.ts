import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunRecord } from '../../src/protocol.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { reloadScenario } from '../../src/scenario/reload.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { VALID } from './refusals.ts';

async function recorded(set: string[] = []) {
  const file = join(temporaryFolder(), 'f.yaml');
  writeFileSync(file, VALID);
  const { source, folder } = await loadScenario(file, { set });
  return { file, record: { id: 'r', file, set, source, folder } as unknown as RunRecord };
}

test('a file that is as it was is gone on with', async () => {
  const { record } = await recorded(['seed=7']);
  const scenario = await reloadScenario(record, false);
  expect(scenario).toMatchObject({ seed: 7, file: record.file, source: record.source });
});

test('a file that has changed is refused, unless that is accepted', async () => {
  const { file, record } = await recorded();
  writeFileSync(file, `seed: 9\n${VALID}`);
  await expect(reloadScenario(record, false)).rejects.toMatchObject({
    code: 'SCENARIO_CHANGED',
    message: expect.stringContaining('--accept-changes'),
  });
  expect((await reloadScenario(record, true)).seed).toBe(9);
});

test('one that is wrong by now has changed, and is told as wrong when that is accepted', async () => {
  const { file, record } = await recorded();
  writeFileSync(file, 'name: 5');
  await expect(reloadScenario(record, false)).rejects.toMatchObject({ code: 'SCENARIO_CHANGED' });
  await expect(reloadScenario(record, true)).rejects.toMatchObject({ name: 'ScenarioError' });
});

test('a file that is gone, and a run from code, go on as they ran', async () => {
  const { file, record } = await recorded();
  rmSync(file);
  expect((await reloadScenario(record, false)).source).toBe(record.source);
  const { file: _, ...fromCode } = record;
  expect((await reloadScenario(fromCode as RunRecord, false)).source).toBe(record.source);
});

test('what the run had and is gone by now does not matter when a change is accepted', async () => {
  const { file, record } = await recorded();
  writeFileSync(file, `seed: 9\n${VALID}`);
  const source = record.source.replace('agents:', 'tools: { gone: { builtin: search, folder: gone } }\nagents:');
  expect(source).not.toBe(record.source);
  expect((await reloadScenario({ ...record, source }, true)).seed).toBe(9);
});
