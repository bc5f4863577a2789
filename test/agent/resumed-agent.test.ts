import { expect, test } from 'vitest';
import { START, toResultsObservation, toResumedAgent } from '../../src/agent/resumed-agent.ts';
import { SEEN_MAX } from '../../src/base/limits.ts';
import type { JournalRecord } from '../../src/protocol.ts';
import { toMessage } from '../messages.ts';
import { calls, decision } from './harness.ts';

const observation = { kind: 'observation', text: 'go' } as const;
const result = (callId: string) => ({ callId, name: callId, isError: false, content: callId, serviceMs: 1 });
const observed: JournalRecord = { type: 'observed', turn: 1, at: 5, observation };
const decided: JournalRecord = {
  type: 'model.done',
  turn: 1,
  at: 9,
  decision: decision({ toolCalls: calls('a', 'b') }),
};
const intended: JournalRecord = { type: 'tools.intended', turn: 1, at: 9, calls: ['c1', 'c2'] };
const done = (callId: string): JournalRecord => ({ type: 'tool.done', turn: 1, at: 12, result: result(callId) });
const none = { waiting: [], received: [] };
const resume = (...since: JournalRecord[]) => toResumedAgent(START, since, [], none);

test('a turn without a decision is done again from its beginning', () => {
  expect(resume().cut).toBeUndefined();
  expect(resume(observed, { type: 'model.intended', turn: 1, at: 5, model: 'm' }).cut).toBeUndefined();
});

test('a turn with a decision goes on with it', () => {
  const { cut } = resume(observed, decided);
  expect(cut).toMatchObject({ observation, isFirst: true, observedAt: 5, decision: { toolCalls: calls('a', 'b') } });
  expect([cut?.outcomes.size, cut?.unknown.size]).toEqual([0, 0]);
});

test('calls that were about to be made are unknown until there is an outcome', () => {
  const { cut } = resume(observed, decided, intended, done('c2'));
  expect([...(cut?.unknown ?? [])]).toEqual(['c1']);
  expect([...(cut?.outcomes.keys() ?? [])]).toEqual(['c2']);
});

test('a turn that was cut short twice is the same turn', () => {
  const again: JournalRecord = { type: 'tools.intended', turn: 1, at: 20, calls: ['c1'] };
  const { cut } = resume(observed, decided, intended, done('c2'), again, done('c1'));
  expect(cut?.unknown.size).toBe(0);
  expect(cut?.outcomes.size).toBe(2);
});

test('a later turn of an observation has its results back', () => {
  const point = { ...START, turn: 1, step: 1, answered: false, results: [result('c1'), result('c2')] };
  const results: JournalRecord = { type: 'observed', turn: 2, at: 30, observation: { kind: 'results', text: '' } };
  const { cut } = toResumedAgent(point, [results, { ...decided, turn: 2 } as JournalRecord], [], none);
  expect(cut).toMatchObject({ isFirst: false, observation: toResultsObservation(point.results) });
  expect(cut?.observation.text).toBe('c1\nc2');
});

test('messages that wait are there, and those that came last are known', () => {
  const message = (id: string) => toMessage({ id, from: 'a', to: 'b', body: id });
  const received = Array.from({ length: SEEN_MAX + 2 }, (_, i) => `m${i}`);
  const resumed = toResumedAgent(START, [], [], { waiting: [message('m3')], received });
  expect(resumed.mailbox).toEqual([message('m3')]);
  expect([...resumed.seen]).toEqual(received.slice(2));
});
