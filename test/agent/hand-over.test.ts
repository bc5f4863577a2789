import { expect, test } from 'vitest';
import { createContext } from '../../src/agent/context.ts';
import { handOver } from '../../src/agent/hand-over.ts';
import type { JournalRecord, MemorySnapshot } from '../../src/protocol.ts';
import { createHarness } from './harness.ts';

const record = (turn: number): JournalRecord => ({ type: 'model.intended', turn, at: 0, model: 'm' });

test('hands over each record once, and the transcript only with a snapshot', async () => {
  const { env, memory, specs } = createHarness({ decide: () => ({}) });
  const context = createContext({ spec: specs[0]! });
  const { work } = context;
  work.transcript.push({ role: 'user', content: 'hi' });
  work.journal.push(record(1));
  await handOver(env, context);
  expect(await memory.transcript('run', 'agent/0')).toEqual([]);
  work.journal.push(record(2));
  const snapshot: MemorySnapshot = {
    agent: 'agent/0',
    status: 'running',
    turn: 1,
    step: 1,
    taken: 1,
    answered: true,
    at: 0,
  };
  await handOver(env, context, snapshot);
  expect(await memory.journal('run', 'agent/0')).toEqual([record(1), record(2)]);
  expect(await memory.transcript('run', 'agent/0')).toEqual([{ role: 'user', content: 'hi' }]);
});

test('remembers what it has handed over since the last stored turn', () => {
  const { env, specs } = createHarness({ decide: () => ({}) });
  const context = createContext({ spec: specs[0]! });
  for (const turn of [1, 2]) {
    context.work.journal.push(record(turn));
    void handOver(env, context);
  }
  expect(context.work.since).toEqual([record(1), record(2)]);
});
