import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Damage } from '../../src/memory/lmdb/damage.ts';
import { findDamage } from '../../src/memory/lmdb/find-damage.ts';
import { compactLmdbStore, openLmdbStore } from '../../src/memory/lmdb.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { compileMemory } from './compile-memory.ts';
import { answerOf, messageOf, receivedOf } from './records.ts';
import { editData } from './small-directory.ts';

let folder = '';

/** Ten agents live on and are trimmed; a message of each waits from the beginning. Prints each round. */
const WRITER = `
  import { openLmdbStore } from './memory/lmdb.js';
  const store = await openLmdbStore(process.argv[2]);
  const first = Number(process.argv[3]);
  const message = (id) => ({ id, from: 'b', to: 'a', kind: 'tell', body: id, at: 1, correlation: id, hops: 0, trace: '' });
  for (let turn = first; ; turn++) {
    for (let agent = 0; agent < 10; agent++) {
      const put = (batch) => void store.append('r', 'a/' + agent, batch);
      if (turn === 1) put({ journal: [{ type: 'received', turn: 0, at: 0, message: message('waits') }], transcript: [] });
      put({ journal: [{ type: 'received', turn: turn - 1, at: turn, message: message('m' + turn) }], transcript: [] });
      put({
        journal: [{ type: 'observed', turn, at: turn, observation: { kind: 'message', text: '', message: message('m' + turn) } }],
        transcript: [{ role: 'user', content: 'Turn ' + turn }, { role: 'assistant', content: '', toolCalls: [] }],
        snapshot: { agent: 'a/' + agent, status: 'running', turn, step: 1, taken: 0, answered: true, at: turn },
      });
      if (turn % 5 === agent % 5) void store.trim('r', 'a/' + agent, { turns: 3 });
    }
    await store.flush();
    process.stdout.write(turn + '\\n');
  }`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'troupe-'));
  writeFileSync(join(compileMemory(folder), 'writer.js'), WRITER);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

test('wherever a process is killed, each agent has been trimmed or not, and what waits is there', async () => {
  const directory = join(folder, 'data');
  let turns = 0;
  for (const rounds of [7, 12, 18, 9]) {
    const child = spawn(process.execPath, [join(folder, 'out', 'writer.js'), directory, String(turns + 1)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    const until = turns + rounds;
    let acknowledged = 0;
    for await (const line of createInterface({ input: child.stdout! })) {
      acknowledged = Number(line);
      if (acknowledged === until) child.kill('SIGKILL');
    }
    await exited;
    expect(findDamage(join(directory, 'data.mdb'))).toEqual([]);
    const store = await openLmdbStore(directory);
    let last = 0;
    for (let agent = 0; agent < 10; agent++) {
      const { journal, transcript, trimmed = 0 } = await store.history('r', `a/${agent}`);
      const snapshot = await store.snapshot('r', `a/${agent}`);
      last = Math.max(last, snapshot!.turn);
      expect(snapshot!.turn).toBeGreaterThanOrEqual(acknowledged);
      expect(trimmed + transcript.length).toBe(2 * snapshot!.turn);
      expect(transcript[0]).toEqual({ role: 'user', content: `Turn ${trimmed / 2 + 1}` });
      expect(transcript.length).toBeLessThanOrEqual(2 * 9);
      // Nobody has observed it, and of every other one both records are there or none.
      const observed = journal.flatMap((one) => (one.type === 'observed' ? one.observation.message!.id : []));
      const received = (await store.received('r', `a/${agent}`, { skip: 0, limit: 99 })).map(({ id }) => id);
      expect(received[0]).toBe('waits');
      for (const id of observed) expect(received).toContain(id);
      expect(received.length - observed.length).toBeLessThanOrEqual(2);
      // Brings those that were cut off to the same turn.
      for (let turn = snapshot!.turn + 1; turn <= acknowledged + 1; turn++) {
        const batch = answerOf(turn);
        void store.append('r', `a/${agent}`, {
          ...batch,
          transcript: [{ role: 'user', content: `Turn ${turn}` }, batch.transcript[1]!],
        });
      }
    }
    await store.close();
    turns = Math.max(last, acknowledged + 1);
  }
}, 60_000);

/** An agent with three turns that are left of fifty, and a message that waits. */
async function trimmedDirectory(): Promise<string> {
  const directory = temporaryFolder();
  const store = await openLmdbStore(directory);
  void store.append('r', 'a/0', receivedOf(0, 'waits'));
  for (let turn = 1; turn <= 50; turn++) void store.append('r', 'a/0', answerOf(turn, messageOf(`m${turn}`)));
  await store.trim('r', 'a/0', { turns: 3 });
  await store.close();
  return directory;
}

const left = [
  ...receivedOf(0, 'waits').journal,
  ...[48, 49, 50].flatMap((turn) => answerOf(turn, messageOf(`m${turn}`)).journal),
];

test('a trimmed agent is whole for whoever checks it, and after a compaction', async () => {
  const directory = await trimmedDirectory();
  const damages: Damage[] = [];
  for (const before of [true, false]) {
    const reader = await openLmdbStore(directory, { readOnly: true, onDamage: (damage) => damages.push(damage) });
    expect(await reader.snapshots('r')).toHaveLength(1);
    expect(await reader.history('r', 'a/0')).toMatchObject({ journal: left, trimmed: 94 });
    await reader.close();
    if (before) await compactLmdbStore(directory);
  }
  expect(damages).toEqual([]);
});

test('what a damaged file still has of trimmed turns is not told as the agent’s', async () => {
  const directory = await trimmedDirectory();
  const path = join(directory, 'data.mdb');
  const whole = readFileSync(path);
  let told = 0;
  for (let page = 2; page < whole.length / 4_096; page++) {
    writeFileSync(path, whole);
    // Of a page, how much of it is used: LMDB must not open it then, if it is in use.
    editData(directory, (data) => {
      data[page * 4_096 + 18]! ^= 0x40;
      return data;
    });
    const damages: Damage[] = [];
    const reader = await openLmdbStore(directory, { readOnly: true, onDamage: (damage) => damages.push(damage) });
    const { journal } = await reader.history('r', 'a/0');
    await reader.close();
    if (damages.length === 0) expect(journal).toEqual(left);
    else told++;
  }
  expect(told).toBeGreaterThan(0);
});
