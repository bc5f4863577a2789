import { expect, test } from 'vitest';
import { type AgentContext, createContext } from '../../src/agent/context.ts';
import { noteMessage } from '../../src/agent/observe.ts';
import { noteRestart, setAside, toNextLife } from '../../src/supervisor/next-life.ts';
import { createHarness } from '../agent/harness.ts';
import { toMessage } from '../messages.ts';

const error = { code: 'MODEL_FAILED', message: 'no' };

function failed(changes: Partial<AgentContext> = {}) {
  const { env, memory, specs, events } = createHarness({ decide: () => ({}) });
  const context = { ...createContext({ spec: specs[0]! }), ...changes };
  return { env, memory, events, context };
}

test('a life goes on with the transcript that was stored and the messages that wait', () => {
  const message = toMessage({ id: 'm1', from: 'a', to: 'b' });
  const { env, context } = failed();
  noteMessage(env, context, message);
  context.work.transcript.push({ role: 'user', content: 'stored' }, { role: 'user', content: 'not stored' });
  context.work.handedOver = 1;
  const life = toNextLife(context);
  expect(life.transcript).toEqual([{ role: 'user', content: 'stored' }]);
  expect(life.mailbox).toEqual([message]);
  expect(life.seen.has('m1')).toBe(true);
});

test('time stands still between two lives, unless the observation begins anew', () => {
  const { context } = failed();
  context.work.wallLeftMs = 40;
  expect(toNextLife(context).wallLeftMs).toBeUndefined();
  context.work.point = { ...context.work.point, answered: false, deadlineAt: 100 };
  expect(toNextLife(context).wallLeftMs).toBe(40);
});

test('a message that was being answered is answered first', () => {
  const message = toMessage({ id: 'm1', from: 'a', to: 'b' });
  const { context } = failed({ messages: 1, observation: { kind: 'message', text: 'hi', message } });
  expect(toNextLife(context).mailbox).toEqual([message]);
});

test('a restart is written down with what was not written yet', async () => {
  const { env, memory, context } = failed();
  context.work.journal.push({ type: 'model.failed', turn: 1, at: 0, error });
  noteRestart(env, context, { error, attempt: 2, until: 700 });
  const journal = await memory.journal('run', 'agent/0');
  expect(journal.map(({ type }) => type)).toEqual(['model.failed', 'restarting']);
  expect(journal[1]).toMatchObject({ turn: 1, attempt: 2, until: 700 });
  expect(toNextLife(context)).toMatchObject({ attempts: 2, retryAt: 700 });
});

test('what is set aside is a dead letter, and the agent stands behind it', async () => {
  const { env, memory, events, context } = failed({
    turn: 3,
    step: 2,
    taken: 2,
    observations: 2,
    answered: false,
    question: 'two',
  });
  const life = setAside(env, context, { error, attempts: 3 });
  expect(life.point).toMatchObject({ turn: 3, taken: 2, observations: 2, answered: true });
  expect(events.at(-1)).toMatchObject({ type: 'agent.set-aside', turn: 3, observation: 'two', attempts: 3, error });
  expect(await memory.snapshot('run', 'agent/0')).toMatchObject({ status: 'running', turn: 3, taken: 2, setAside: 1 });
});

test('an observation that could not be taken is skipped', () => {
  const { env, context } = failed({ turn: 3, taken: 2, observations: 2, answered: true });
  expect(setAside(env, context, { error, attempts: 1 }).point).toMatchObject({ turn: 4, taken: 3, observations: 3 });
});
