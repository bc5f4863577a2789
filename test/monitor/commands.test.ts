import { expect, onTestFinished, test } from 'vitest';
import { openAssets } from '../../src/monitor/server/assets.ts';
import { monitorRun } from '../../src/monitor-run.ts';
import type { MonitorCommand } from '../../src/protocol.ts';
import { next } from '../rehearsals.ts';
import { liveRun } from './live-run.ts';
import { connectTo, toSocketUrl } from './server/socket-client.ts';

/** A live run whose agents all wait, its monitor, and a client that may command. */
async function setUp() {
  const { run, history } = await liveRun();
  const monitor = await monitorRun(run, { port: 0, control: true, assets: openAssets('/nowhere') }, history);
  onTestFinished(() => monitor.close());
  const client = await connectTo(toSocketUrl(monitor.controlUrl!, '/ws'));
  expect((await client.first('welcome')).control).toBe(true);
  const fleet = async (): Promise<string> => (await client.ask({ type: 'get', topic: 'fleet' })).states;
  const all = async (states: string) => {
    for (let now = await fleet(); now !== states; now = await fleet()) await new Promise((r) => setTimeout(r, 5));
  };
  await all('wwwww');
  const command = (command: MonitorCommand) => client.ask({ type: 'command', command });
  return { run, monitor, client, command, fleet, all };
}

const answer = (affected: number) => expect.objectContaining({ type: 'answer', affected });

test('a message goes to an agent, a group, everybody', async () => {
  const { run, command, all } = await setUp();
  const heard: string[] = [];
  run.subscribe((event) => {
    if (event.type === 'message.sent') heard.push(`${event.message.from}>${event.message.to}: ${event.message.body}`);
  });
  const replied = next(run, 'agent.replied', 'desk/1');
  expect(await command({ type: 'agent.send', agent: 'desk/1', text: 'first' })).toEqual(answer(1));
  expect(await replied).toMatchObject({
    agent: 'desk/1',
    observation: expect.stringContaining('first'),
    reply: 'It is paid.',
  });
  expect(await command({ type: 'group.send', group: 'scout', text: 'second' })).toEqual(answer(2));
  expect(await command({ type: 'run.send', text: 'third' })).toEqual(answer(5));
  expect(heard).toEqual([
    'user>desk/1: first',
    ...['scout/0', 'scout/1'].map((agent) => `user>${agent}: second`),
    ...['desk/0', 'desk/1', 'desk/2', 'scout/0', 'scout/1'].map((agent) => `user>${agent}: third`),
  ]);
  await all('wwwww');
});

test('a paused agent takes nothing until it goes on', async () => {
  const { run, command, fleet, all } = await setUp();
  expect(await command({ type: 'agent.pause', agent: 'desk/0' })).toEqual(answer(1));
  await all('pwwww');
  const replies: string[] = [];
  run.subscribe((event) => {
    if (event.type === 'agent.replied') replies.push(event.agent);
  });
  const other = next(run, 'agent.replied', 'desk/1');
  expect(await command({ type: 'group.send', group: 'desk', text: 'x' })).toEqual(answer(3));
  await other;
  await all('pwwww');
  expect(replies).not.toContain('desk/0');
  const late = next(run, 'agent.replied', 'desk/0');
  expect(await command({ type: 'agent.resume', agent: 'desk/0' })).toEqual(answer(1));
  await late;
  expect(await command({ type: 'group.pause', group: 'scout' })).toEqual(answer(2));
  await all('wwwpp');
  expect(await command({ type: 'run.pause' })).toEqual(answer(5));
  await all('ppppp');
  expect(await command({ type: 'group.resume', group: 'scout' })).toEqual(answer(2));
  await all('pppww');
  expect(await command({ type: 'run.resume' })).toEqual(answer(5));
  await all('wwwww');
  expect(await fleet()).toBe('wwwww');
});

test('a stopped agent is gone for good', async () => {
  const { command, all } = await setUp();
  expect(await command({ type: 'agent.stop', agent: 'desk/2' })).toEqual(answer(1));
  await all('wwSww');
  for (const type of ['agent.stop', 'agent.pause', 'agent.resume'] as const) {
    expect(await command({ type, agent: 'desk/2' })).toMatchObject({ type: 'error', code: 'AGENT_UNKNOWN' });
  }
  expect(await command({ type: 'agent.send', agent: 'desk/2', text: 'x' })).toMatchObject({ code: 'AGENT_UNKNOWN' });
  expect(await command({ type: 'group.stop', group: 'scout' })).toEqual(answer(2));
  await all('wwSSS');
  expect(await command({ type: 'group.send', group: 'scout', text: 'x' })).toMatchObject({ code: 'AGENT_UNKNOWN' });
});

test.each<[MonitorCommand, string]>([
  [{ type: 'agent.stop', agent: 'desk/9' }, 'AGENT_UNKNOWN'],
  [{ type: 'agent.send', agent: '__proto__', text: 'x' }, 'AGENT_UNKNOWN'],
  [{ type: 'group.pause', group: 'nobody' }, 'GROUP_UNKNOWN'],
  [{ type: 'group.send', group: 'constructor', text: 'x' }, 'GROUP_UNKNOWN'],
])('%j reaches nobody, and says so', async (wrong, code) => {
  const { command, fleet } = await setUp();
  expect(await command(wrong)).toMatchObject({ type: 'error', code, message: expect.stringMatching(/^Cannot /) });
  expect(await fleet()).toBe('wwwww');
});

test('a full mailbox is said', async () => {
  const { command } = await setUp();
  await command({ type: 'agent.pause', agent: 'desk/0' });
  let refused: { code?: string } = {};
  for (let i = 0; i <= 1_000 && refused.code === undefined; i++) {
    refused = await command({ type: 'agent.send', agent: 'desk/0', text: `${i}` });
  }
  expect(refused).toMatchObject({ type: 'error', code: 'MAILBOX_FULL' });
  // Those of its group that can take it do.
  expect(await command({ type: 'group.send', group: 'desk', text: 'x' })).toEqual(answer(2));
});

test('a drain ends the run so that it can be resumed, and then nothing is commanded any more', async () => {
  const { run, client, command } = await setUp();
  expect(await command({ type: 'run.drain', reason: 'enough' })).toEqual(answer(5));
  expect((await run.finished).status).toBe('interrupted');
  await client.first('run', (message) => message.run.status === 'interrupted' && !message.run.live);
  for (const each of [
    { type: 'run.send', text: 'x' },
    { type: 'agent.stop', agent: 'desk/0' },
    { type: 'run.drain', reason: 'again' },
  ] as const) {
    expect(await command(each)).toMatchObject({ type: 'error', code: 'NOT_LIVE' });
  }
  // But looked back on.
  expect((await client.ask({ type: 'get', topic: 'fleet' })).states).toBe('SSSSS');
});

test('who may only look is refused, and nothing happens', async () => {
  const { run, monitor, fleet } = await setUp();
  const events: string[] = [];
  run.subscribe(({ type }) => events.push(type));
  const reader = await connectTo(toSocketUrl(monitor.url, '/ws'));
  expect((await reader.first('welcome')).control).toBe(false);
  for (const command of [
    { type: 'run.drain', reason: 'x' },
    { type: 'run.pause' },
    { type: 'agent.stop', agent: 'desk/0' },
    { type: 'run.send', text: 'x' },
  ] as const) {
    expect(await reader.ask({ type: 'command', command })).toMatchObject({ type: 'error', code: 'FORBIDDEN' });
  }
  expect(events).toEqual([]);
  expect(await fleet()).toBe('wwwww');
});
