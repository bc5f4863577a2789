import { describe, expect, test } from 'vitest';
import { createContext } from '../../src/agent/context.ts';
import {
  continueTime,
  hasObservation,
  holdTime,
  isFinished,
  isOverTurns,
  nextObservation,
  noteObservation,
} from '../../src/agent/observe.ts';
import type { Message } from '../../src/protocol.ts';
import { createHarness } from './harness.ts';

const message: Message = { id: 'm1', from: 'b/0', to: 'agent/0', body: 'hello', at: 0 };

function start(options: Partial<Parameters<typeof createHarness>[0]> = {}) {
  const { env, specs } = createHarness({ decide: () => ({}), ...options });
  return { env, context: createContext({ spec: specs[0]! }) };
}

describe('what comes next', () => {
  test('messages before the agent’s own list, since somebody may wait for an answer', () => {
    const { env, context } = start();
    const next = nextObservation(env, { ...context, mailbox: [message, { ...message, id: 'm2' }] });
    expect(next).toMatchObject({ turn: 1, step: 1, observation: { kind: 'message', text: 'hello', message } });
    expect(next.mailbox).toHaveLength(1);
    expect(next.taken).toBeUndefined();
  });

  test('results of the last calls before anything new', () => {
    const { env, context } = start();
    const result = { callId: 'c', name: 'a', isError: false, content: { n: 1 }, serviceMs: 1 };
    const transcript = [{ role: 'tool', callId: 'c', name: 'a', isError: false, content: '{"n":1}' } as const];
    const decision = { toolCalls: [], final: false, usage: { inputTokens: 0, outputTokens: 0 }, serviceMs: 0 };
    const busy = { ...context, turn: 1, step: 1, answered: false, decision, results: [result], mailbox: [message] };
    expect(nextObservation(env, { ...busy, work: { ...context.work, transcript } })).toMatchObject({
      turn: 2,
      step: 2,
      observation: { kind: 'results', text: '{"n":1}', results: [result] },
    });
  });

  test('a dealt row has its text by the template, its own `text`, or as JSON', () => {
    const row = { data: { text: 'own', n: 1 } };
    const text = (items: object[], group = {}) => {
      const { env, context } = start({ items: items as never, group });
      return nextObservation(env, context).observation;
    };
    expect(text([row])).toEqual({ kind: 'observation', text: 'own', data: row.data });
    expect(text([{ data: { n: 1 } }])?.text).toBe('{"n":1}');
    expect(text([row], { observe: { items: [], inbox: false, text: '{{ data.n }} for {{ agent }}' } })?.text).toBe(
      '1 for agent/0',
    );
  });
});

test('an agent is finished when nothing is left and nothing can come', () => {
  const { context } = start();
  expect([hasObservation(context), isFinished(context)]).toEqual([true, false]);
  const worked = { ...context, taken: 1 };
  expect([hasObservation(worked), isFinished(worked)]).toEqual([false, true]);
  const open = start({ group: { observe: { items: [], inbox: true } } }).context;
  expect(isFinished({ ...open, taken: 1 })).toBe(false);
});

test('turns are counted for one observation', () => {
  const { context } = start();
  expect(isOverTurns({ ...context, step: 8, answered: false })).toBe(true);
  expect(isOverTurns({ ...context, step: 7, answered: false })).toBe(false);
  expect(isOverTurns({ ...context, step: 8, answered: true })).toBe(false);
});

describe('the time of an observation', () => {
  const busy = () => {
    const { env, context } = start({ group: { limits: { turns: 8, identicalCalls: 3, wallMs: 1_000 } } });
    const expired: number[] = [];
    const expire = () => void expired.push(env.clock.elapsed());
    const working = { ...context, ...nextObservation(env, context) };
    noteObservation(env, working, expire);
    return { env, working, expire, expired };
  };

  test('is over when it is used up', async () => {
    const { env, expired } = busy();
    await env.clock.sleep(5_000);
    expect(expired).toEqual([1_000]);
  });

  test('stands still while it is held, however often', async () => {
    const { env, working, expire, expired } = busy();
    await env.clock.sleep(400);
    holdTime(env, working);
    await env.clock.sleep(50_000);
    holdTime(env, working);
    continueTime(env, working, expire);
    continueTime(env, working, expire);
    await env.clock.sleep(100);
    holdTime(env, working);
    await env.clock.sleep(50_000);
    continueTime(env, working, expire);
    await env.clock.sleep(10_000);
    expect(expired).toEqual([101_000]);
  });

  test('of one that has been answered is over, and does not begin again', async () => {
    const { env, working, expire, expired } = busy();
    holdTime(env, working);
    continueTime(env, { ...working, answered: true }, expire);
    expect(working.work.wallLeftMs).toBeUndefined();
    holdTime(env, { ...working, answered: true });
    expect(working.work.wallLeftMs).toBeUndefined();
    await env.clock.sleep(10_000);
    expect(expired).toEqual([]);
  });

  test('of an agent that has no observation cannot be held', () => {
    const { env, context } = start();
    holdTime(env, { ...context, answered: false });
    continueTime(env, context, () => expect.unreachable());
    expect(context.work).toMatchObject({ wallTimer: undefined, wallLeftMs: undefined });
  });
});
