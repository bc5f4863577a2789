import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { useCli } from '../cli/cli-process.ts';

const cli = useCli();

/** `npm run crash` is the full version: 500 kills. */
test('runs that are killed lose nothing that was on disk, and repeat nothing that may not be', {
  timeout: 120_000,
}, async () => {
  const args = [join(import.meta.dirname, 'kills.mjs'), '--kills', '10'];
  const env = { ...process.env, TROUPE_DIST: cli.dist };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  const total = JSON.parse(stdout);
  expect(total).toMatchObject({ lost: 0, torn: 0, repeats: { idempotent: 0, once: 0 }, unpaid: 0 });
  expect(total.kills).toBeGreaterThanOrEqual(10);
  expect(total.acknowledged).toBeGreaterThan(50);
});
