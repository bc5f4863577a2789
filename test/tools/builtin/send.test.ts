import { describe, expect, test } from 'vitest';
import { TroupeError } from '../../../src/base/errors.ts';
import { createSend } from '../../../src/tools/builtin/send.ts';
import { runToolCall } from '../../../src/tools/call.ts';
import { createContext } from '../tool-context.ts';

const tool = createSend('send', { builtin: 'send', timeoutMs: 1_000 });
const send = (args: object, send: (to: string, body: string) => void) =>
  runToolCall({ id: '1', name: 'send', args: args as never }, tool, createContext({ send }));

describe('send', () => {
  test('hands the message over', async () => {
    const sent: string[][] = [];
    const result = await send({ to: 'b/2', body: 'hello' }, (...message) => sent.push(message));
    expect(result).toMatchObject({ isError: false, content: { sent: true } });
    expect(sent).toEqual([['b/2', 'hello']]);
  });

  test('an agent that is not there is an error in its own words', async () => {
    const refuse = () => {
      throw new TroupeError('AGENT_UNKNOWN', 'Cannot send to "b/9": there is no such agent');
    };
    expect(await send({ to: 'b/9', body: 'x' }, refuse)).toMatchObject({
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
  ])('sends nothing with %j', async (args) =>
    expect((await send(args, () => expect.unreachable())).isError).toBe(true));
});
