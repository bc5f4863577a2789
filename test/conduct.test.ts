import { describe, expect, test } from 'vitest';
import type { InspectionStep, RunEvent } from '../src/protocol.ts';
import { type Run, startRun } from '../src/run.ts';
import { inMemory, next, rehearse, scenarioOf, toLines, waiting } from './rehearsals.ts';
import { temporaryFolder } from './temporary-folder.ts';

const open = () => startRun(scenarioOf({ ...inMemory, ...waiting }), { virtual: true, keepOpen: true });
const drain = (run: Run) => {
  run.send({ type: 'run.drain', reason: 'over' });
  return run.finished;
};

test('who subscribes at once hears every event, from the first on', async () => {
  const run = await startRun(scenarioOf(inMemory), { virtual: true });
  const events: RunEvent[] = [];
  run.subscribe((event) => events.push(event));
  await run.finished;
  expect(events[0]).toMatchObject({ seq: 1, at: 0, type: 'run.started', agents: 10 });
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
  expect(events.at(-1)).toMatchObject({ type: 'run.finished', status: 'done' });
});

test('a run knows its agents, those that ended before too', async () => {
  const data = temporaryFolder();
  const first = await startRun(scenarioOf(), { virtual: true, data });
  expect([first.specs.length, first.ended.size, first.elapsed()]).toEqual([10, 0, 0]);
  await next(first, 'agent.ended');
  const summary = await drain(first);
  const second = await startRun(scenarioOf(), { virtual: true, data, resume: first.record });
  expect(second.specs.map(({ id }) => id)).toEqual(first.specs.map(({ id }) => id));
  expect([...second.ended.values()]).toEqual(Array(summary.agents.done).fill('done'));
  const started = next(second, 'run.started');
  await second.finished;
  const { before } = await started;
  expect(before).toMatchObject({ done: summary.agents.done, failed: 0, stopped: 0 });
  expect(before?.spent.calls).toBeGreaterThan(0);
});

describe('a view', () => {
  test('is where an agent is, from its start to its end', async () => {
    const run = await open();
    expect(run.view('clerk/0')).toBeUndefined();
    await next(run, 'agent.waiting', 'clerk/1');
    expect(run.view('clerk/0')).toMatchObject({ agent: 'clerk/0', status: 'active', value: 'observe' });
    expect(run.view('clerk/9')).toBeUndefined();
    await drain(run);
    expect(run.view('clerk/0')).toBeUndefined();
  });
});

describe('a journal', () => {
  test.each([
    'in-memory',
    'lmdb',
  ])('of a run with memory %s is whole at each event, and after the end', async (store) => {
    const run = await startRun(scenarioOf({ memory: { store } }), { virtual: true, data: temporaryFolder() });
    const reads: Promise<[number, number]>[] = [];
    let observed = 0;
    run.subscribe((event) => {
      if (!('agent' in event) || event.agent !== 'clerk/0' || event.type !== 'agent.observed') return;
      const sofar = ++observed;
      const read = run.journal('clerk/0').then((records): [number, number] => {
        return [sofar, records.filter(({ type }) => type === 'observed').length];
      });
      reads.push(read);
    });
    await run.finished;
    for (const [happened, read] of await Promise.all(reads)) expect(read).toBeGreaterThanOrEqual(happened);
    const records = await run.journal('clerk/0');
    expect(records.filter(({ type }) => type === 'observed')).toHaveLength(6);
    expect(records.at(-1)).toMatchObject({ type: 'ended', status: 'done' });
    expect(await run.journal('clerk/10')).toEqual([]);
    await run.close();
    await run.close();
  });

  test('closing during the run does not end it', async () => {
    const run = await startRun(scenarioOf(), { virtual: true, data: temporaryFolder() });
    await next(run, 'agent.decided');
    await run.close();
    expect(await run.finished).toMatchObject({ status: 'done', agents: { done: 10 } });
    await run.close();
  });
});

describe('inspecting', () => {
  const steps = async (run: Run, watches: (agent: string) => boolean) => {
    const seen: InspectionStep[] = [];
    run.inspect(watches, (step) => seen.push(step));
    await run.finished;
    return seen;
  };

  test('shows each step of the agents one watches, and of no others', async () => {
    const run = await startRun(scenarioOf(inMemory), { virtual: true });
    const seen = await steps(run, (agent) => agent === 'clerk/3');
    expect(new Set(seen.map(({ agent }) => agent))).toEqual(new Set(['clerk/3']));
    const turn = [
      ['decided', 'executing-tools'],
      ['xstate.done.actor.tool', 'decide'],
      ['decided', 'decide'],
    ];
    const all = [...turn, ...turn, ...turn.slice(0, 2), ['decided', 'done']];
    expect(seen.map(({ event, view }) => [event.type, view.value])).toEqual(all);
    expect(new Set(seen.map(({ view }) => view.sessionId)).size).toBe(1);
  });

  test('changes nothing of what happens', async () => {
    const plain = await rehearse(scenarioOf(inMemory));
    const events: RunEvent[] = [];
    const run = await startRun(scenarioOf(inMemory), { virtual: true, onEvent: (event) => events.push(event) });
    expect((await steps(run, () => true)).length).toBeGreaterThan(80);
    expect(toLines(events)).toBe(toLines(plain.events));
  });

  test.each([
    [
      'listener',
      () => true,
      () => {
        throw new Error('broken');
      },
    ],
    [
      'choice of agents',
      () => {
        throw new Error('broken');
      },
      () => {},
    ],
  ])('a %s that throws hears no more, and harms nobody', async (_, watches, listener) => {
    const warned = new Promise<string>((resolve) => process.once('warning', ({ message }) => resolve(message)));
    const run = await startRun(scenarioOf(inMemory), { virtual: true });
    let calls = 0;
    const counted =
      <A extends unknown[], R>(fn: (...args: A) => R) =>
      (...args: A): R => {
        calls++;
        return fn(...args);
      };
    if (_ === 'listener') run.inspect(watches, counted(listener));
    else run.inspect(counted(watches), listener);
    expect(await run.finished).toMatchObject({ status: 'done', agents: { done: 10, failed: 0 } });
    expect(calls).toBe(1);
    expect(await warned).toBe('An inspector threw and hears no more: broken');
  });

  test('is for one at a time, and the end of one that was replaced does not end the other', async () => {
    const run = await open();
    const seen: string[] = [];
    const forget = run.inspect(
      () => true,
      () => seen.push('first'),
    );
    const forgetSecond = run.inspect(
      () => true,
      () => seen.push('second'),
    );
    await next(run, 'agent.waiting', 'clerk/1');
    forget();
    run.send({ type: 'agent.pause', agent: 'clerk/0' });
    expect(seen).toEqual(['second']);
    forgetSecond();
    run.send({ type: 'agent.resume', agent: 'clerk/0' });
    expect(seen).toEqual(['second']);
    await drain(run);
  });
});

test('a message of the user’s is told as such, and counted', async () => {
  const run = await open();
  await next(run, 'agent.waiting', 'clerk/1');
  const sent = next(run, 'message.sent');
  expect(run.send({ type: 'run.send', text: 'hello' })).toBe(2);
  expect(await sent).toMatchObject({
    agent: 'user',
    message: { id: expect.stringMatching(/^m[\d-]+$/), from: 'user', body: 'hello' },
  });
  expect((await drain(run)).messages).toBe(2);
});

describe('a run in which nobody is there yet', () => {
  const agents = { clerk: { sessions: { per: 'user' }, model: 'clerk' } };
  const models = { clerk: { rules: [{ reply: 'x' }] } };
  const sources = { desk: { http: true, to: 'clerk' } };
  const start = (changes: object = {}) =>
    startRun(scenarioOf({ ...inMemory, models, agents, sources, tools: {}, ...changes }));

  test('ends when it is asked to', async () => {
    const run = await start();
    await next(run, 'run.started');
    expect(run.send({ type: 'run.drain', reason: 'over' })).toBe(0);
    expect(await run.finished).toMatchObject({ status: 'interrupted', agents: { total: 0 } });
    // Also when it has ended.
    expect(run.send({ type: 'run.drain', reason: 'over' })).toBe(0);
  });

  test('ends when its time is over', async () => {
    const run = await start({ until: { time: '50ms' } });
    expect(await run.finished).toMatchObject({ agents: { total: 0 } });
  });
});
