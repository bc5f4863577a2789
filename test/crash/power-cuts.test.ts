import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const TIMEOUT_MS = 120_000;

/** What power-cuts.mjs prints; undefined where it cannot run. */
function cut(...args: string[]) {
  const script = join(import.meta.dirname, 'power-cuts.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  if (status === 77) console.info('Not tested: power cuts, since there is no gcc');
  if (status === 77) return undefined;
  if (stdout === '') throw new Error(`It ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

test('after a power cut every file opens, and everything acknowledged is there', { timeout: TIMEOUT_MS }, () => {
  const summary = cut('--cuts', '25', '--seed', '7');
  if (summary === undefined) return;
  expect(summary.problems).toEqual([]);
  expect(summary.cuts).toBeGreaterThanOrEqual(25);
  expect(summary.sync.lost.effects).toBe(0);
});

test('with a slow disk sync loses nothing that had an effect, async what was handed over last', {
  timeout: TIMEOUT_MS,
}, () => {
  const summary = cut('--cuts', '24', '--seed', '8', '--delay', '25');
  if (summary === undefined) return;
  expect(summary.problems).toEqual([]);
  expect(summary.sync.lost).toEqual({ effects: 0, windowMs: 0, atCuts: 0 });
  expect(summary.async.lost.effects).toBeGreaterThan(0);
  expect(summary.async.lost.windowMs).toBeGreaterThan(0);
});
