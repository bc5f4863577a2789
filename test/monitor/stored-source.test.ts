import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createInMemoryStore } from '../../src/memory/in-memory.ts';
import type { Damage } from '../../src/memory/lmdb/damage.ts';
import { openLmdbStore } from '../../src/memory/lmdb.ts';
import { InboxView } from '../../src/monitor/feed/inbox-view.ts';
import { MessagesView } from '../../src/monitor/feed/messages-view.ts';
import { Watch } from '../../src/monitor/feed/watch.ts';
import type { History } from '../../src/monitor/history/history.ts';
import { AGENT_STATES } from '../../src/monitor/states.ts';
import { readStoredRun } from '../../src/monitor/stored-source.ts';
import type { RunRecord } from '../../src/protocol.ts';
import { startRun } from '../../src/run.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { next, scenarioOf } from '../rehearsals.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { busy, record } from './recorded.ts';
import { waitingFor } from './talking.ts';

const onDisk = { ...busy, memory: { store: 'lmdb' } };

async function stored(data: string, id: string, onProgress?: (read: number, agents: number) => void) {
  const store = await openLmdbStore(data, { readOnly: true });
  const kept = (await store.run(id)) as RunRecord;
  const { source, history } = await readStoredRun(store, kept, { agent: { id: 'agent' } }, onProgress);
  return { store, source, history };
}

const statesOf = (history: History, seq = history.last) =>
  [...history.foldAt(seq).states].map((state) => AGENT_STATES[state]);

test('a stored run has the agents, the texts and the numbers of the one that ran', async () => {
  const data = temporaryFolder();
  const { run, history: live, summary } = await record(onDisk, { data });
  const progress: string[] = [];
  const { store, source, history } = await stored(data, run.id, (read, of) => progress.push(`${read}/${of}`));
  expect(source.live).toBeUndefined();
  expect(source.machines).toEqual({ agent: { id: 'agent' } });
  expect(source.specs.map(({ id }) => id)).toEqual(run.specs.map(({ id }) => id));
  expect(source.scenario.params).toEqual({ house: 'Acme' });
  expect(progress).toEqual(['1/7', '2/7', '3/7', '4/7', '5/7', '6/7', '7/7']);
  expect(await source.journal('clerk/0')).toEqual(await run.journal('clerk/0'));

  const [then, now] = [history.foldAt(history.last), live.foldAt(live.last)];
  expect(then.totals).toEqual(now.totals);
  expect(statesOf(history).slice(0, 4)).toEqual(['done', 'done', 'done', 'done']);
  expect(statesOf(history)[6]).toBe('failed');
  expect(history.keptEvent(1)).toMatchObject({ type: 'run.started', run: run.id, agents: 7, at: 0 });
  expect(history.keptEvent(history.last)).toMatchObject({ type: 'run.finished', status: summary.status });
  expect(history.at).toBe(live.at);
  await Promise.all([store.close(), run.close()]);
});

test('its rows are in the order of time', async () => {
  const data = temporaryFolder();
  const { run } = await record(onDisk, { data });
  const { store, history } = await stored(data, run.id);
  const times = Array.from({ length: history.last }, (_, i) => {
    const { chunk, index } = history.row(i + 1);
    return chunk.at[index]!;
  });
  expect(times).toEqual([...times].sort((a, b) => a - b));
  await Promise.all([store.close(), run.close()]);
});

test('of a run that was interrupted it says where everybody was', async () => {
  const data = temporaryFolder();
  const run = await startRun(scenarioOf(), { virtual: true, data });
  await next(run, 'agent.replied');
  run.send({ type: 'run.drain', reason: 'enough' });
  await run.finished;
  const { store, history } = await stored(data, run.id);
  expect(history.keptEvent(history.last)).toMatchObject({ type: 'run.finished', status: 'interrupted' });
  expect(new Set(statesOf(history))).not.toContain('done');
  expect(history.foldAt(history.last).totals.turns).toBeGreaterThan(0);
  await store.close();
});

test('a run that is still under way, or was killed, has no end', async () => {
  const store = createInMemoryStore();
  const { run } = await record();
  const kept: RunRecord = { ...run.record, status: 'running' };
  for (const { id } of run.specs) {
    const journal = (await run.journal(id)).filter(({ type }) => type !== 'ended');
    await store.append(run.id, id, { journal, transcript: [] });
  }
  const { history } = await readStoredRun(store, kept, {});
  expect(history.keptEvent(history.last)).toBeUndefined();
  expect(statesOf(history)).toContain('waiting');
});

test('whoever had not ended when the run did was stopped, also those who have left nothing', async () => {
  const { run } = await record();
  const { history } = await readStoredRun(createInMemoryStore(), { ...run.record, status: 'interrupted' }, {});
  // Its start, that it was to end, each agent's end, its own.
  expect([history.last, history.at]).toEqual([3 + run.specs.length, 0]);
  expect(new Set(statesOf(history))).toEqual(new Set(['stopped']));
});

test('a file of rows that has gone since takes the rows along, but not what was done', async () => {
  const [data, folder] = [temporaryFolder(), temporaryFolder()];
  writeFileSync(join(folder, 'rows.jsonl'), '{"n":1}\n{"n":2}\n');
  const text = JSON.stringify({
    name: 'rows',
    models: { m: { rules: [{ reply: 'It is {{ row.n }}.' }] } },
    agents: { reader: { each: './rows.jsonl', model: 'm', observe: 'Go' } },
  });
  const run = await startRun(parseScenario(text, { name: 'rows', folder }), { virtual: true, data });
  await run.finished;
  rmSync(join(folder, 'rows.jsonl'));
  const { store, source, history } = await stored(data, run.id);
  expect(source.specs.map(({ id, group, index }) => [id, group.name, index])).toEqual([
    ['reader/0', 'reader', 0],
    ['reader/1', 'reader', 1],
  ]);
  expect(source.specs[0]?.group).toBe(source.specs[1]?.group);
  expect(history.foldAt(history.last).totals).toMatchObject({ turns: 2, replies: 2 });
  expect(statesOf(history)).toEqual(['done', 'done']);
  await store.close();
});

test('an agent that is damaged has failed, and the others are told as they were', async () => {
  const data = temporaryFolder();
  const { run, history: live } = await record(onDisk, { data });
  const damages: Damage[] = [];
  const store = await openLmdbStore(data, { readOnly: true, onDamage: (damage) => damages.push(damage) });
  const journal = store.journal.bind(store);
  store.journal = async (id, agent) => {
    if (agent === 'clerk/1') damages.push({ run: id, agent, record: 2, problem: 'it is damaged' });
    return journal(id, agent);
  };
  const kept = (await store.run(run.id)) as RunRecord;
  const { source, history } = await readStoredRun(store, kept, {}, undefined, () => damages);
  const [now, then] = [statesOf(history), statesOf(live)];
  expect(now[1]).toBe('failed');
  expect(now.toSpliced(1, 1)).toEqual(then.toSpliced(1, 1));
  expect(await source.journal('clerk/1')).toEqual([]);
  expect(await source.journal('clerk/0')).toEqual(await run.journal('clerk/0'));
  await Promise.all([store.close(), run.close()]);
});

test('messages and dead letters are told from what was stored', async () => {
  const data = temporaryFolder();
  const box = { mailbox: { size: 1, overflow: 'drop-oldest' } };
  const agents = { clerk: { count: 1, model: 'clerk', tools: ['lookup'], observe: { inbox: true }, ...box } };
  const run = await startRun(scenarioOf({ agents }), { data, keepOpen: true });
  await next(run, 'agent.waiting');
  for (const text of ['one', 'two', 'three', 'four']) run.send({ type: 'agent.send', agent: 'clerk/0', text });
  const dead: string[] = [];
  run.subscribe((event) => {
    if (event.type === 'message.dead') dead.push(event.letter.message.body);
  });
  run.send({ type: 'agent.send', agent: 'clerk/0', text: 'five' });
  run.send({ type: 'agent.stop', agent: 'clerk/0' });
  await run.finished;
  expect(dead).toEqual(['four', 'five']);
  await run.close();
  const { store, source, history } = await stored(data, run.id);
  const { talk, letters, mailboxes } = new MessagesView(new Watch(source, history)).all();
  expect(talk?.edges).toMatchObject([{ from: 'user', to: 'clerk', kinds: { input: 5 } }]);
  expect(letters?.counts).toEqual({ dropped: 3, ended: 1 });
  expect(letters?.newest.map(({ message }) => message.body)).toEqual(['two', 'three', 'four', 'five']);
  expect(mailboxes?.total).toBe(0);
  await store.close();
});

test('calls that wait for a person are told from what was stored, and questions as such', async () => {
  const data = temporaryFolder();
  const run = await startRun(scenarioOf(waitingFor(2)), { data });
  expect((await run.finished).status).toBe('interrupted');
  await run.close();
  const { store, source, history } = await stored(data, run.id);
  const { waiting, total } = new InboxView(new Watch(source, history)).all();
  expect(total).toBe(3);
  expect(waiting.map(({ agent, kind, tool, question }) => [agent, kind, tool, question]).sort()).toEqual([
    ['clerk/0', 'approval', 'pay', undefined],
    ['clerk/1', 'approval', 'pay', undefined],
    ['trainee/0', 'question', 'question', 'Which of the two\nshall I take?'],
  ]);
  await store.close();
});

test('who was never asked for has not started, whatever became of the run', async () => {
  const agents = {
    clerk: { count: 1, model: 'clerk', tools: ['lookup'], observe: 'first' },
    helper: { spawn: { max: 3 }, model: 'clerk', tools: ['lookup'] },
  };
  const { run } = await record({ agents, memory: { store: 'in-memory' } });
  const { history } = await readStoredRun(createInMemoryStore(), { ...run.record, status: 'interrupted' }, {});
  expect(statesOf(history)).toEqual(['stopped', 'unstarted', 'unstarted', 'unstarted']);
});
