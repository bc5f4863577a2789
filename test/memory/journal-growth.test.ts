import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { latestMeta, PageFile } from '../../src/memory/lmdb/page-file.ts';
import { PageWalk } from '../../src/memory/lmdb/page-walk.ts';
import { decodeKey } from '../../src/memory/lmdb/table-key.ts';
import { runScenario } from '../../src/run-scenario.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Numbers and times become longer: turn, time, ids of calls, observations, each at most so often in a turn. */
const DIGITS_BYTES = 100;
const TURNS = 1_000;

/** The bytes of each batch of one agent, in order. */
function batchBytes(data: string): number[] {
  const file = new PageFile(join(data, 'data.mdb'));
  const sizes: number[] = [];
  const walk = new PageWalk(file, latestMeta(file.metas())!);
  walk.run((table, { key, length }) => {
    const [, , sequence] = [decodeKey(key)].flat();
    if (table === 'batches') sizes[Number(sequence) - 1] = length;
  });
  file.close();
  expect(walk.problems).toEqual([]);
  return sizes;
}

test('what a turn writes does not grow with the turns before it', { timeout: 60_000 }, async () => {
  const data = temporaryFolder();
  const summary = await runScenario(
    {
      name: 'long-life',
      models: {
        m: {
          latency: '100ms',
          rules: [
            { on: 'observation', call: [{ lookup: { n: '{{ observation.text }}' } }] },
            { on: 'results', reply: 'It is {{ results.lookup.state }}.' },
          ],
        },
      },
      tools: { lookup: { builtin: 'simulated', latency: '10ms', result: { state: 'paid' } } },
      agents: {
        a: {
          count: 1,
          model: 'm',
          tools: ['lookup'],
          observe: Array.from({ length: TURNS / 2 }, (_, n) => `Order ${String(n).padStart(4, '0')}`),
        },
      },
      limits: { wall: '1h' },
    },
    { data, virtual: true },
  );
  expect(summary).toMatchObject({ status: 'done', turns: TURNS });
  const sizes = batchBytes(data);
  // A turn may take more than one batch, and they take turns: the mean of ten.
  const batchesATurn = sizes.length / TURNS;
  const around = (lastTurn: number): number => {
    const [from, to] = [Math.round((lastTurn - 10) * batchesATurn), Math.round(lastTurn * batchesATurn)];
    return sizes.slice(from, to).reduce((sum, bytes) => sum + bytes, 0) / 10;
  };
  const [early, late] = [around(15), around(TURNS)];
  console.info(`Bytes a turn, mean of ten: ${early} at turn 10, ${late} at turn ${TURNS}`);
  expect(late - early).toBeLessThan(DIGITS_BYTES);
  // With as many digits in the turns, only the times are longer.
  expect(Math.abs(around(990) - around(210))).toBeLessThan(DIGITS_BYTES / 4);
  expect(Math.max(...sizes.slice(-20))).toBeLessThan(Math.max(...sizes.slice(0, 40)) + DIGITS_BYTES);
  expect(readFileSync(join(data, 'data.mdb')).length).toBeLessThan(TURNS * early * 4);
});
