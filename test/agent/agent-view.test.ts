import { expect, test } from 'vitest';
import { toAgentView } from '../../src/agent/agent-view.ts';
import { createContext } from '../../src/agent/context.ts';
import { Mailbox } from '../../src/messaging/mailbox.ts';
import { toMessage } from '../messages.ts';
import { createHarness, decision } from './harness.ts';

const { specs } = createHarness({ decide: () => ({}) });
const context = createContext({ spec: specs[0]! });
const view = (changes: object) =>
  toAgentView('x:7', { status: 'active', value: 'decide', context: { ...context, ...changes } } as never, 'agent/0');

test('an agent’s view is plain data, without what all agents share and without its transcript', () => {
  const shown = view({ turn: 3, reply: 'hi', decision: decision({ reply: 'hi' }) });
  expect(shown).toEqual({
    agent: 'agent/0',
    sessionId: 'x:7',
    status: 'active',
    value: 'decide',
    context: {
      group: 'agent',
      turn: 3,
      step: 0,
      taken: 0,
      observations: 0,
      messages: 0,
      question: '',
      decision: decision({ reply: 'hi' }),
      results: [],
      pending: 0,
      mailbox: 0,
      answered: true,
      finished: false,
      reply: 'hi',
      idle: false,
      paused: false,
      criticalPathMs: 0,
    },
  });
});

test('calls that still run are holes', () => {
  const result = { callId: 'c2', name: 'a', isError: false, content: 1, serviceMs: 1 };
  expect(view({ results: [undefined, result] }).context.results).toEqual([null, result]);
});

test('what it shows is a copy', () => {
  const made = decision({ reply: 'hi' });
  const shown = view({ decision: made });
  expect(shown.context.decision).toEqual(made);
  expect(shown.context.decision).not.toBe(made);
});

test('of its messages it shows how many wait, and the one that it answers', () => {
  const mailbox = new Mailbox();
  for (const id of ['m1', 'm2']) mailbox.push(toMessage({ id }));
  const cause = toMessage({ id: 'm0', kind: 'ask' });
  expect(view({ cause, work: { ...context.work, mailbox } }).context).toMatchObject({ mailbox: 2, cause });
});

test('an actor that failed while it was being made has no context', () => {
  const snapshot = { status: 'error', value: undefined, context: undefined } as never;
  expect(toAgentView('x:1', snapshot, 'agent/0')).toMatchObject({ status: 'error', context: {} });
});
