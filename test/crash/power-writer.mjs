/**
 * Works with a store, and says what it was told:
 * `node power-writer.mjs MODULE DIRECTORY ACKS sync|async TURNS CONTROL DELAY`.
 *
 * Each agent hands over a turn and then begins an effect: in `sync` when the turn is on disk, in `async` at once. Each line
 * of the file ACKS says that a turn was acknowledged (`ack RUN AGENT TURN`) or that its effect began (`effect ...`), that
 * a run's removal begins (`removing RUN 0 0`); the last word of each is the time in milliseconds. In the middle of each
 * run the disk fails for a while, each time in another way: see disk-shim.c for CONTROL and DELAY.
 */
import { openSync, writeFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const [module, directory, acks, durability, turns, control, delay] = process.argv.slice(2);
// LMDB prints each failure.
console.error = () => {};
const { openLmdbStore } = await import(module);
const file = openSync(acks, 'w');
const say = (...words) => writeSync(file, `${words.join(' ')} ${performance.now().toFixed(1)}\n`);
const AGENTS = 12;
const RUNS = 5;
/** What fails in each run. */
const FAILURES = ['s', 'M', 'm', 'p', 'sM'];

export function batchOf(agent, turn) {
  // Some are longer than a page, some than ten.
  const length = (turn * 7919) % 23 === 0 ? 60_000 : (turn * 104_729) % 5 === 0 ? 6_000 : 200;
  return {
    journal: [{ type: 'model.intended', turn, at: turn, model: 'm' }],
    transcript: [{ role: 'user', content: `${agent} ${turn} `.repeat(length).slice(0, length) }],
    snapshot: { agent, status: 'running', turn, step: 1, taken: 1, answered: false, at: turn },
  };
}

async function live(store, run, agent) {
  for (let turn = 1; turn <= Number(turns); turn++) {
    const written = store.append(run, agent, batchOf(agent, turn)).then(() => say('ack', run, agent, turn));
    if (durability === 'sync') await written;
    say('effect', run, agent, turn);
    if (turn % 3 === 0) await new Promise(setImmediate);
    if (turn % 3 === 0 && agent === 'a/0') await sleep(1);
  }
}

/** Lets the disk fail from now on until the store has noticed. */
async function fail(store, operations) {
  writeFileSync(control, `fail=5 ops=${operations} delay=${delay}`);
  for (let count = 0; store.ready() === undefined && count < 1_000; count++) {
    void store.append('trouble', 'a/0', batchOf('a/0', 1));
    await sleep(1);
  }
  await sleep(300);
  writeFileSync(control, `fail=0 ops=- delay=${delay}`);
}

for (let index = 0; index < RUNS; index++) {
  const store = await openLmdbStore(directory);
  store.endure(() => {});
  const run = `r${index}`;
  await store.putRun({ id: run, scenario: 's', recordedAt: run });
  const lives = Array.from({ length: AGENTS }, (_, agent) => live(store, run, `a/${agent}`));
  await sleep(5);
  await fail(store, FAILURES[index]);
  await Promise.all(lives);
  if (index >= 2) {
    // What is removed makes place: pages are written again.
    say('removing', `r${index - 2}`, 0, 0);
    await store.deleteRun(`r${index - 2}`);
  }
  await store.close();
}
