import { describe, expect, test } from 'vitest';
import { TroupeError } from '../../../src/base/errors.ts';
import type { Ends, MailToolName, MailToolSpec } from '../../../src/protocol.ts';
import { runToolCall } from '../../../src/tools/call.ts';
import { createMailTool } from '../../../src/tools/mail/create-mail-tool.ts';
import type { Mail } from '../../../src/tools/tool.ts';
import { createContext } from '../tool-context.ts';

type Rest = Partial<MailToolSpec> & { readonly mail?: Partial<Mail> };

/** Calls a tool of that kind. @returns Its result, and what it says is over. */
async function use(builtin: MailToolName, args: object, { mail, ...spec }: Rest = {}) {
  const tool = createMailTool(builtin, { builtin, timeoutMs: 1_000, ...spec });
  const context = createContext(mail === undefined ? {} : { mail });
  const { isError, content } = await runToolCall({ id: '1', name: builtin, args: args as never }, tool, context);
  return { isError, content, ends: context.ends as Ends | undefined };
}

const none = { isError: false, ends: undefined };

const NAMES: readonly MailToolName[] = [
  'send',
  'ask',
  'publish',
  'subscribe',
  'unsubscribe',
  'delegate',
  'handoff',
  'spawn',
  'finish',
];

test.each(NAMES)('%s has a description and closed arguments, and works inside of the run alone', (builtin) => {
  const tool = createMailTool('mine', { builtin, timeoutMs: 70 });
  expect(tool).toMatchObject({ name: 'mine', timeoutMs: 70, effects: 'idempotent', external: false, internal: true });
  expect(tool.description).toMatch(/^[A-Z].{20,}\.$/);
  expect(tool.parameters).toMatchObject({ type: 'object', additionalProperties: false });
  const own = createMailTool('mine', { builtin, timeoutMs: 70, description: 'Mine.', effects: 'once' });
  expect(own).toMatchObject({ description: 'Mine.', effects: 'once' });
});

describe('send', () => {
  test('hands the message over, and does not wait', async () => {
    const sent: string[][] = [];
    const send = async (...message: string[]) => void sent.push(message);
    expect(await use('send', { to: 'b/2', body: 'hello' }, { mail: { send } })).toEqual({
      ...none,
      content: { sent: true },
    });
    expect(sent).toEqual([['b/2', 'hello']]);
  });

  test('an agent that is not there is an error in its own words', async () => {
    const error = new TroupeError('AGENT_UNKNOWN', 'Cannot send to "b/9": there is no such agent');
    const mail = { send: () => Promise.reject(error) };
    expect(await use('send', { to: 'b/9', body: 'x' }, { mail })).toMatchObject({
      isError: true,
      content: { error: 'Cannot send to "b/9": there is no such agent' },
    });
  });

  test.each([
    {},
    { to: 'b/2' },
    { body: 'x' },
    { to: '', body: 'x' },
    { to: 1, body: 'x' },
    { to: 'b/2', body: 'x', cc: 'c' },
    { to: 'b'.repeat(501), body: 'x' },
    { to: 'b/2', body: 'x'.repeat(100_001) },
  ])('sends nothing with %j', async (args) =>
    expect((await use('send', args, { mail: { send: async () => expect.unreachable() } })).isError).toBe(true));
});

describe('an answer', () => {
  test('to an ask has who gave it', async () => {
    const ask = async (to: string, body: string) => ({ from: `${to}/0`, text: `${body}!` });
    expect(await use('ask', { to: 'b', body: 'how' }, { mail: { ask } })).toEqual({
      ...none,
      content: { from: 'b/0', answer: 'how!' },
    });
  });

  test('of who was given a task, or started, is there if it was waited for', async () => {
    const given: unknown[] = [];
    const delegate = async (...args: unknown[]) => {
      given.push(args);
      return { to: 'b/1', text: 'done' };
    };
    const spec = { to: ['b'], policy: 'auction', best: 'highest', wait: true } as const;
    const { content } = await use('delegate', { task: 'dig' }, { mail: { delegate }, ...spec });
    expect(content).toEqual({ to: 'b/1', answer: 'done' });
    expect(given).toEqual([['b', 'dig', { policy: 'auction', best: 'highest', wait: true }]]);
    const spawn = async (_: string, __: string, options?: object) =>
      options === undefined ? expect.unreachable() : { agent: 'b/7', text: 'dug' };
    const started = await use('spawn', { task: 'dig' }, { mail: { spawn }, to: ['b'], wait: true });
    expect(started.content).toEqual({ agent: 'b/7', answer: 'dug' });
  });

  test('is not there otherwise', async () => {
    const given: unknown[] = [];
    const delegate = async (...args: unknown[]) => {
      given.push(args);
      return { to: 'b/1' };
    };
    const { content } = await use('delegate', { task: 'dig' }, { mail: { delegate }, to: ['b'] });
    expect([content, given]).toEqual([{ to: 'b/1', given: true }, [['b', 'dig', {}]]]);
    const spawn = async () => ({ agent: 'b/7' });
    expect((await use('spawn', { task: 'dig' }, { mail: { spawn }, to: ['b'] })).content).toEqual({
      agent: 'b/7',
      started: true,
    });
  });
});

test('topics are subscribed to, written to and left', async () => {
  const said: string[][] = [];
  const mail: Partial<Mail> = {
    publish: async (...args) => said.push(args),
    subscribe: async (...args) => void said.push(args),
    unsubscribe: async (...args) => void said.push(args),
  };
  const contents = [
    await use('subscribe', { topic: 't' }, { mail }),
    await use('publish', { topic: 't', body: 'x' }, { mail }),
    await use('unsubscribe', { topic: 't' }, { mail }),
  ].map(({ content }) => content);
  expect(contents).toEqual([
    { topic: 't', subscribed: true },
    { topic: 't', receivers: 2 },
    { topic: 't', subscribed: false },
  ]);
  expect(said).toEqual([['t'], ['t', 'x'], ['t']]);
});

test('a conversation is handed over with a note, or without one', async () => {
  const notes: string[][] = [];
  const handOff = async (to: string, note: string) => {
    notes.push([to, note]);
    return `${to}/0`;
  };
  expect((await use('handoff', { to: 'b', note: 'urgent' }, { mail: { handOff } })).content).toEqual({
    handed_to: 'b/0',
  });
  expect((await use('handoff', { to: 'b' }, { mail: { handOff } })).isError).toBe(false);
  expect(notes).toEqual([
    ['b', 'urgent'],
    ['b', ''],
  ]);
});

test('who finishes says so, with a last answer or without one', async () => {
  const content = { finished: true };
  expect(await use('finish', { reply: 'bye' })).toEqual({
    isError: false,
    content,
    ends: { what: 'agent', reply: 'bye' },
  });
  expect(await use('finish', {})).toEqual({ isError: false, content, ends: { what: 'agent' } });
});

describe('a tool for some alone', () => {
  const spec = { to: ['b', 'c/1', 'boss'] };
  const mail: Partial<Mail> = { send: async () => undefined };
  test.each(['b', 'b/2', 'c/1', 'boss'])('reaches %s', async (to) => {
    expect((await use('send', { to, body: 'x' }, { ...spec, mail })).isError).toBe(false);
  });

  test.each(['c/2', 'c', 'd', 'bb/1', 'boss2'])('does not reach %s, and says whom it does', async (to) => {
    const refused = { send: async () => expect.unreachable() };
    expect(await use('send', { to, body: 'x' }, { ...spec, mail: refused })).toMatchObject({
      isError: true,
      content: { error: `Cannot use tool "send" for "${to}": it is for b, c/1, boss alone` },
    });
  });

  test('is so for topics', async () => {
    const publish = async () => 0;
    expect((await use('publish', { topic: 't', body: 'x' }, { to: ['t'], mail: { publish } })).isError).toBe(false);
    expect((await use('publish', { topic: 'u', body: 'x' }, { to: ['t'], mail: { publish } })).isError).toBe(true);
  });
});
