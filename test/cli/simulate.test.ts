import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type SimulateOptions, simulate } from '../../src/cli/simulate.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { captured } from './captured.ts';
import { writeExample } from './example.ts';

/** Two of three seeds draw a latency above this. */
const sometimes = { expect: ['virtual_ms < 330'] };

async function rehearse(changes: object, options: Partial<SimulateOptions> = {}) {
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  const all: SimulateOptions = { data, set: [], logLevel: 'silent', monitor: 'off', ...options };
  return { data, ...(await captured(() => simulate(writeExample(folder, changes), all))) };
}

test('a scenario is rehearsed in virtual time, by the seed of the file', async () => {
  const { result, stdout } = await rehearse({}, { json: true });
  expect(result).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ run: expect.stringMatching(/^sim-/), seed: 5, agents: { done: 3 } });
});

test('every seed of a sweep has its line, and nothing is kept', async () => {
  const { result, stdout, data } = await rehearse({}, { seeds: '1..3' });
  expect(result).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  expect(lines.slice(0, 3).map((line) => line.replace(/\d+ ms/, 'N ms'))).toEqual(
    [1, 2, 3].map((seed) => `ok    seed ${seed}  done in N ms  `),
  );
  expect(lines.slice(3)).toEqual(['3 of 3 seeds met their expectations']);
  expect(existsSync(data)).toBe(false);
});

test('a seed that fails gives 1, says what was not met, and can be rehearsed alone', async () => {
  const sweep = await rehearse(sometimes, { seeds: '1..10' });
  const [, seed = ''] =
    /^fail {2}seed (\d+) {2}done in \d+ ms {2}virtual_ms < 330 \(virtual_ms = /m.exec(sweep.stdout) ?? [];
  expect(seed).not.toBe('');
  expect(sweep.stdout).toContain('ok    seed ');
  expect(sweep.stdout).toContain(`Look at one again with: troupe simulate ... --seed ${seed}\n`);
  expect(sweep.result).toBe(1);
  expect((await rehearse(sometimes, { seed: Number(seed) })).result).toBe(1);
});

test('a sweep as JSON is one object with every summary', async () => {
  const { stdout, stderr } = await rehearse(sometimes, { seeds: '1..10', json: true });
  expect(stdout.trimEnd()).not.toContain('\n');
  const { seeds, failed, summaries } = JSON.parse(stdout);
  expect(seeds).toBe(10);
  expect(summaries.map(({ seed }: { seed: number }) => seed)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const slow = summaries.filter(({ virtualMs }: { virtualMs: number }) => virtualMs >= 330);
  expect(failed).toEqual(slow.map(({ seed }: { seed: number }) => seed));
  expect(stderr).toContain('of 10 seeds met their expectations');
});

test.each(['3..1', '1', 'a..b', '1..100001', '1...3', '-1..3'])('seeds %j are refused', async (seeds) => {
  await expect(rehearse({}, { seeds })).rejects.toMatchObject({
    code: 'USAGE',
    message: `Cannot read --seeds "${seeds}": expected A..B, such as 1..100, at most 100000 seeds`,
  });
});

test.each([
  { seed: 1 },
  { events: 'e' },
  { out: 'o' },
  { record: 'r' },
  { replay: 'r' },
])('what belongs to one rehearsal is refused: %j', async (option) => {
  const [name] = Object.keys(option);
  await expect(rehearse({}, { seeds: '1..2', ...option })).rejects.toThrow(`Cannot use --${name} with --seeds`);
});
