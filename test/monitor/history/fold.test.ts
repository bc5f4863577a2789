import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fold } from '../../../src/monitor/history/fold.ts';
import { History } from '../../../src/monitor/history/history.ts';
import { AGENT_STATES } from '../../../src/monitor/states.ts';
import type { DeadReason, Message, RunEvent, RunFact } from '../../../src/protocol.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import { anyEvents, DECISION, factOf, messageOf, record, specsOf } from '../recorded.ts';

const A = 'a/0';
const call = { id: 'c1', name: 'lookup', args: {} };
const result = (isError = false) => ({ callId: 'c1', name: 'lookup', isError, content: null, serviceMs: 1 });
const started: RunFact = { type: 'agent.started', agent: A, group: 'a' };
const observed: RunFact = { type: 'agent.observed', agent: A, turn: 1, observation: { kind: 'results', text: '' } };
const decided = (calls: number): RunFact => ({
  type: 'agent.decided',
  agent: A,
  turn: 1,
  model: 'clerk',
  decision: { ...DECISION, toolCalls: Array(calls).fill(call) },
  durationMs: 40,
});
const finished = (isError = false): RunFact => ({
  type: 'tool.finished',
  agent: A,
  turn: 1,
  result: result(isError),
  durationMs: 5,
});
const stored: RunFact = { type: 'agent.stored', agent: A, turn: 1 };
const waits = (what: string): RunFact => ({ type: 'agent.waiting', agent: A, for: what });
const paused: RunFact = { type: 'agent.paused', agent: A };
const resumed: RunFact = { type: 'agent.resumed', agent: A };
const ended = (status: 'done' | 'failed' | 'stopped'): RunFact => ({
  type: 'agent.ended',
  agent: A,
  status,
  turns: 1,
  criticalPathMs: 0,
});

function foldOf(facts: readonly RunFact[], agents = 1) {
  const history = new History(specsOf(agents));
  const fold = history.start();
  const states = facts.map((fact, i) => {
    history.append({ seq: i + 1, at: i, ...fact } as RunEvent);
    history.advance(fold);
    return AGENT_STATES[fold.states[0]!];
  });
  return { fold, states, history };
}

const flowOf = (fold: Fold) =>
  Object.fromEntries(
    [...fold.flow].flatMap((count, place) => {
      const [from, to] = [Math.floor(place / AGENT_STATES.length), place % AGENT_STATES.length];
      return count === 0 ? [] : [[`${AGENT_STATES[from]}>${AGENT_STATES[to]}`, count]];
    }),
  );

describe('where an agent is', () => {
  test('a turn with two calls and one with a reply alone', () => {
    const { states, fold } = foldOf([
      started,
      observed,
      decided(2),
      finished(),
      finished(true),
      stored,
      observed,
      decided(0),
      stored,
      ended('done'),
    ]);
    expect(states).toEqual([
      'observe',
      'decide',
      'executing-tools',
      'executing-tools',
      'storing',
      'observe',
      'decide',
      'storing',
      'observe',
      'done',
    ]);
    expect(flowOf(fold)).toEqual({
      'observe>decide': 2,
      'decide>executing-tools': 1,
      'executing-tools>storing': 1,
      'decide>storing': 1,
      'storing>observe': 2,
      'observe>done': 1,
    });
    expect(fold.totals).toEqual({
      turns: 2,
      replies: 0,
      modelCalls: 2,
      toolCalls: 2,
      toolFailures: 1,
      failures: 1,
      messages: 0,
    });
  });

  test('waiting and being paused are rests of observe, and no transitions', () => {
    const { states, fold } = foldOf([
      started,
      waits('a message'),
      paused,
      resumed,
      waits('a message'),
      observed,
      paused,
      decided(0),
      stored,
      waits('to be resumed'),
      resumed,
      observed,
    ]);
    expect(states).toEqual([
      'observe',
      'waiting',
      'paused',
      'observe',
      'waiting',
      'decide',
      'decide',
      'storing',
      'observe',
      'paused',
      'observe',
      'decide',
    ]);
    expect(flowOf(fold)).toEqual({ 'observe>decide': 2, 'decide>storing': 1, 'storing>observe': 1 });
  });

  test('one that is paused before its start stays unstarted until then', () => {
    expect(foldOf([paused, started, waits('to be resumed')]).states).toEqual(['unstarted', 'observe', 'paused']);
  });

  test('what waits for the end of the run is not paused', () => {
    expect(foldOf([started, waits('the end of the run')]).states).toEqual(['observe', 'waiting']);
  });

  test('failing is a transition, being stopped is none', () => {
    const failing = foldOf([started, observed, decided(1), ended('failed')]);
    expect(failing.states.at(-1)).toBe('failed');
    expect(flowOf(failing.fold)).toMatchObject({ 'executing-tools>failed': 1 });
    expect(failing.fold.totals.failures).toBe(1);
    const stopped = foldOf([started, observed, ended('stopped')]);
    expect(stopped.states.at(-1)).toBe('stopped');
    expect(flowOf(stopped.fold)).toEqual({ 'observe>decide': 1 });
  });

  test('one that starts again does not wait for calls of its life before', () => {
    const { states } = foldOf([started, observed, decided(3), started, observed, decided(1), finished()]);
    expect(states.slice(-2)).toEqual(['executing-tools', 'storing']);
  });
});

test('a message counts whoever sends it: an agent, the user, or one the run has not', () => {
  const sent = (from: string): RunFact => ({
    type: 'message.sent',
    agent: from,
    message: messageOf({ from, to: A }),
  });
  expect(foldOf([sent(A), sent('user'), sent('gone/3')]).fold.totals.messages).toBe(3);
});

test('events of agents the run has not change nothing', () => {
  const { fold } = foldOf([
    { ...started, agent: 'gone/3' } as RunFact,
    { ...observed, agent: 'gone/3' } as RunFact,
    { type: 'run.draining', reason: 'x' },
  ]);
  expect(fold.seq).toBe(3);
  expect(fold.totals.turns).toBe(0);
  expect([...fold.counts]).toEqual([1, ...Array(AGENT_STATES.length - 1).fill(0)]);
});

test('whatever comes, every agent is in exactly one state, and the counts say in which', () => {
  const agents = ['a/0', 'a/1', 'a/2'];
  fc.assert(
    fc.property(anyEvents(agents), (events) => {
      const { fold } = foldOf(events, agents.length);
      const counted = AGENT_STATES.map((_, state) => fold.states.filter((each) => each === state).length);
      expect([...fold.counts]).toEqual(counted);
      expect(fold.seq).toBe(events.length);
      for (const total of Object.values(fold.totals)) expect(total).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('a clone goes its own way', () => {
  const { fold, history } = foldOf([started, observed]);
  const clone = fold.clone();
  history.append({ seq: 3, at: 3, ...decided(1) } as RunEvent);
  history.advance(clone);
  expect(AGENT_STATES[fold.states[0]!]).toBe('decide');
  expect([fold.totals.modelCalls, fold.models.size, fold.pending[0]]).toEqual([0, 0, 0]);
  expect([clone.totals.modelCalls, clone.models.size, clone.pending[0]]).toEqual([1, 1, 1]);
});

test('of a rehearsal it has the numbers of the summary', async () => {
  const { history, summary } = await record();
  const fold = history.foldAt(history.last);
  expect(fold.totals).toMatchObject({
    turns: summary.turns,
    replies: summary.replies,
    modelCalls: summary.modelCalls,
    toolCalls: summary.toolCalls.total,
    toolFailures: summary.toolCalls.failed,
    messages: summary.messages,
  });
  const { done, failed, stopped } = summary.agents;
  const counts = Object.fromEntries(AGENT_STATES.map((state, place) => [state, fold.counts[place]]));
  expect(counts).toMatchObject({ done, failed, stopped, unstarted: 0, waiting: 0 });
  expect(factOf('run.finished', '')).toMatchObject({ type: history.keptEvent(history.last)?.type });
});

describe('mailboxes', () => {
  const sent = (to = A, kind: Message['kind'] = 'tell'): RunFact => {
    return { type: 'message.sent', agent: 'user', message: messageOf({ from: 'user', to, kind }) };
  };
  const heard = (parts = 0): RunFact => {
    const gathered = parts === 0 ? {} : { parts: Array.from({ length: parts }, () => ({ from: 'a/1', body: '' })) };
    const observation = { kind: 'message', text: '', message: messageOf(gathered) } as const;
    return { type: 'agent.observed', agent: A, turn: 1, observation };
  };
  const dead = (reason: DeadReason): RunFact => {
    return { type: 'message.dead', letter: { message: messageOf(), reason, at: 0 } };
  };
  const restarting = factOf('agent.restarting', A);
  const waiting = (facts: readonly RunFact[]) => foldOf(facts).fold.mailboxes[0];

  test('grow with what is sent, and not with answers to asks', () => {
    expect(waiting([sent(), sent(A, 'ask'), sent(A, 'reply'), sent('gone/3')])).toBe(2);
  });

  test('shrink with what is observed, by all of its parts', () => {
    expect(waiting([sent(), sent(), heard()])).toBe(1);
    expect(waiting([sent(), sent(), sent(), heard(3)])).toBe(0);
    expect(waiting([sent(), observed])).toBe(1);
  });

  test('shrink with what had to give way, not with what never came in', () => {
    expect(waiting([sent(), sent(), dead('dropped'), dead('no-such-agent'), dead('full')])).toBe(1);
    expect(waiting([dead('expired')])).toBe(0);
  });

  test('are empty when their agents end', () => {
    expect(waiting([sent(), sent(), ended('failed')])).toBe(0);
  });

  test('a message that is observed again after a failure was taken once', () => {
    expect(waiting([sent(), sent(), heard(), restarting, heard()])).toBe(1);
    expect(waiting([sent(), sent(), heard(), factOf('agent.replied', A), restarting, heard()])).toBe(0);
  });

  test('one that waited has observed a message before it is told that it was sent', () => {
    expect(waiting([heard(), sent()])).toBe(0);
    expect(waiting([heard(), sent(), sent()])).toBe(1);
    expect(waiting([heard(2), sent(), sent(), sent()])).toBe(1);
  });

  test('what was there before the first event is not taken off what comes later', () => {
    const history = new History(specsOf(1));
    const facts: [number, RunFact][] = [
      [1, heard()],
      [5_000, sent()],
    ];
    for (const [at, fact] of facts) history.append({ seq: history.last + 1, at, ...fact } as RunEvent);
    expect(history.foldAt(history.last).mailboxes[0]).toBe(1);
  });

  test('of a debate that is over are empty, at its end and by a fold that was copied midway', async () => {
    const path = new URL('../../../scenarios/debate.yaml', import.meta.url).pathname;
    const { history, events } = await record(await loadScenario(path, { set: ['memory.store=in-memory'] }));
    const early = events.find(({ type }) => type === 'agent.observed')?.seq ?? 0;
    const copy = history.foldAt(early).clone();
    history.advance(copy);
    const last = events.findLast(({ type }) => type === 'agent.observed')?.seq ?? 0;
    for (const fold of [copy, history.foldAt(history.last)]) expect([...fold.mailboxes]).toEqual(Array(10).fill(0));
    // Without the ends of agents, which empty them anyway.
    expect([...history.foldAt(last).mailboxes].every((messages) => messages <= 5)).toBe(true);
  });
});
