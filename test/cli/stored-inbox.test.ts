import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStoredInbox } from '../../src/cli/stored-inbox.ts';
import { openLmdbStore } from '../../src/memory/lmdb.ts';
import { startScenario } from '../../src/run-scenario.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { captured } from './captured.ts';
import { rehearsedData } from './example.ts';
import { peopleScenario } from './people-scenario.ts';

/** A run that has come to where people are asked, and was ended for that. */
async function waitingData() {
  const data = join(temporaryFolder(), 'data');
  const run = await startScenario(peopleScenario(), { data });
  const summary = await run.finished;
  await run.close();
  expect(summary.status).toBe('interrupted');
  return { data, run: run.id };
}

const by = 'ann';
const names = ['clerk/0:1/1', 'clerk/0:1/2', 'clerk/1:1/1', 'clerk/1:1/2'];

test('a run that goes on only after a person has answered is ended, and everything waits in memory', async () => {
  const { data, run } = await waitingData();
  const inbox = await openStoredInbox('last', { data, isWritten: false });
  expect(inbox).toMatchObject({
    run,
    scenario: 'people',
    status: 'interrupted',
    total: 4,
    resume: `troupe resume ${run} --data ${data}`,
  });
  expect(inbox.waiting.map(({ agent, callId }) => `${agent}:${callId}`)).toEqual(names);
  expect(inbox.waiting.slice(0, 2)).toMatchObject([
    { kind: 'approval', tool: 'pay', turn: 1, args: { amount: 100 } },
    { kind: 'question', tool: 'person', question: 'Which colour?' },
  ]);
  expect(inbox.at).toBeGreaterThanOrEqual(inbox.waiting[3]?.since ?? Number.NaN);
  await expect(inbox.answer({ agent: 'clerk/0', callId: '1/1' }, { answer: 'approve', by })).rejects.toThrow();
  await inbox.close();
});

describe('an answer', () => {
  test('is gone on by when the run is resumed, and nobody is asked again', async () => {
    const { data, run: id } = await waitingData();
    const inbox = await openStoredInbox(id, { data, isWritten: true });
    await inbox.answer({ agent: 'clerk/0', callId: '1/1' }, { answer: 'edit', args: { amount: 1 }, by });
    await inbox.answer({ agent: 'clerk/0', callId: '1/2' }, { answer: 'approve', text: 'Blue.', by });
    await inbox.answer({ agent: 'clerk/1', callId: '1/1' }, { answer: 'reject', reason: 'no', by });
    expect(inbox.total).toBe(1);
    await inbox.close();

    const store = await openLmdbStore(data, { readOnly: true });
    const record = await store.run(id);
    const answers = (await store.journal(id, 'clerk/0')).filter(({ type }) => type === 'approval.answered');
    expect(answers).toMatchObject([
      { answer: 'edited', args: { amount: 1 }, by },
      { answer: 'answered', text: 'Blue.', by },
    ]);
    await store.close();

    const events: string[] = [];
    const replies: string[] = [];
    const run = await startScenario(peopleScenario(), {
      data,
      resume: record!,
      onEvent: (event) => {
        events.push(event.type);
        if (event.type === 'agent.replied') replies.push(event.reply);
      },
    });
    const summary = await run.finished;
    await run.close();
    // One question is left.
    expect([summary.status, summary.agents.done]).toEqual(['interrupted', 1]);
    expect(replies).toEqual([
      'A person has changed this call; it was made with the arguments {"amount":1}.\n{"paid":1}\nBlue.',
    ]);
    expect(events.filter((type) => type === 'approval.requested')).toHaveLength(1);
    const again = await openStoredInbox(id, { data, isWritten: false });
    expect(again.waiting).toMatchObject([{ agent: 'clerk/1', callId: '1/2' }]);
    await again.close();
  });

  test('counts once, also over two commands; the second person hears who was faster', async () => {
    const { data } = await waitingData();
    const call = { agent: 'clerk/0', callId: '1/1' };
    const first = await openStoredInbox('last', { data, isWritten: true });
    await first.answer(call, { answer: 'approve', by });
    const message = 'Cannot answer "clerk/0:1/1": it was approved by ann; nothing is left to answer';
    await expect(first.answer(call, { answer: 'reject', by: 'bob' })).rejects.toMatchObject({
      code: 'APPROVAL_UNKNOWN',
      message,
    });
    await first.close();
    const second = await openStoredInbox('last', { data, isWritten: true });
    await expect(second.answer(call, { answer: 'reject', by: 'bob' })).rejects.toMatchObject({
      code: 'APPROVAL_UNKNOWN',
      message,
    });
    await expect(second.answer({ agent: 'x', callId: '9/9' }, { answer: 'reject', by })).rejects.toThrow(
      'it does not wait',
    );
    await second.close();
  });

  test('that does not fit is refused by the tool’s parameters, and the call waits on', async () => {
    const { data } = await waitingData();
    const inbox = await openStoredInbox('last', { data, isWritten: true });
    const [pay, question] = inbox.waiting;
    await expect(inbox.answer(pay!, { answer: 'edit', args: { amount: 'x' }, by })).rejects.toMatchObject({
      code: 'TOOL_ARGUMENTS',
      message: expect.stringContaining('/amount must be number'),
    });
    await expect(inbox.answer(question!, { answer: 'approve', by })).rejects.toMatchObject({ code: 'USAGE' });
    expect(inbox.total).toBe(4);
    await inbox.close();
  });
});

test('while a process runs it, it is listed with a note, and answered nowhere but there', async () => {
  const data = join(temporaryFolder(), 'data');
  const run = await startScenario(peopleScenario(), { data, staysForPeople: true });
  await expect.poll(() => run.approvals().length).toBe(4);
  await expect(openStoredInbox('last', { data, isWritten: true })).rejects.toMatchObject({
    code: 'STORE_BUSY',
    message: expect.stringContaining('give the address that "troupe run --monitor-control" printed'),
  });
  const { result, stderr } = await captured(() => openStoredInbox('last', { data, isWritten: false }));
  expect(stderr).toContain(`Process ${process.pid} is running in "${data}"`);
  expect(result.total).toBe(4);
  await result.close();
  run.send({ type: 'run.drain', reason: 'over' });
  await run.finished;
  await run.close();
});

test('a run that has ended has no inbox', async () => {
  const { data, summary } = await rehearsedData(temporaryFolder());
  await expect(openStoredInbox('last', { data, isWritten: false })).rejects.toMatchObject({
    code: 'USAGE',
    message: `Cannot open the inbox of run "${summary.run}": it has ended as done`,
  });
  await expect(openStoredInbox('nothing', { data, isWritten: false })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
});
