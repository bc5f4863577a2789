/**
 * The crash tests in full: `npm run crash [-- --only kills|power] [--kills 500] [--cuts 1000]`. A line of JSON for each part;
 * ends with 1 if anything was lost, torn or done twice that must not be.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** What power-cuts.mjs ends with where it cannot run. */
const NO_COMPILER = 77;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: ['kills', 'power'] },
    kills: { type: 'string', default: '500' },
    cuts: { type: 'string', default: '1000' },
  },
});
const parts = { kills: ['kills.mjs', '--kills', values.kills], power: ['power-cuts.mjs', '--cuts', values.cuts] };
for (const [part, [script = '', ...args]] of Object.entries(parts)) {
  if (!values.only.includes(part)) continue;
  process.stderr.write(`${part}\n`);
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, script), ...args], { stdio: 'inherit' });
  if (status === NO_COMPILER) process.stderr.write(`Left out: ${part} needs gcc\n`);
  else if (status !== 0) process.exitCode = 1;
}
