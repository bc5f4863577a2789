import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resume } from '../../src/cli/resume.ts';
import type { RunEvent } from '../../src/protocol.ts';
import { startScenario } from '../../src/run-scenario.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { captured } from './captured.ts';
import { exampleScenario, rehearsedData } from './example.ts';

const options = (data: string) => ({ data, logLevel: 'silent', monitor: 'off', json: true }) as const;

test('a run that was interrupted goes on with its own scenario and seed until all is done', async () => {
  const data = join(temporaryFolder(), 'data');
  const run = await startScenario(exampleScenario(), { virtual: true, data, seed: 77 });
  run.subscribe((event: RunEvent) => {
    if (event.type === 'agent.replied') run.send({ type: 'run.drain', reason: 'the test says so' });
  });
  const before = await run.finished;
  expect(before.status).toBe('interrupted');
  expect(before.agents.done).toBeLessThan(3);

  const { result, stdout } = await captured(() => resume('last', options(data)));
  expect(result).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    run: before.run,
    seed: 77,
    status: 'done',
    agents: { total: 3, done: 3, failed: 0, stopped: 0 },
  });
});

test('a run that has ended is not resumed', async () => {
  const { data, summary } = await rehearsedData(temporaryFolder());
  await expect(resume('last', options(data))).rejects.toMatchObject({
    code: 'USAGE',
    message: `Cannot resume run "${summary.run}": it has ended as done`,
  });
});

test('a run that is not there is refused, and no data directory is made', async () => {
  const data = join(temporaryFolder(), 'missing');
  await expect(resume('last', options(data))).rejects.toMatchObject({
    code: 'RUN_NOT_FOUND',
    message: `Cannot find run "last": "${data}" does not exist`,
  });
});
