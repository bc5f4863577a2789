import type { Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { monitorRun } from '../../src/monitor-run.ts';
import type { RunEvent } from '../../src/protocol.ts';
import { next } from '../rehearsals.ts';
import { hasBrowser, useWeb } from './browser.ts';
import { liveRun } from './live-run.ts';
import { talking, waitingFor } from './talking.ts';

const web = useWeb();

async function watched(changes: object, control = true) {
  const live = await liveRun(changes, { staysForPeople: true });
  const answered: (RunEvent & { type: 'approval.answered' })[] = [];
  live.run.subscribe((event) => {
    if (event.type === 'approval.answered') answered.push(event);
  });
  const monitor = await monitorRun(live.run, { port: 0, control, assets: web.assets() }, live.history);
  onTestFinished(() => monitor.close());
  return { ...live, answered, url: monitor.controlUrl ?? monitor.url };
}

async function open(url: string, view: string, options = {}): Promise<Page> {
  const page = await web.open(url, options);
  await page.goto(`${new URL(url).origin}/#/${view}`);
  return page;
}

const choose = (page: Page, name: string) => page.getByRole('checkbox', { name: `Choose pay of ${name}`, exact: true });
const openCall = (page: Page) => page.getByTestId('open-call');

describe.runIf(hasBrowser)('the inbox', { timeout: 60_000 }, () => {
  test('says how many wait; one is approved, and the next one is shown', async () => {
    const { run, answered, url } = await watched(waitingFor(3));
    const page = await web.open(url);
    await page.getByRole('link', { name: /Inbox.*4/ }).click();
    await openCall(page).getByText('clerk/0').waitFor();
    await openCall(page).getByText('For the office.\nTo be paid at once.').waitFor();
    await openCall(page)
      .getByText(/9 m 5\d s left/)
      .waitFor();
    const ended = next(run, 'agent.ended', 'clerk/0');
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    expect(await ended).toMatchObject({ status: 'done' });
    await openCall(page).getByText('clerk/1').waitFor();
    await page.getByText('Approved: 1 call', { exact: true }).waitFor();
    await page.getByRole('link', { name: /Inbox.*3/ }).waitFor();
    expect(answered).toMatchObject([{ agent: 'clerk/0', answer: 'approved', by: 'monitor' }]);
  });

  test('several are rejected at once, with a reason', async () => {
    const { run, answered, url } = await watched(waitingFor(5));
    const page = await open(url, 'inbox');
    for (const name of ['clerk/1', 'clerk/3']) await choose(page, name).check();
    await page.getByRole('button', { name: 'Reject 2…' }).click();
    const both = Promise.all([next(run, 'agent.ended', 'clerk/1'), next(run, 'agent.ended', 'clerk/3')]);
    await page.getByTestId('reason').fill('Too much.');
    await page.getByTestId('reason').press('Enter');
    await both;
    expect(answered.map(({ agent, answer, reason }) => [agent, answer, reason])).toEqual([
      ['clerk/1', 'rejected', 'Too much.'],
      ['clerk/3', 'rejected', 'Too much.'],
    ]);
    await choose(page, 'clerk/1').waitFor({ state: 'detached' });
    await choose(page, 'clerk/2').waitFor();
  });

  test('what is changed has to be JSON; a question gets a text', async () => {
    const { run, answered, url } = await watched(waitingFor(1));
    const page = await open(url, 'inbox');
    await page.getByRole('button', { name: /^pay clerk/ }).click();
    await page.getByRole('button', { name: 'Edit…' }).click();
    await page.getByTestId('args-text').fill('{ "amount": 1,');
    await page.getByText(/^This is not JSON/).waitFor();
    const change = page.getByRole('button', { name: 'Approve with changes' });
    expect(await change.isDisabled()).toBe(true);
    await page.getByTestId('args-text').fill('{ "amount": 1 }');
    await change.click();
    await openCall(page).getByText('Which of the two').waitFor();
    const replied = next(run, 'agent.replied', 'trainee/0');
    await page.getByTestId('answer-text').fill('The left one.');
    await page.getByRole('button', { name: 'Answer', exact: true }).click();
    expect((await replied).reply).toContain('The left one.');
    expect(answered).toMatchObject([
      { agent: 'clerk/0', answer: 'edited', args: { amount: 1 } },
      { agent: 'trainee/0', answer: 'answered', text: 'The left one.' },
    ]);
    await page.getByText('Nothing waits for a person').waitFor();
  });

  test('what somebody writes stays when another one is faster', async () => {
    const { run, url } = await watched(waitingFor(2));
    const page = await open(url, 'inbox');
    await openCall(page).getByText('clerk/0').waitFor();
    await page.getByRole('button', { name: 'Edit…' }).click();
    const [waiting] = run.approvals();
    run.send({ type: 'approval.answer', agent: 'clerk/0', callId: waiting?.callId ?? '', answer: 'approve' });
    await page.getByText(/somebody else has answered it/).waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await openCall(page).getByText('clerk/1').waitFor();
  });

  test('a thousand are there, of which only those in sight are built; keys go through them', async () => {
    const { answered, url } = await watched(waitingFor(1_000));
    const page = await open(url, 'inbox');
    await page.getByText('All 1,001').waitFor();
    expect(await page.locator('.call').count()).toBeLessThan(60);
    await page.getByRole('region', { name: 'Waiting calls' }).press('End');
    await expect.poll(() => openCall(page).textContent()).toMatch(/clerk\/999|trainee\/0/);
    await page.getByText('All 1,001').click();
    await page.getByRole('button', { name: 'Approve 1,000', exact: true }).click();
    await expect.poll(() => answered.length, { timeout: 20_000 }).toBe(1_000);
    await page.getByText('All 1', { exact: true }).waitFor();
  });

  test('who may only look is told how to answer', async () => {
    const { url } = await watched(waitingFor(1), false);
    const page = await open(url, 'inbox');
    await page.getByText(/start troupe with --monitor-control/).waitFor();
    await openCall(page).getByText('clerk/0').waitFor();
    for (const name of ['Approve', 'Reject…', 'Edit…'])
      expect(await page.getByRole('button', { name }).count(), name).toBe(0);
    expect(await page.getByRole('checkbox').count()).toBe(0);
  });
});

describe.runIf(hasBrowser)('messages', { timeout: 60_000 }, () => {
  test('of two agents are shown as they are sent, with time going down', async () => {
    const { run, url } = await watched(talking);
    const page = await open(url, 'messages');
    await page.getByText('No messages').waitFor();
    run.send({ type: 'agent.send', agent: 'asker/0', text: 'the order' });
    await page.locator('[data-edge="asker>answerer"]').press('Enter');
    const sequence = page.getByTestId('sequence');
    await sequence.getByRole('button', { name: 'ask from asker/0 to answerer/0: How about the order?' }).waitFor();
    await sequence.getByRole('button', { name: 'reply from answerer/0 to asker/0: fine, 1 times.' }).waitFor();
    await page.locator('[data-node="user"]').click();
    await sequence.getByRole('button', { name: 'input from user to asker/0: the order' }).waitFor();
    run.send({ type: 'agent.send', agent: 'asker/0', text: 'the next one' });
    const reply = sequence.getByRole('button', { name: 'reply from answerer/0 to asker/0: fine, 2 times.' });
    await reply.waitFor();
    await reply.click();
    await page.getByRole('region', { name: 'The message' }).getByText('fine, 2 times.').waitFor();
    const kinds = await sequence.locator('.utterance').evaluateAll((rows) => rows.map((row) => row.classList[1]));
    expect(kinds).toEqual(['is-input', 'is-ask', 'is-reply', 'is-input', 'is-ask', 'is-reply']);
    expect(await sequence.locator('.utterance.is-dim').count()).toBe(3);

    await page.getByRole('button', { name: 'Take user out' }).click();
    await expect.poll(() => sequence.locator('.utterance').count()).toBe(4);
    await page.getByTestId('scrubber').focus();
    await page.keyboard.press('Home');
    await page.getByText('No messages').waitFor();
    await page.keyboard.press('l');
    await expect.poll(() => sequence.locator('.utterance').count()).toBe(4);
  });

  test('that wait are counted; one to somebody who has ended cannot be sent again', async () => {
    const { run, url } = await watched(talking);
    run.send({ type: 'agent.pause', agent: 'answerer/0' });
    for (const text of ['one', 'two', 'three']) run.send({ type: 'agent.send', agent: 'leaver/0', text });
    const page = await open(url, 'messages');
    await page.getByTestId('mailboxes').getByText('2 waiting').waitFor();
    run.send({ type: 'agent.send', agent: 'asker/0', text: 'it' });
    await page.getByTestId('waits').getByText('answerer/0').waitFor();
    run.send({ type: 'agent.stop', agent: 'leaver/0' });
    const letters = page.getByTestId('letters');
    await letters.getByText('three').waitFor();
    await letters
      .getByRole('button', { name: /^Send again/ })
      .first()
      .click();
    await page
      .getByText(/the agent has ended/)
      .first()
      .waitFor();
    expect(await letters.getByText('sent again').count()).toBe(0);
  });

  test('a dead letter to one who is there is sent again', async () => {
    const box = { mailbox: { size: 1, overflow: 'drop-oldest' } };
    const agents = { ...talking.agents, answerer: { ...talking.agents.answerer, ...box } };
    const { run, url } = await watched({ ...talking, agents });
    run.send({ type: 'agent.pause', agent: 'answerer/0' });
    for (const text of ['the first', 'the second']) run.send({ type: 'agent.send', agent: 'answerer/0', text });
    const page = await open(url, 'messages');
    const letters = page.getByTestId('letters');
    await letters.getByText('the first').waitFor();
    await letters.getByText('dropped 1').waitFor();
    run.send({ type: 'agent.resume', agent: 'answerer/0' });
    await next(run, 'agent.replied', 'answerer/0');
    const again = next(run, 'message.sent');
    await letters.getByRole('button', { name: 'Send again: user to answerer/0' }).click();
    expect((await again).message).toMatchObject({ to: 'answerer/0', body: 'the first' });
    await letters.getByText('sent again', { exact: true }).waitFor();
  });
});
