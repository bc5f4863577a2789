/**
 * What a message costs: `npm run bench:messages [-- --only ring]`. See README.md.
 */
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cleanUpOnInterrupt, readChild } from './children.mjs';
import { median, toTable } from './statistics.mjs';
import { build } from './troupe.mjs';

/** What is compared, by its name in `messages-side.mjs`; the others are told as so many times the first. */
const SIDES = {
  ring: {
    xstate: 'XState actors',
    emitter: 'EventEmitter',
    office: 'the post office alone',
    'in-memory': 'agents in a ring of `wiring`, store in memory',
    lmdb: 'the same, LMDB',
    send: 'agents that call `send`, store in memory',
  },
  fan: {
    xstate: 'XState actors',
    emitter: 'EventEmitter',
    office: 'the post office alone',
    'in-memory': 'agents that call `publish`, store in memory',
    lmdb: 'the same, LMDB',
  },
};
const FIRST = 'xstate';
const SCRIPT = join(import.meta.dirname, 'messages-side.mjs');
// As `npx troupe` starts, with room for a million messages that wait.
const NODE_OPTIONS = ['--max-semi-space-size=16', '--max-old-space-size=8192'];

/** @typedef {keyof typeof SIDES} Shape */
/** @typedef {{ messages: number, cpuUs: number, wallUs: number }} Measured */

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    agents: { type: 'string', default: '1000' },
    around: { type: 'string', default: '100' },
    only: { type: 'string', multiple: true, default: Object.keys(SIDES) },
    'no-build': { type: 'boolean', default: false },
  },
});

/** @param {'rounds' | 'agents' | 'around'} option */
function toCount(option) {
  const count = Number(values[option]);
  if (Number.isInteger(count) && count > 0) return count;
  throw new TypeError(`Cannot use --${option} "${values[option]}": not a whole number from 1`);
}

/** All sides in turn, in each round: what a slow minute does to one, it does to its neighbours. @param {Shape} shape */
async function measure(shape) {
  const names = Object.keys(SIDES[shape]);
  /** @type {Map<string, Measured[]>} */
  const measured = new Map(names.map((name) => [name, []]));
  for (let round = 1; round <= toCount('rounds'); round++) {
    for (const name of names) {
      process.stderr.write(`${shape}: round ${round}, ${name}\n`);
      const args = [...NODE_OPTIONS, SCRIPT, shape, name, String(toCount('agents')), String(toCount('around'))];
      measured.get(name)?.push(await readChild(process.execPath, args));
    }
  }
  return measured;
}

/** @param {Measured} measured */
const cpuOf = ({ cpuUs, messages }) => cpuUs / messages;
/** @param {number} us */
const show = (us) => us.toPrecision(3);

/** @param {Shape} shape @param {Map<string, Measured[]>} measured */
function toRows(shape, measured) {
  const first = measured.get(FIRST) ?? [];
  return [...measured].map(([name, rounds]) => {
    const ratios = rounds.map((round, index) => cpuOf(round) / cpuOf(/** @type {Measured} */ (first[index])));
    const wall = rounds.map(({ wallUs, messages }) => wallUs / messages);
    const label = /** @type {Record<string, string>} */ (SIDES[shape])[name] ?? name;
    return [label, show(median(rounds.map(cpuOf))), show(median(wall)), show(median(ratios))];
  });
}

const unknown = values.only.find((part) => !Object.hasOwn(SIDES, part));
if (unknown !== undefined) {
  throw new TypeError(`Cannot measure "${unknown}": the parts are ${Object.keys(SIDES).join(', ')}`);
}
cleanUpOnInterrupt();
if (!values['no-build']) build();
console.log(`Node ${process.versions.node}, ${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown'}`);
for (const shape of /** @type {Shape[]} */ (Object.keys(SIDES))) {
  if (!values.only.includes(shape)) continue;
  const rows = toRows(shape, await measure(shape));
  console.log(`\n${toTable([shape, 'CPU us/message', 'wall us/message', 'times XState'], rows)}`);
}
