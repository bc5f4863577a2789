import { describe, expect, test } from 'vitest';
import { createInMemoryStore } from '../../src/memory/in-memory.ts';
import type { Ends, JournalRecord } from '../../src/protocol.ts';
import { readAnswer } from '../../src/supervisor/read-answer.ts';
import { calls, decision } from '../agent/harness.ts';
import { toMessage } from '../messages.ts';

const asked = (id: string): JournalRecord => ({
  type: 'observed',
  turn: 1,
  at: 0,
  observation: { kind: 'message', text: 'how', message: toMessage({ id, kind: 'ask' }) },
});
const own: JournalRecord = { type: 'observed', turn: 1, at: 0, observation: { kind: 'observation', text: 'go' } };
const between = (kind: 'results' | 'correction'): JournalRecord => ({
  type: 'observed',
  turn: 2,
  at: 0,
  observation: { kind, text: '' },
});
const replied = (reply: string): JournalRecord => ({
  type: 'model.done',
  turn: 1,
  at: 0,
  decision: decision({ reply }),
});
const called: JournalRecord = { type: 'model.done', turn: 1, at: 0, decision: decision({ toolCalls: calls('a') }) };
const done = (ends: Ends): JournalRecord => ({
  type: 'tool.done',
  turn: 1,
  at: 0,
  result: { callId: 'c1', name: 'a', isError: false, content: 1, serviceMs: 0, ends },
});

async function read(...journal: JournalRecord[]) {
  const store = createInMemoryStore();
  await store.append('run', 'b/0', { journal, transcript: [] });
  return readAnswer(store, 'run', { agent: 'b/0', message: 'm1' });
}

test.each<[string, readonly JournalRecord[], string | undefined]>([
  ['at once', [asked('m1'), replied('yes')], 'yes'],
  ['after calls', [asked('m1'), called, between('results'), replied('yes')], 'yes'],
  ['after a correction', [asked('m1'), called, between('correction'), replied('yes')], 'yes'],
  ['among others', [asked('m0'), replied('no'), asked('m1'), replied('yes'), own, replied('no')], 'yes'],
  ['as the end of its life', [asked('m1'), called, done({ what: 'agent', reply: 'bye' })], 'bye'],
  ['by nobody: it was handed over', [asked('m1'), called, done({ what: 'observation' })], undefined],
  ['not yet', [asked('m1'), called], undefined],
  ['not before something else', [asked('m1'), called, own, replied('no')], undefined],
  ['not: it was never observed', [own, replied('no')], undefined],
  ['not: there is nothing', [], undefined],
])('what was answered %s', async (_, journal, text) =>
  expect(await read(...journal)).toEqual(text === undefined ? undefined : { from: 'b/0', text }));

describe('there will be no answer', () => {
  const error = { code: 'MODEL_FAILED', message: 'no idea' };
  const setAside: JournalRecord = { type: 'set-aside', turn: 1, at: 0, observation: 'how', error, attempts: 3 };
  const received = (id: string): JournalRecord => ({
    type: 'received',
    turn: 0,
    at: 0,
    message: toMessage({ id, kind: 'ask' }),
  });
  const dropped = (message: string): JournalRecord => ({ type: 'dropped', turn: 0, at: 0, message, reason: 'expired' });
  const ended = (failed: boolean): JournalRecord => ({
    type: 'ended',
    turn: 1,
    at: 0,
    status: failed ? 'failed' : 'done',
    ...(failed && { error }),
  });

  test.each<[string, readonly JournalRecord[], string]>([
    ['it was given up on', [received('m1'), asked('m1'), setAside], 'no idea'],
    ['who was asked has failed at it', [received('m1'), asked('m1'), ended(true)], 'no idea'],
    ['who was asked has ended before', [received('m1'), ended(false)], 'it has ended'],
    [
      'it waited for too long',
      [received('m0'), received('m1'), dropped('m1')],
      'the question was not observed (expired)',
    ],
    ['nothing was said', [received('m1'), asked('m1'), called, done({ what: 'agent' })], 'it has given no answer'],
  ])('%s', async (_, journal, reason) => {
    await expect(read(...journal)).rejects.toMatchObject({
      code: 'ASK_FAILED',
      message: `Cannot get an answer from "b/0": ${reason}`,
    });
  });

  test('is not so for what has become of others, before or after', async () => {
    expect(await read(received('m0'), dropped('m0'), received('m1'))).toBeUndefined();
    expect(await read(asked('m0'), setAside, asked('m1'))).toBeUndefined();
    // An observation that could not be taken, and an end, do not change what was said before.
    expect(await read(asked('m1'), replied('yes'), setAside, ended(true))).toEqual({ from: 'b/0', text: 'yes' });
  });
});

describe('what was handed over', () => {
  const handed = (id: string, ask: string): JournalRecord => ({
    type: 'observed',
    turn: 1,
    at: 0,
    observation: {
      kind: 'message',
      text: 'how',
      message: toMessage({ id, kind: 'handoff', answers: { ask, to: 'a/0' } }),
    },
  });
  const over = (to: string) => [called, done({ what: 'observation', to })];

  async function readOf(journals: Readonly<Record<string, readonly JournalRecord[]>>) {
    const store = createInMemoryStore();
    for (const [agent, journal] of Object.entries(journals))
      await store.append('run', agent, { journal, transcript: [] });
    return readAnswer(store, 'run', { agent: 'b/0', message: 'm1' });
  }

  test('is answered by the last who has it', async () => {
    const journals = {
      'b/0': [asked('m1'), ...over('c/0')],
      'c/0': [handed('h1', 'm1'), ...over('d/0')],
      'd/0': [handed('h0', 'm0'), replied('no'), handed('h2', 'm1'), replied('yes')],
    };
    expect(await readOf(journals)).toEqual({ from: 'd/0', text: 'yes' });
    expect(await readOf({ ...journals, 'd/0': [handed('h2', 'm1'), called] })).toBeUndefined();
  });

  test('and handed back is answered by the first', async () => {
    const back = [handed('h1', 'm1'), ...over('b/0')];
    const first = [asked('m1'), ...over('c/0')];
    expect(await readOf({ 'b/0': [...first, handed('h2', 'm1'), replied('yes')], 'c/0': back })).toEqual({
      from: 'b/0',
      text: 'yes',
    });
    expect(await readOf({ 'b/0': first, 'c/0': back })).toBeUndefined();
  });
});
