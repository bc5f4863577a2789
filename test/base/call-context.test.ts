import { describe, expect, test } from 'vitest';
import { CallContext } from '../../src/base/call-context.ts';
import { createVirtualClock } from '../../src/base/clock.ts';
import { TroupeError } from '../../src/base/errors.ts';
import { createRandom } from '../../src/base/random.ts';

function createContext(agent = 'a/1', callId = '1/0', seed = 1) {
  const clock = createVirtualClock();
  return { clock, context: new CallContext(agent, 1, callId, clock, createRandom(seed)) };
}

describe('random', () => {
  test('depends on the seed, the agent and the call alone', () => {
    const draw = (...args: Parameters<typeof createContext>) => createContext(...args).context.random.next();
    expect(draw()).toBe(draw());
    expect(new Set([draw(), draw('a/2'), draw('a/1', '1/1'), draw('a/1', '1/0', 2)]).size).toBe(4);
  });

  test('goes on where it was', () => {
    const { context } = createContext();
    expect(context.random.next()).not.toBe(context.random.next());
  });
});

describe('signal', () => {
  test('is made on demand and aborts with the reason', () => {
    const { context } = createContext();
    const { signal } = context;
    expect(context.signal).toBe(signal);
    expect(signal.aborted).toBe(false);
    const reason = new Error('enough');
    context.abort(reason);
    expect(signal.reason).toBe(reason);
  });

  test('asked for after the abort it is aborted', () => {
    const { context } = createContext();
    context.abort();
    expect(context.signal.aborted).toBe(true);
    expect(context.signal.reason).toBeInstanceOf(TroupeError);
    expect(context.signal.reason.code).toBe('ABORTED');
  });
});

describe('sleep', () => {
  test("waits on the run's clock", async () => {
    const { clock, context } = createContext();
    await context.sleep(250);
    expect(clock.elapsed()).toBe(250);
  });

  test('rejects with the reason as soon as the call is aborted, and leaves no timer behind', async () => {
    const { clock, context } = createContext();
    const reason = new Error('stopped');
    clock.setTimer(10, () => context.abort(reason));
    await expect(context.sleep(1_000)).rejects.toBe(reason);
    expect(clock.elapsed()).toBe(10);
    await clock.sleep(5);
    expect(clock.elapsed()).toBe(15);
  });

  test('after the abort it rejects at once', async () => {
    const { clock, context } = createContext();
    context.abort(new Error('stopped'));
    await expect(context.sleep(1_000)).rejects.toThrow('stopped');
    expect(clock.elapsed()).toBe(0);
  });

  test('one after the other works', async () => {
    const { clock, context } = createContext();
    await context.sleep(1);
    await context.sleep(2);
    expect(clock.elapsed()).toBe(3);
  });

  test('a dropped sleep does not become an unhandled rejection', async () => {
    const { clock, context } = createContext();
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listener);
    void context.sleep(1_000);
    context.abort();
    await clock.sleep(1);
    await new Promise(setImmediate);
    process.off('unhandledRejection', listener);
    expect(unhandled).toEqual([]);
  });
});

describe('onAbort', () => {
  test('tells every listener once, in the order in which they came, with the first reason', () => {
    const { context } = createContext();
    const heard: string[] = [];
    for (const name of ['a', 'b', 'c']) context.onAbort((reason) => heard.push(`${name} ${reason.message}`));
    context.abort(new Error('first'));
    context.abort(new Error('second'));
    expect(heard).toEqual(['a first', 'b first', 'c first']);
  });

  test('a listener that comes late is told at once', () => {
    const { context } = createContext();
    context.abort(new Error('gone'));
    let heard = '';
    context.onAbort((reason) => {
      heard = reason.message;
    });
    expect(heard).toBe('gone');
  });

  test('a listener that throws keeps nobody from hearing', async () => {
    const { context } = createContext();
    const { signal } = context;
    const sleeping = context.sleep(1_000);
    let heard = 0;
    context.onAbort(() => {
      throw new Error('mine');
    });
    context.onAbort(() => void heard++);
    context.abort(new Error('stopped'));
    context.onAbort(() => {
      throw new Error('late');
    });
    expect(heard).toBe(1);
    expect(signal.aborted).toBe(true);
    await expect(sleeping).rejects.toThrow('stopped');
  });

  test('without an abort nobody is told', async () => {
    const { context } = createContext();
    context.onAbort(() => expect.unreachable());
    await context.sleep(1);
  });
});

test('serviceMs is empty until the callee fills it', () => {
  const { context } = createContext();
  expect(context.serviceMs).toBeUndefined();
  context.serviceMs = 12.5;
  expect(context.serviceMs).toBe(12.5);
});
