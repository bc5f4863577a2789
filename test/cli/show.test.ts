import { describe, expect, test } from 'vitest';
import { show } from '../../src/cli/show.ts';
import { openLmdbStore } from '../../src/memory/lmdb.ts';
import { batchOf, runOf } from '../memory/records.ts';
import { AGENTS, flipText, smallDirectory } from '../memory/small-directory.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { captured } from './captured.ts';
import { rehearsedData } from './example.ts';

test('a run is shown with its expectations and the last reply of every agent', async () => {
  const { data, summary } = await rehearsedData(temporaryFolder());
  const { result, stdout } = await captured(() => show('last', undefined, { data }));
  expect(result).toBe(0);
  expect(stdout).toContain(`example  done  run ${summary.run}  seed 5  in virtual time  3 agents\n`);
  expect(stdout).toContain('met    agents.done == 3');
  for (const i of [0, 1, 2])
    expect(stdout).toMatch(new RegExp(`^clerk/${i} +done +4 +\\d+ ms +\\d+ +Order ${i} is paid.$`, 'm'));
});

test('an agent is shown with its transcript and its journal', async () => {
  const { data } = await rehearsedData(temporaryFolder());
  const { stdout } = await captured(() => show('last', 'clerk/1', { data }));
  const lines = stdout.split('\n').map((line) => line.trim().replace(/\s+/g, ' '));
  const at = lines.indexOf('Journal');
  expect(lines[0]).toBe('clerk/1 done after 4 turns');
  expect(lines.slice(2, at)).toEqual([
    'Transcript',
    'user Look it up.',
    'assistant',
    'calls lookup {"order":1}',
    'tool lookup {"state":"paid"}',
    'assistant Order 1 is paid.',
    'user Again.',
    'assistant',
    'calls lookup {"order":1}',
    'tool lookup {"state":"paid"}',
    'assistant Order 1 is paid.',
    '',
  ]);
  const journal = lines.slice(at + 1).map((line) => /turn \d+ \S+/.exec(line)?.[0]);
  expect(journal).toContain('turn 1 observed');
  expect(journal).toContain('turn 3 tool.done');
  expect(journal.at(-2)).toBe('turn 4 ended');
});

test('as JSON both are one object', async () => {
  const { data, summary } = await rehearsedData(temporaryFolder());
  const run = await captured(() => show(summary.run, undefined, { data, json: true }));
  expect(JSON.parse(run.stdout)).toMatchObject({
    run: { id: summary.run, summary: { agents: { done: 3 } } },
    agents: [{ agent: 'clerk/0', status: 'done' }, { agent: 'clerk/1' }, { agent: 'clerk/2' }],
  });
  const agent = await captured(() => show(summary.run, 'clerk/2', { data, json: true }));
  expect(JSON.parse(agent.stdout)).toMatchObject({
    run: summary.run,
    snapshot: { agent: 'clerk/2', turn: 4, reply: 'Order 2 is paid.' },
    transcript: expect.arrayContaining([{ role: 'user', content: 'Again.' }]),
    journal: expect.arrayContaining([expect.objectContaining({ type: 'ended', status: 'done' })]),
  });
  for (const { stdout } of [run, agent]) expect(stdout.indexOf('\n')).toBe(stdout.length - 1);
});

test('what a provider wants back is not shown', async () => {
  const data = temporaryFolder();
  const store = await openLmdbStore(data);
  await store.putRun({ ...runOf('r'), status: 'interrupted' });
  const { journal, ...batch } = batchOf('a/0', 1);
  const toolCalls = [{ id: 'c', name: 'look', args: {} }];
  const usage = { inputTokens: 1, outputTokens: 1 };
  const decision = { toolCalls, final: false, usage, serviceMs: 0, kept: { signature: 'signed' } };
  const done = { type: 'model.done', turn: 1, at: 1, decision } as const;
  const answer = { role: 'assistant', content: '', toolCalls, kept: decision.kept } as const;
  await store.append('r', 'a/0', { ...batch, journal: [...journal, done], transcript: [answer] });
  await store.flush();
  await store.close();
  for (const json of [true, false]) {
    const { stdout } = await captured(() => show('r', 'a/0', { data, json }));
    expect(stdout).toContain('look');
    expect(stdout).not.toContain('signed');
  }
});

test('an agent that is not there is refused with where to look', async () => {
  const { data, summary } = await rehearsedData(temporaryFolder());
  await expect(show('last', 'clerk/3', { data })).rejects.toMatchObject({
    code: 'RUN_NOT_FOUND',
    message: `Cannot show "clerk/3": run ${summary.run} has nothing of it; "troupe show ${summary.run} --data ${data}" lists its agents`,
  });
});

describe('what is damaged', () => {
  const problem = 'it is damaged, its checksum does not match';
  /** The second turn of one agent, in both runs. */
  async function damagedData(): Promise<string> {
    const data = await smallDirectory();
    flipText(data, 'Anomaly 2: the 99th percentile of a/1 ');
    return data;
  }

  test('is marked among the agents, all of which are listed', async () => {
    const data = await damagedData();
    const { result, stdout } = await captured(() => show('r', undefined, { data }));
    expect(result).toBe(1);
    expect(stdout).toMatch(/^a\/1 +running \(damaged\) +4 +42 ms +Turn 4\.$/m);
    for (const agent of AGENTS.filter((id) => id !== 'a/1')) {
      expect(stdout).toMatch(new RegExp(`^${agent} +running +4 +42 ms +Turn 4\\.$`, 'm'));
    }
    expect(stdout).toContain(`\nCannot read record 2 of agent "a/1" in run "r": ${problem}\n`);
    const { stdout: json } = await captured(() => show('r', undefined, { data, json: true }));
    expect(JSON.parse(json)).toMatchObject({ damaged: [{ run: 'r', agent: 'a/1', record: 2, problem }] });
    expect(JSON.parse(json).agents).toHaveLength(AGENTS.length);
  });

  test('of an agent is named, and the rest of it is shown', async () => {
    const data = await damagedData();
    const { result, stdout } = await captured(() => show('r', 'a/1', { data }));
    expect(result).toBe(1);
    expect(stdout.match(/Cannot read/g)).toHaveLength(1);
    expect(stdout).toContain(`Cannot read record 2 of agent "a/1" in run "r": ${problem}\n`);
    expect(stdout.match(/Anomaly \d/g)).toEqual(['Anomaly 1', 'Anomaly 3', 'Anomaly 4']);
    expect(stdout.match(/turn \d/g)).toEqual(['turn 1', 'turn 3', 'turn 4']);
    expect((await captured(() => show('r', 'a/2', { data }))).result).toBe(0);
  });

  test('may be the last record of an agent, or all of them', async () => {
    const data = await smallDirectory();
    for (const turn of [1, 2, 3, 4]) flipText(data, `Anomaly ${turn}: the 99th percentile of a/1 `);
    flipText(data, 'Anomaly 4: the 99th percentile of a/2 ');
    const { stdout } = await captured(() => show('r', undefined, { data }));
    expect(stdout).toMatch(/^a\/1 +\(damaged\)$/m);
    expect(stdout).toMatch(/^a\/2 +running \(damaged\) +3 +32 ms +Turn 3\.$/m);
    expect((await captured(() => show('r', 'a/1', { data }))).stdout).toContain('nothing stored yet');
  });

  test('may be the record of the run itself', async () => {
    const data = await smallDirectory();
    flipText(data, 'name: triage');
    const { result, stdout } = await captured(() => show('r', undefined, { data }));
    expect(result).toBe(1);
    expect(stdout).toContain('r  its record is damaged\n');
    expect(stdout).toMatch(/^a\/11 +running +4/m);
    expect(stdout).toContain(`Cannot read run "r": ${problem}`);
  });
});
