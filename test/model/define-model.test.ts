import { describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../src/base/clock.ts';
import { defineModel } from '../../src/model/define-model.ts';
import { context, observe, request } from './requests.ts';

describe('defineModel', () => {
  test('a text is a final reply', async () => {
    const echo = defineModel({ name: 'echo', decide: ({ observation }) => `You said ${observation.text}` });
    expect(await echo.decide(request(observe('hi')), context())).toEqual({
      reply: 'You said hi',
      toolCalls: [],
      final: true,
      usage: { inputTokens: 0, outputTokens: 0 },
      serviceMs: 0,
    });
  });

  test('an empty text is a reply too', async () => {
    const quiet = defineModel({ name: 'quiet', decide: () => '' });
    expect(await quiet.decide(request(), context())).toMatchObject({ reply: '', final: true });
  });

  test('calls get ids in order, and are not final unless it says so', async () => {
    const calls = [
      { name: 'search', args: { query: 'disk' } },
      { name: 'metrics', args: {} },
    ];
    const caller = (final?: boolean) =>
      defineModel({ name: 'caller', decide: async () => ({ toolCalls: calls, final, usage: { outputTokens: 7 } }) });
    expect(await caller().decide(request(observe('x'), { turn: 3 }), context())).toMatchObject({
      toolCalls: [
        { id: 'call-3-1', name: 'search' },
        { id: 'call-3-2', name: 'metrics' },
      ],
      final: false,
      usage: { inputTokens: 0, outputTokens: 7 },
    });
    expect(await caller(true).decide(request(), context())).toMatchObject({ final: true });
  });

  test('what it took is measured by the run’s clock', async () => {
    const clock = createVirtualClock();
    const waiting = defineModel({
      name: 'waiting',
      async decide(_, call) {
        await call.sleep(750);
        return 'ok';
      },
    });
    expect((await waiting.decide(request(), context(clock))).serviceMs).toBe(750);
  });

  test('a throw and a wrong shape are rejections', async () => {
    const broken = defineModel({
      name: 'broken',
      decide: () => {
        throw new Error('boom');
      },
    });
    await expect(broken.decide(request(), context())).rejects.toThrow('boom');
    const wrong = defineModel({ name: 'wrong', decide: () => 7 as never });
    await expect(wrong.decide(request(), context())).rejects.toThrow(
      'Cannot use the answer of model "wrong": it must be a decision, not 7',
    );
  });

  test('refuses an empty name', () => {
    expect(() => defineModel({ name: '', decide: () => 'x' })).toThrow(TypeError);
  });
});
