import { expect, test } from 'vitest';
import { openRunningInbox } from '../../src/cli/running-inbox.ts';
import { served } from './served-people.ts';

const by = 'ann';

test('lists what waits, and answers it', async () => {
  const { run, controlUrl } = await served();
  const inbox = await openRunningInbox(controlUrl, { isWritten: true });
  expect(inbox).toMatchObject({ run: run.id, scenario: 'people', status: 'running', total: 4 });
  expect(inbox.resume).toBeUndefined();
  const [pay, question] = inbox.waiting;
  expect([pay, question]).toMatchObject([{ tool: 'pay', args: { amount: 100 } }, { question: 'Which colour?' }]);
  await expect(inbox.answer(pay!, { answer: 'edit', args: { amount: 'x' }, by })).rejects.toMatchObject({
    code: 'TOOL_ARGUMENTS',
  });
  await inbox.answer(pay!, { answer: 'edit', args: { amount: 1 }, by });
  await inbox.answer(question!, { answer: 'approve', text: 'Blue.', by });
  await expect(inbox.answer(pay!, { answer: 'approve', by: 'bob' })).rejects.toMatchObject({
    code: 'APPROVAL_UNKNOWN',
    message: 'Cannot answer "clerk/0:1/1": it was edited by ann; nothing is left to answer',
  });
  await expect.poll(() => run.approvals().length).toBe(2);
  await inbox.close();
});

test('the address that may only look lists, and answers nothing', async () => {
  const { url } = await served();
  const inbox = await openRunningInbox(url, { isWritten: false });
  expect(inbox.total).toBe(4);
  await inbox.close();
  await expect(openRunningInbox(url, { isWritten: true })).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('it may only be looked at; start troupe with --monitor-control'),
  });
});
