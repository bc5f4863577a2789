/**
 * Cuts the power of a disk at many points of a store's life, and looks at what is left each time:
 *
 *   node test/crash/power-cuts.mjs [--cuts 1000] [--seed 1] [--delay MS] [--keep]
 *
 * A process works with a store while every operation on its data file is recorded. For each cut the file is built as a
 * disk may hold it then (see power-log.mjs), and opened by another process. Held: every file opens and can be written;
 * every turn is there as a whole, without gaps before it; what was acknowledged is there; with `sync` no effect has begun
 * without its turn. What `async` may lose is measured: how many effects have begun without their turn, and in how many
 * milliseconds before the cut. `--delay` makes each sync of the disk so much slower. Prints one line of JSON; exit status 1
 * if something did not hold, 77 where there is no gcc.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { compileShim, compileStore } from './compile.mjs';
import { Disk, readLog } from './power-log.mjs';

const WAYS = ['none', 'all', 'any', 'any', 'metas', 'pages', 'prefix'];
/** Stores one process looks at, one after the other. */
const CHECKED_AT_ONCE = 25;
const TURNS = 40;
/** Operations after the beginning, and after a failure. */
const DELICATE = 60;

const { values } = parseArgs({
  options: {
    cuts: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    delay: { type: 'string', default: '0' },
    keep: { type: 'boolean', default: false },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'troupe-power-'));
const chance = createChance(Number(values.seed));
let status = 0;
try {
  const shim = compileShim(folder);
  if (shim === undefined) {
    process.stdout.write(`${JSON.stringify({ skipped: 'no gcc' })}\n`);
    status = 77;
  } else {
    const module = compileStore(folder);
    const summary = { cuts: 0, problems: [] };
    for (const durability of ['sync', 'async']) {
      const half = Math.ceil(Number(values.cuts) / 2);
      summary[durability] = await cutAll(module, shim, durability, half, summary);
    }
    process.stdout.write(`${JSON.stringify({ ...summary, problems: summary.problems.slice(0, 10) })}\n`);
    status = summary.problems.length === 0 ? 0 : 1;
  }
} finally {
  if (values.keep) process.stderr.write(`Kept in ${folder}\n`);
  else rmSync(folder, { recursive: true });
}
process.exitCode = status;

/** @returns How many records and effects there were, and what was lost at most. */
async function cutAll(module, shim, durability, cuts, summary) {
  const records = record(module, shim, durability);
  const points = toPoints(records, cuts);
  const disk = new Disk();
  const lost = { effects: 0, windowMs: 0, atCuts: 0 };
  const expected = new Map();
  let at = 0;
  for (const [index, point] of points.entries()) {
    while (at < point) disk.apply(records[at++]);
    const way = WAYS[Math.floor(chance() * WAYS.length)];
    const directory = join(folder, `${durability}-${index}`);
    mkdirSync(directory);
    writeFileSync(join(directory, 'data.mdb'), disk.afterCut(way, chance));
    expected.set(directory, {
      name: `${durability}, cut ${point} of ${records.length}, ${way}`,
      lines: disk.lines.length,
    });
    if (expected.size === CHECKED_AT_ONCE || index === points.length - 1) {
      for (const found of await check(module, [...expected.keys()])) {
        const { name, lines } = expected.get(found.directory);
        judge(found, name, disk.lines.slice(0, lines), durability, lost, summary);
        if (!values.keep) rmSync(found.directory, { recursive: true });
      }
      summary.cuts += expected.size;
      expected.clear();
    }
  }
  return { operations: records.length, lost };
}

/** Where to cut, in order: a third in the most delicate moments, a file's first ones and those after a failure. */
function toPoints(records, cuts) {
  const ended = new Set(records.filter(({ kind }) => kind === 'w').map(({ id }) => id));
  const failures = records.flatMap(({ kind, synchronous, id }, at) =>
    kind === 'F' || (kind === 'W' && synchronous && !ended.has(id)) ? [at] : [],
  );
  const delicate = [0, ...failures].flatMap((from) => Array.from({ length: DELICATE }, (_, index) => from + index));
  const draw = (length) => Math.floor(chance() * length);
  return Array.from(
    { length: cuts },
    (_, index) => 1 + (index % 3 === 0 ? (delicate[draw(delicate.length)] ?? 0) : draw(records.length)),
  )
    .map((point) => Math.min(point, records.length))
    .sort((a, b) => a - b);
}

/** Lets a process work with a store, with every operation on the disk recorded. */
function record(module, shim, durability) {
  const directory = join(folder, `${durability}-store`);
  const log = join(folder, `${durability}.log`);
  const acks = join(folder, 'acks');
  const writer = join(import.meta.dirname, 'power-writer.mjs');
  const control = join(folder, 'control');
  writeFileSync(control, `fail=0 ops=- delay=${values.delay}`);
  const env = { ...process.env, LD_PRELOAD: shim, DISK_SHIM_LOG: log, DISK_SHIM_CONTROL: control };
  const { status, stderr } = spawnSync(
    process.execPath,
    [writer, module, directory, acks, durability, String(TURNS), control, values.delay],
    {
      env,
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`The writer ended with ${status}: ${stderr}`);
  return readLog(readFileSync(log));
}

/** What a fresh process finds in the directories. */
async function check(module, directories) {
  const checker = spawn(process.execPath, [join(import.meta.dirname, 'power-checker.mjs'), module], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  checker.stdin.end(directories.map((directory) => `${directory}\n`).join(''));
  const found = [];
  for await (const line of createInterface({ input: checker.stdout })) found.push(JSON.parse(line));
  // A file that ends the process leaves the others unlooked at.
  for (const directory of directories.slice(found.length)) {
    found.push({ directory, runs: {}, error: 'the process that opened it ended' });
  }
  return found;
}

/** Holds what is there against what the process was told. */
function judge(found, name, lines, durability, lost, summary) {
  const complain = (what) => summary.problems.push(`${name}: ${what}`);
  if (found.error !== undefined) {
    complain(found.error);
    return;
  }
  const told = lines.map(toLine);
  const removed = new Set(told.filter(({ what }) => what === 'removing').map(({ run }) => run));
  let effects = 0;
  let earliest = Number.POSITIVE_INFINITY;
  for (const { what, run, agent, turn, at } of told) {
    const there = found.runs[run]?.[agent] ?? 0;
    if (removed.has(run) || (typeof there === 'number' && there >= turn)) continue;
    if (typeof there === 'string') complain(`${run} ${agent} is ${there}`);
    else if (what === 'ack') complain(`${run} ${agent} has turn ${there}, and ${turn} was acknowledged`);
    else if (durability === 'sync') complain(`${run} ${agent}: the effect of turn ${turn} without its turn`);
    effects++;
    earliest = Math.min(earliest, at);
  }
  if (effects === 0) return;
  lost.effects = Math.max(lost.effects, effects);
  lost.windowMs = Math.max(lost.windowMs, Math.round(told.at(-1).at - earliest));
  lost.atCuts++;
}

/** What the process said about itself. */
function toLine(line) {
  const [what, run, agent, turn, at] = line.split(' ');
  return { what, run, agent, turn: Number(turn), at: Number(at) };
}

/** The same numbers from 0 to 1 for the same seed. */
function createChance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
