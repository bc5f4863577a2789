import { describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../../src/base/clock.ts';
import { TryContext } from '../../../src/model/gate/try-context.ts';
import type { RunFact } from '../../../src/protocol.ts';
import { ToldContext } from './crowd.ts';

function draw(context: { random: { next(): number } }): number[] {
  return Array.from({ length: 5 }, () => context.random.next());
}

describe('TryContext', () => {
  const clock = createVirtualClock();

  test('is the call to the model', () => {
    const facts: RunFact[] = [];
    const call = new ToldContext(clock, facts);
    call.user = 'ada';
    const context = new TryContext(call, 1);
    expect([context.agent, context.turn, context.callId, context.user, context.clock]).toEqual([
      call.agent,
      call.turn,
      call.callId,
      'ada',
      clock,
    ]);
    const fact: RunFact = { type: 'model.restored', model: 'm', downMs: 1 };
    context.tell(fact);
    expect(facts).toEqual([fact]);
  });

  test('the first try has the chance of the call, others their own', () => {
    const alone = draw(new ToldContext(clock));
    expect(draw(new TryContext(new ToldContext(clock), 1))).toEqual(alone);
    const second = draw(new TryContext(new ToldContext(clock), 2));
    expect(second).not.toEqual(alone);
    expect(draw(new TryContext(new ToldContext(clock), 2))).toEqual(second);
    expect(draw(new TryContext(new ToldContext(clock), 3))).not.toEqual(second);
  });

  test('ends alone', () => {
    const call = new ToldContext(clock);
    const context = new TryContext(call, 1);
    context.abort(new Error('late'));
    expect([context.isAborted, call.isAborted]).toEqual([true, false]);
  });

  test('passes on text while it lasts, if somebody watches', () => {
    expect(new TryContext(new ToldContext(clock), 1).onText).toBeUndefined();
    const texts: string[] = [];
    const call = Object.assign(new ToldContext(clock), { onText: (text: string) => texts.push(text) });
    const context = new TryContext(call, 1);
    const { onText } = context;
    onText?.('a');
    context.abort();
    onText?.('b');
    expect(texts).toEqual(['a']);
  });
});
