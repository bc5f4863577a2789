import { expect, test } from 'vitest';
import { createContext } from '../../src/agent/context.ts';
import { decideWithin } from '../../src/agent/decide-within.ts';
import { createTokenCounter } from '../../src/model/token-counter.ts';
import { context as callContext, request } from '../model/requests.ts';
import { createHarness } from './harness.ts';

const LONG = { role: 'user', content: 'word '.repeat(400) } as const;

async function ask(spec: object) {
  const asked: number[] = [];
  const { env, specs } = createHarness({ decide: () => ({}) });
  const group = env.groups.get('agent')!;
  const model = {
    name: 'm',
    decide: async (sent: { transcript: readonly object[] }) => void asked.push(sent.transcript.length),
  };
  const context = createContext({ spec: specs[0]! });
  context.work.transcript.push(
    LONG,
    { role: 'assistant', content: 'Yes.', toolCalls: [] },
    { role: 'user', content: 'x' },
  );
  const limited = { ...group, model: model as never, spec: { ...group.spec, ...spec } };
  const asking = {
    group: limited,
    counter: await createTokenCounter({ provider: 'simulated' }),
    request: request(undefined, { transcript: context.work.transcript }),
    call: callContext(env.clock),
  };
  await decideWithin(env, context.work, asking).catch(() => undefined);
  return asked;
}

test('a conversation is made to fit where there is a context, and sent as it is elsewhere', async () => {
  expect(await ask({})).toEqual([3]);
  expect(await ask({ context: { tokens: 300, whenFull: 'trim' } })).toEqual([2]);
});
