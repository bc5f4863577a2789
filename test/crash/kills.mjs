/**
 * Kills runs with SIGKILL at random moments, goes on with them, and counts what was lost and what was done twice:
 * `node test/crash/kills.mjs [--kills 500] [--durability sync]`. Prints one JSON line; exits with 1 if anything was.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const DIST = process.env.TROUPE_DIST ?? join(import.meta.dirname, '../../dist');
const { openLmdbStore } = await import(pathToFileURL(join(DIST, 'memory/lmdb.js')).href);

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '500' }, durability: { type: 'string', default: 'sync' } },
});
const KILLS = Number(values.kills);
/** A process takes about 300 ms to start, and its run less than a second. */
const EARLIEST_MS = 150;
const LATEST_MS = 900;
/** Of a run: its agents' observations. */
const ORDERS = 20 * 8;
/** A run is left to finish after so many kills. */
const KILLS_OF_RUN = 25;

const total = {
  kills: 0,
  runs: 0,
  acknowledged: 0,
  lost: 0,
  torn: 0,
  repeats: { none: 0, idempotent: 0, once: 0 },
  unpaid: 0,
};

/**
 * One process, killed after a while unless it ends before.
 *
 * @param {string[]} args
 * @param {number | undefined} killAfterMs
 * @param {Map<string, number>} stored Last turn that is on disk, by agent.
 */
function live(args, killAfterMs, stored) {
  const env = { ...process.env, DURABILITY: values.durability };
  const child = spawn(process.execPath, [join(import.meta.dirname, 'life.mjs'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  /** @type {{ run?: string, status?: string, killed: boolean }} */
  const life = { killed: false };
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!line.endsWith('}')) return;
    const said = JSON.parse(line);
    if (said.run !== undefined) life.run = said.run;
    if (said.status !== undefined) life.status = said.status;
    if (said.stored !== undefined) stored.set(said.stored, Math.max(stored.get(said.stored) ?? 0, said.turn));
  });
  return new Promise((resolve) => {
    child.once('close', (_, signal) => {
      clearTimeout(timer);
      resolve({ ...life, killed: signal === 'SIGKILL' });
    });
  });
}

/**
 * What was said to be on disk is there, and all of it can be read.
 *
 * @param {string} data
 * @param {string} run
 * @param {Map<string, number>} stored
 */
async function inspect(data, run, stored) {
  const store = await openLmdbStore(data, { readOnly: true });
  try {
    const turns = new Map((await store.snapshots(run)).map(({ agent, turn }) => [agent, turn]));
    for (const [agent, turn] of stored) {
      total.acknowledged++;
      if ((turns.get(agent) ?? 0) < turn) total.lost++;
      await store.journal(run, agent);
      await store.transcript(run, agent);
    }
  } catch (error) {
    total.torn++;
    process.stderr.write(`${error}\n`);
  } finally {
    await store.close();
  }
}

/** @param {string} world */
function countEffects(world) {
  const lines = (/** @type {string} */ file) =>
    existsSync(join(world, file)) ? readFileSync(join(world, file), 'utf8').trim().split('\n') : [];
  const twice = (/** @type {string[]} */ all) => all.length - new Set(all).size;
  const orders = readdirSync(world)
    .filter((name) => /^put-[\w-]{22}$/.test(name))
    .map((name) => readFileSync(join(world, name), 'utf8'));
  total.repeats.none += twice(lines('look.txt'));
  // The same order under two keys would be two effects.
  total.repeats.idempotent += twice(orders);
  total.repeats.once += twice(lines('paid.txt'));
  total.unpaid += ORDERS - new Set(lines('paid.txt')).size;
}

async function killRun() {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-crash-'));
  const [data, world] = [join(folder, 'data'), join(folder, 'world')];
  mkdirSync(world);
  const stored = new Map();
  /** @type {string | undefined} */
  let run;
  try {
    for (let kills = 0; ; ) {
      const killAfterMs =
        kills < KILLS_OF_RUN && total.kills < KILLS
          ? EARLIEST_MS + Math.random() * (LATEST_MS - EARLIEST_MS)
          : undefined;
      const life = await live(run === undefined ? [data, world] : [data, world, run], killAfterMs, stored);
      run ??= life.run;
      if (life.killed) {
        kills++;
        total.kills++;
      }
      if (run !== undefined && existsSync(join(data, 'data.mdb'))) await inspect(data, run, stored);
      if (life.status !== undefined) break;
      if (!life.killed) throw new Error('A life ended by itself before its run had');
    }
    countEffects(world);
    total.runs++;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

while (total.kills < KILLS) {
  await killRun();
  process.stderr.write(`${total.kills} of ${KILLS} kills\n`);
}
console.log(JSON.stringify(total));
const { lost, torn, repeats, unpaid } = total;
process.exitCode = lost + torn + repeats.idempotent + repeats.once + unpaid > 0 ? 1 : 0;
