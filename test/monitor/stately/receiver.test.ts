import { join } from 'node:path';
import { createWebSocketReceiver } from '@statelyai/inspect';
import { expect, onTestFinished, test, vi } from 'vitest';
import { describeMachines } from '../../../src/machines.ts';
import { openLmdbStore } from '../../../src/memory/lmdb.ts';
import { openAssets } from '../../../src/monitor/server/assets.ts';
import { type Monitor, startMonitor } from '../../../src/monitor/start-monitor.ts';
import { readStoredRun } from '../../../src/monitor/stored-source.ts';
import { monitorRun } from '../../../src/monitor-run.ts';
import { rehearsedData } from '../../cli/example.ts';
import { next } from '../../rehearsals.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { liveRun } from '../live-run.ts';
import { toSocketUrl } from '../server/socket-client.ts';

const assets = openAssets('/nowhere');

/** The receiver of `@statelyai/inspect` itself, as a viewer of another maker would use it. */
function receive(monitor: Monitor, query = '') {
  const messages: any[] = [];
  const receiver = createWebSocketReceiver({ server: toSocketUrl(monitor.url, '/inspect', query) });
  const { unsubscribe } = receiver.subscribe((event) => void messages.push(event));
  onTestFinished(unsubscribe);
  const names = () => messages.filter(({ type, parentId }) => type === '@xstate.actor' && !parentId).map((m) => m.name);
  return { messages, names };
}

async function watchedRun() {
  const { run, history } = await liveRun();
  const inspected = vi.spyOn(run, 'inspect');
  const monitor = await monitorRun(run, { port: 0, assets }, history);
  onTestFinished(() => monitor.close());
  await vi.waitFor(() => expect(run.view('scout/1')?.value).toBe('observe'));
  return { run, monitor, inspected };
}

test('shows a late comer where each agent is, then what it does, calls as its children', async () => {
  const { run, monitor } = await watchedRun();
  const { messages, names } = receive(monitor);
  await vi.waitFor(() => expect(names()).toEqual(['desk/0', 'desk/1', 'desk/2', 'scout/0', 'scout/1']));
  const { sessionId } = run.view('desk/1')!;
  const id = `desk/1/${sessionId}`;
  const actor = messages.find(({ name }) => name === 'desk/1');
  expect(actor).toMatchObject({ sessionId: id, rootId: id, snapshot: { status: 'active', value: 'observe' } });
  expect(JSON.parse(actor.definition)).toMatchObject({
    id: 'agent',
    states: { observe: {}, decide: {}, 'executing-tools': {}, storing: {} },
  });

  const replied = next(run, 'agent.replied', 'desk/1');
  run.send({ type: 'agent.send', agent: 'desk/1', text: 'Where is it?' });
  await replied;
  await vi.waitFor(() => expect(messages.at(-1)?.snapshot?.value).toBe('observe'));
  const after = messages.slice(5);
  for (const each of after) {
    expect(each).toMatchObject({
      rootId: id,
      _version: '0.7.2',
      createdAt: expect.any(String),
      id: expect.any(String),
    });
  }
  const states = after.filter((m) => m.type === '@xstate.snapshot' && m.sessionId === id).map((m) => m.snapshot.value);
  const path = states.filter((state, i) => state !== states[i - 1]);
  // Storing is left in the same step, when nothing has to be waited for.
  expect(path.filter((state) => state !== 'storing')).toEqual(['decide', 'executing-tools', 'decide', 'observe']);
  const call = after.find(({ type }) => type === '@xstate.actor');
  expect(call).toMatchObject({
    name: 'lookup',
    parentId: id,
    snapshot: { status: 'active', input: { order: 'Where is it?' } },
  });
  const end = after.find((m) => m.type === '@xstate.snapshot' && m.sessionId === call.sessionId);
  expect(end).toMatchObject({ snapshot: { status: 'done', output: { state: 'paid' } } });
  expect(after.some((m) => m.type === '@xstate.event' && m.sessionId === id && m.sourceId === call.sessionId)).toBe(
    true,
  );
  // Nothing is told of what has not been introduced.
  const known = new Set<string>();
  for (const each of messages) {
    if (each.type === '@xstate.actor') known.add(each.sessionId);
    else expect(known).toContain(each.sessionId);
  }
});

test.each([
  ['&agent=desk%2F2', ['desk/2']],
  ['&agent=desk/0&agent=scout/1', ['desk/0', 'scout/1']],
  ['&group=scout', ['scout/0', 'scout/1']],
  ['&group=scout&agent=desk/1', ['desk/1', 'scout/0', 'scout/1']],
])('shows only those asked for by %s, and no other machine is attached to', async (query, expected) => {
  const { run, monitor, inspected } = await watchedRun();
  const { messages, names } = receive(monitor, query);
  await vi.waitFor(() => expect(names()).toEqual(expected));
  const replied = Promise.all(run.specs.map(({ id }) => next(run, 'agent.replied', id)));
  run.send({ type: 'run.send', text: 'x' });
  await replied;
  await vi.waitFor(() => {
    const ended = messages.filter((m) => m.type === '@xstate.snapshot' && m.snapshot.value === 'observe');
    expect(ended.length).toBeGreaterThanOrEqual(expected.length);
  });
  const heard = new Set(messages.map(({ rootId }) => rootId.split('/').slice(0, 2).join('/')));
  expect([...heard].sort()).toEqual(expected);
  const [watches] = inspected.mock.calls[0]!;
  expect(run.specs.map(({ id }) => id).filter(watches)).toEqual(expected);
});

test('nothing is attached to a run that nobody inspects', async () => {
  const { inspected } = await watchedRun();
  expect(inspected).not.toHaveBeenCalled();
});

test('of a stored run it shows where each agent ended', async () => {
  const { data } = await rehearsedData(join(temporaryFolder(), 'x'));
  const store = await openLmdbStore(data, { readOnly: true });
  onTestFinished(() => store.close());
  const [record] = await store.runs();
  const { source, history } = await readStoredRun(store, record!, describeMachines());
  const monitor = await startMonitor(source, history, { port: 0, assets });
  onTestFinished(() => monitor.close());
  const { messages, names } = receive(monitor);
  await vi.waitFor(() => expect(names()).toEqual(['clerk/0', 'clerk/1', 'clerk/2']));
  expect(messages.map(({ snapshot }) => snapshot)).toEqual(Array(3).fill({ status: 'done', value: 'done' }));
  expect(JSON.parse(messages[0].definition).id).toBe('agent');
});
