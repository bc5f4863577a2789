/**
 * Writes to a store whose disk fails for a while: `node trouble-writer.mjs MODULE DIRECTORY CONTROL ERRNO OPS ENDING`,
 * with LD_PRELOAD of disk-shim.c and DISK_SHIM_CONTROL=CONTROL. ENDING is `recovers`, or `ends` for a disk that fails until
 * nobody waits any more. Prints one line of JSON about what it was told.
 */
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const [module, directory, control, errno, ops, ending] = process.argv.slice(2);
const { openLmdbStore } = await import(module);
const told = { changes: [], acknowledged: {}, lost: [], misordered: 0, unhandled: [], reads: 0 };
process.on('unhandledRejection', (reason) => told.unhandled.push(String(reason)));
// LMDB prints each failure.
console.error = () => {};
const AGENTS = 20;
let turn = 0;

/** Lets every agent hand over a turn. */
function handOver() {
  turn++;
  const mine = turn;
  return Array.from({ length: AGENTS }, (_, index) => {
    const agent = `a/${index}`;
    // One in ten is a file of its own.
    const content = 'x'.repeat(mine % 10 === 0 && index === 0 ? 1_200_000 : 300);
    const batch = {
      journal: [{ type: 'model.intended', turn: mine, at: mine, model: 'm' }],
      transcript: [{ role: 'user', content }],
      snapshot: { agent, status: 'running', turn: mine, step: 1, taken: 1, answered: false, at: mine },
    };
    return store.append('r', agent, batch).then(
      () => {
        if ((told.acknowledged[agent] ?? 0) !== mine - 1) told.misordered++;
        told.acknowledged[agent] = mine;
      },
      (error) => told.lost.push(error.message),
    );
  });
}

const store = await openLmdbStore(directory);
const end = store.endure((change) => told.changes.push(change));
await store.putRun({ id: 'r', scenario: 's', recordedAt: 'r' });
for (let count = 0; count < 15; count++) await Promise.all(handOver());

writeFileSync(control, `fail=${errno} ops=${ops} delay=0`);
const written = [];
const until = Date.now() + 5_000;
while (store.ready() === undefined && Date.now() < until) {
  written.push(...handOver());
  await sleep(5);
}
for (let count = 0; count < 12; count++) written.push(...handOver());
await sleep(600);
// In trouble a journal is what is on disk and what is not; a database that has stopped tells so.
told.readInTrouble = await store.journal('r', 'a/7').then(
  (journal) => journal.length,
  (error) => error.message,
);
told.handedOver = turn;
if (ending === 'recovers') {
  writeFileSync(control, 'fail=0 ops=- delay=0');
  await store.ready();
  await Promise.all(written);
  for (let count = 0; count < 15; count++) await Promise.all(handOver());
  told.reads = (await store.journal('r', 'a/7')).length;
  await store.close();
} else {
  end();
  await Promise.all(written);
  await store.close().catch(() => {});
}
told.turns = turn;
process.stdout.write(`${JSON.stringify(told)}\n`);
