import { describe, expect, test } from 'vitest';
import { createContext } from '../../src/agent/context.ts';
import {
  continueTime,
  hasObservation,
  holdTime,
  isFinished,
  isNewMessage,
  isOverTurns,
  nextObservation,
  noteMessage,
  noteObservation,
  toUserText,
} from '../../src/agent/observe.ts';
import { SEEN_MAX } from '../../src/base/limits.ts';

import type { Message } from '../../src/protocol.ts';
import { toMessage } from '../messages.ts';
import { createHarness } from './harness.ts';

const message = toMessage({ id: 'm1', from: 'b/0', to: 'agent/0', body: 'hello' });

function start(options: Partial<Parameters<typeof createHarness>[0]> = {}) {
  const { env, specs } = createHarness({ decide: () => ({}), ...options });
  return { env, context: createContext({ spec: specs[0]! }) };
}

describe('what comes next', () => {
  test('messages before the agent’s own list, since somebody may wait for an answer', () => {
    const { env, context } = start();
    for (const id of ['m1', 'm2']) noteMessage(env, context, { ...message, id });
    const next = nextObservation(env, context);
    expect(next).toMatchObject({ turn: 1, step: 1, observation: { kind: 'message', text: 'hello', message } });
    expect(next.taken).toBeUndefined();
    noteObservation(env, { ...context, ...next }, () => undefined);
    expect([...(context.work.mailbox ?? [])].map(({ id }) => id)).toEqual(['m2']);
  });

  test('results of the last calls before anything new', () => {
    const { env, context } = start();
    const result = { callId: 'c', name: 'a', isError: false, content: { n: 1 }, serviceMs: 1 };
    const transcript = [{ role: 'tool', callId: 'c', name: 'a', isError: false, content: '{"n":1}' } as const];
    const decision = { toolCalls: [], final: false, usage: { inputTokens: 0, outputTokens: 0 }, serviceMs: 0 };
    const busy = { ...context, turn: 1, step: 1, answered: false, decision, results: [result] };
    noteMessage(env, context, message);
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

test('nobody is finished to whom a message has come, nor before the answer that ends its life is there', () => {
  const { env, context } = start({ items: [] });
  expect(isFinished(context)).toBe(true);
  expect(isFinished({ ...context, finished: true, answered: false })).toBe(false);
  noteMessage(env, context, message);
  expect([hasObservation(context), isFinished(context)]).toEqual([true, false]);
  // What it has been sent does not keep one that has said that its life is over.
  expect(isFinished({ ...context, finished: true })).toBe(true);
});

test('a part alone is nothing to decide about', () => {
  const { env, context } = start({ items: [] });
  noteMessage(env, context, { ...message, part: { batch: 'b', index: 0, of: 2 } });
  expect(hasObservation(context)).toBe(false);
  noteMessage(env, context, { ...message, id: 'm2', part: { batch: 'b', index: 1, of: 2 } });
  expect(hasObservation(context)).toBe(true);
  expect(nextObservation(env, context).cause).toMatchObject({ id: 'b', parts: [{ from: 'b/0' }, { from: 'b/0' }] });
});

describe('a message', () => {
  test('is written down when it comes, and is not new again, observed or not', async () => {
    const { env, context } = start();
    expect(isNewMessage(context, message)).toBe(true);
    noteMessage(env, context, message);
    expect(isNewMessage(context, message)).toBe(false);
    expect(await env.store.journal('run', 'agent/0')).toMatchObject([{ type: 'received', message }]);
    context.work.mailbox?.take();
    expect(isNewMessage(context, message)).toBe(false);
    expect(isNewMessage(context, { ...message, id: 'm2' })).toBe(true);
  });

  test('is not new if all parts of what it is a part of were observed', () => {
    const { env, context } = start({ items: [] });
    const part = (index: number, id: string): Message => ({ ...message, id, part: { batch: 'b', index, of: 2 } });
    for (const index of [0, 1]) noteMessage(env, context, part(index, `p${index}`));
    expect(isNewMessage(context, part(1, 'again'))).toBe(true);
    const observed = { ...context, ...nextObservation(env, context) };
    noteObservation(env, observed, () => {});
    expect(isNewMessage(observed, part(1, 'again'))).toBe(false);
    expect(isNewMessage(observed, { ...part(1, 'other'), part: { batch: 'c', index: 1, of: 2 } })).toBe(true);
    observed.work.wallTimer?.cancel();
  });

  test('is forgotten when too many have come after it', () => {
    const { env, context } = start();
    const isForgotten = (id: string): boolean => isNewMessage(context, { ...message, id });
    for (let i = 0; i < 5 * SEEN_MAX; i++) {
      noteMessage(env, context, { ...message, id: `m${i}` });
      context.work.mailbox?.take();
      // The last thousand are there.
      expect(isForgotten(`m${Math.max(0, i - SEEN_MAX + 1)}`)).toBe(false);
    }
    expect(isForgotten(`m${3 * SEEN_MAX - 1}`)).toBe(true);
  });

  test.each<[Partial<Message>, string]>([
    [{}, 'Message from b/0: hello'],
    [{ kind: 'input', from: 'user' }, 'Message from user: hello'],
    [{ kind: 'ask' }, 'b/0 asks: hello'],
    [{ kind: 'topic', topic: 'news "now"' }, 'On "news \\"now\\"", b/0 says: hello'],
    [{ kind: 'handoff' }, 'hello'],
    [{ kind: 'input', from: 'source:feed' }, 'hello'],
    [{ parts: [] }, 'hello'],
  ])('as %j is read as %j', (partial, text) => {
    expect(toUserText({ kind: 'message', text: 'hello', message: { ...message, ...partial } })).toBe(text);
  });

  test('that is a value too is one for rules and tools', () => {
    const { env, context } = start();
    noteMessage(env, context, { ...message, body: '{"n":1}', data: { n: 1 } });
    expect(nextObservation(env, context).observation).toMatchObject({ text: '{"n":1}', data: { n: 1 } });
  });
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
