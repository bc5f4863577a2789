import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { openLmdbStore } from '../../src/memory/lmdb.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { captured } from './captured.ts';
import { writeExample } from './example.ts';

test('a scenario runs live, with what --set and --seed say', async () => {
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  const options = {
    data,
    set: ['agents.clerk.count=2'],
    seed: 9,
    logLevel: 'silent',
    monitor: 'off',
    json: true,
  } as const;
  const { result, stdout } = await captured(() => run(writeExample(folder, { expect: [] }), options));
  expect(result).toBe(0);
  const summary = JSON.parse(stdout);
  expect(summary).toMatchObject({ status: 'done', seed: 9, agents: { total: 2, done: 2 } });
  const store = await openLmdbStore(data, { readOnly: true });
  expect(await store.run(summary.run)).toMatchObject({ virtual: false, seed: 9, status: 'done' });
  await store.close();
});

test('a file that is not there is refused', async () => {
  const file = join(temporaryFolder(), 'missing.yaml');
  await expect(run(file, { data: 'unused', set: [], logLevel: 'silent', monitor: 'off' })).rejects.toMatchObject({
    code: 'SCENARIO_INVALID',
    message: `${file}: cannot be opened: it does not exist`,
  });
});
