import { describe, expect, test } from 'vitest';
import type { CallContext } from '../../src/base/call-context.ts';
import { createVirtualClock } from '../../src/base/clock.ts';
import { TroupeError } from '../../src/base/errors.ts';
import { createGate } from '../../src/model/gate.ts';
import type { Model } from '../../src/model/model.ts';
import { ModelCallError } from '../../src/model/model-call-error.ts';
import type { Decision, ModelRequest } from '../../src/protocol.ts';
import { context, observe, request } from './requests.ts';

const never = new Promise<never>(() => undefined);
const decision: Decision = {
  reply: 'ok',
  toolCalls: [],
  final: true,
  usage: { inputTokens: 1, outputTokens: 1 },
  serviceMs: 5,
};

/** A model of any behaviour, as plain JavaScript could hand it over. */
function hostile(decide: (request: ModelRequest, context: CallContext) => unknown): Model {
  return { name: 'mine', decide: decide as Model['decide'] };
}

function sleeper(ms: number, seen: string[] = []): Model {
  return hostile(async ({ observation }, call) => {
    seen.push(observation.text);
    await call.sleep(ms);
    return decision;
  });
}

describe('concurrency', () => {
  test('lets so many in at once, the rest in the order in which they came', async () => {
    const clock = createVirtualClock();
    const seen: string[] = [];
    const gate = createGate(sleeper(100, seen), { concurrency: 2 });
    const calls = ['a', 'b', 'c', 'd', 'e'].map((text) => gate.decide(request(observe(text)), context(clock)));
    expect([gate.inFlight, gate.waiting, seen]).toEqual([2, 3, ['a', 'b']]);
    await calls[0];
    await clock.sleep(1);
    expect([gate.inFlight, gate.waiting, seen]).toEqual([2, 1, ['a', 'b', 'c', 'd']]);
    await Promise.all(calls);
    expect([gate.inFlight, gate.waiting, clock.elapsed()]).toEqual([0, 0, 300]);
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('is unlimited by default', async () => {
    const clock = createVirtualClock();
    const gate = createGate(sleeper(100));
    const calls = Array.from({ length: 1_000 }, () => gate.decide(request(), context(clock)));
    expect([gate.inFlight, gate.waiting]).toEqual([1_000, 0]);
    await Promise.all(calls);
    expect([gate.inFlight, clock.elapsed()]).toEqual([0, 100]);
  });

  test('a failed call gives its place back', async () => {
    const gate = createGate(
      hostile(() => {
        throw new Error('boom');
      }),
      { concurrency: 1 },
    );
    for (let i = 0; i < 3; i++) await expect(gate.decide(request(), context())).rejects.toThrow('boom');
    expect([gate.inFlight, gate.waiting]).toEqual([0, 0]);
  });

  test.each([
    { concurrency: 0 },
    { concurrency: 1.5 },
    { rpm: 0 },
    { tpm: Number.NaN },
    { retries: -1 },
  ])('refuses terms that are none: %o', (terms) => {
    expect(() => createGate(sleeper(1), terms)).toThrow(RangeError);
  });

  test('the time spent waiting is not part of what the model took', async () => {
    const clock = createVirtualClock();
    const unmeasured = hostile(async (_, call) => {
      await call.sleep(100);
      return { reply: 'ok' };
    });
    const gate = createGate(unmeasured, { concurrency: 1 });
    const [, second] = await Promise.all([1, 2].map(() => gate.decide(request(), context(clock))));
    expect([second!.serviceMs, clock.elapsed()]).toEqual([100, 200]);
  });
});

describe('abort', () => {
  test('a call that waits leaves at once, and its place goes to the next', async () => {
    const clock = createVirtualClock();
    const seen: string[] = [];
    const gate = createGate(sleeper(100, seen), { concurrency: 1 });
    const contexts = [1, 2, 3].map(() => context(clock));
    const calls = contexts.map((call, index) => gate.decide(request(observe(`${index}`)), call));
    contexts[1]!.abort(new TroupeError('ABORTED', 'stopped'));
    await expect(calls[1]).rejects.toMatchObject({ code: 'ABORTED', message: 'stopped' });
    expect([clock.elapsed(), gate.inFlight, gate.waiting]).toEqual([0, 1, 1]);
    await calls[2];
    expect([seen, clock.elapsed(), gate.inFlight, gate.waiting]).toEqual([['0', '2'], 200, 0, 0]);
  });

  test('a call that was aborted before never reaches the model', async () => {
    const seen: string[] = [];
    const call = context();
    call.abort(new Error('stopped'));
    for (const options of [{}, { concurrency: 1 }]) {
      const gate = createGate(sleeper(1, seen), options);
      await expect(gate.decide(request(), call)).rejects.toThrow('stopped');
      await gate.decide(request(observe('next')), context());
      expect([gate.inFlight, gate.waiting]).toEqual([0, 0]);
    }
    expect(seen).toEqual(['next', 'next']);
  });

  test('a call in flight rejects and gives its place back, even if the model goes on', async () => {
    const clock = createVirtualClock();
    const gate = createGate(
      hostile(() => never),
      { concurrency: 1 },
    );
    const contexts = [context(clock), context(clock)];
    const calls = contexts.map((call) => gate.decide(request(), call));
    contexts[0]!.abort(new Error('stopped'));
    await expect(calls[0]).rejects.toThrow('stopped');
    expect([gate.inFlight, gate.waiting]).toEqual([1, 0]);
    contexts[1]!.abort(new Error('stopped too'));
    await expect(calls[1]).rejects.toThrow('stopped too');
    expect([gate.inFlight, clock.elapsed()]).toEqual([0, 0]);
  });

  test('ten thousand that wait can leave together', async () => {
    const clock = createVirtualClock();
    const gate = createGate(sleeper(100), { concurrency: 1 });
    const contexts = Array.from({ length: 10_000 }, () => context(clock));
    const calls = contexts.map((call) => gate.decide(request(), call));
    const last = gate.decide(request(), context(clock));
    for (const call of contexts.slice(1)) call.abort(new Error('stopped'));
    const settled = await Promise.allSettled(calls);
    expect(settled.filter((call) => call.status === 'rejected')).toHaveLength(9_999);
    expect((await last).reply).toBe('ok');
    expect([gate.inFlight, gate.waiting, clock.elapsed()]).toEqual([0, 0, 200]);
  });
});

describe('deadline', () => {
  test('a model that never settles is given up, and its signal aborts', async () => {
    const clock = createVirtualClock();
    const gate = createGate(
      hostile(() => never),
      { timeoutMs: 500 },
    );
    const call = context(clock);
    const { signal } = call;
    await expect(gate.decide(request(), call)).rejects.toMatchObject({
      code: 'MODEL_TIMEOUT',
      message: 'Cannot wait longer for model "mine": no answer in 500 ms',
    });
    expect([clock.elapsed(), gate.inFlight, signal.aborted]).toEqual([500, 0, true]);
    expect(signal.reason).toMatchObject({ code: 'MODEL_TIMEOUT' });
  });

  test('is 120 s by default', async () => {
    const clock = createVirtualClock();
    await expect(createGate(hostile(() => never)).decide(request(), context(clock))).rejects.toThrow(
      'no answer in 120000 ms',
    );
    expect(clock.elapsed()).toBe(120_000);
  });

  test('counts from the moment the call has its place', async () => {
    const clock = createVirtualClock();
    const gate = createGate(sleeper(400), { concurrency: 1, timeoutMs: 500 });
    const calls = [1, 2, 3].map(() => gate.decide(request(), context(clock)));
    expect((await Promise.all(calls)).map((answer) => answer.reply)).toEqual(['ok', 'ok', 'ok']);
    expect(clock.elapsed()).toBe(1_200);
  });

  test('leaves no timer behind when the model was in time', async () => {
    const clock = createVirtualClock();
    await createGate(sleeper(10)).decide(request(), context(clock));
    await clock.sleep(1);
    expect(clock.elapsed()).toBe(11);
  });

  test.each([
    ['an answer', () => decision],
    ['a rejection', () => Promise.reject(new Error('late'))],
    ['a rejection with nothing', () => Promise.reject()],
  ])('%s that comes too late is ignored', async (_, late) => {
    const clock = createVirtualClock();
    const gate = createGate(
      hostile((__, call) => call.clock.sleep(900).then(late)),
      { timeoutMs: 500, concurrency: 1 },
    );
    await expect(gate.decide(request(), context(clock))).rejects.toMatchObject({ code: 'MODEL_TIMEOUT' });
    await clock.sleep(1_000);
    expect([gate.inFlight, gate.waiting]).toEqual([0, 0]);
  });
});

describe('hostile models', () => {
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  const unreadable = new Proxy(
    {},
    {
      getPrototypeOf() {
        throw new Error('no');
      },
      get() {
        throw new Error('no');
      },
    },
  );

  test.each([
    [
      'throws',
      () => {
        throw new Error('boom');
      },
      'Cannot decide with model "mine": boom',
    ],
    [
      'throws nothing',
      () => {
        throw undefined;
      },
      'Cannot decide with model "mine": Thrown value: undefined',
    ],
    ['rejects', () => Promise.reject(new Error('boom')), 'Cannot decide with model "mine": boom'],
    ['rejects with a text', () => Promise.reject('boom'), 'Cannot decide with model "mine": boom'],
    [
      'rejects with a cycle',
      () => Promise.reject(cyclic),
      'Cannot decide with model "mine": Thrown value that cannot be read',
    ],
    [
      'throws what cannot be read',
      () => {
        throw unreadable;
      },
      'Cannot decide with model "mine": Thrown value that cannot be read',
    ],
    ['answers what cannot be read', () => unreadable, 'Cannot decide with model "mine": no'],
    ['answers nothing', () => undefined, 'Cannot use the answer of model "mine": it must be a decision, not undefined'],
    [
      'answers a wrong shape',
      async () => ({ toolCalls: 'all' }),
      'Cannot use the answer of model "mine": toolCalls must be a list, not a string',
    ],
  ])('one that %s fails the call with an error of ours', async (_, decide, message) => {
    const gate = createGate(hostile(decide), { concurrency: 1 });
    await expect(gate.decide(request(), context())).rejects.toMatchObject({ code: 'MODEL_FAILED', message });
    expect(gate.inFlight).toBe(0);
  });

  test('an error that has a code keeps it', async () => {
    const gate = createGate(hostile(() => Promise.reject(new TroupeError('TEMPLATE', 'bad filter'))));
    await expect(gate.decide(request(), context())).rejects.toMatchObject({ code: 'TEMPLATE', message: 'bad filter' });
  });

  test('an answer without a promise, and one from a promise of another make, are taken', async () => {
    expect(await createGate(hostile(() => decision)).decide(request(), context())).toEqual(decision);
    const thenable = Object.fromEntries([['then', (resolve: (value: unknown) => void) => resolve(decision)]]);
    expect(await createGate(hostile(() => thenable)).decide(request(), context())).toEqual(decision);
  });

  test('what a decision leaves out is filled in, and call ids are made unique', async () => {
    const toolCalls = [
      { id: 'x', name: 'a', args: {} },
      { id: 'x', name: 'b', args: {} },
    ];
    const answered = await createGate(hostile(() => ({ toolCalls }))).decide(request(), context());
    expect(answered).toEqual({
      toolCalls: [toolCalls[0], { id: 'call-1-2', name: 'b', args: {} }],
      final: false,
      usage: { inputTokens: 0, outputTokens: 0 },
      serviceMs: 0,
    });
  });

  test('one that aborts its own call ends it once', async () => {
    const gate = createGate(
      hostile((_, call) => {
        call.abort(new Error('enough'));
        return decision;
      }),
      { concurrency: 1 },
    );
    await expect(gate.decide(request(), context())).rejects.toThrow('enough');
    expect([gate.inFlight, gate.waiting]).toEqual([0, 0]);
  });
});

describe('rates', () => {
  test('so many requests a minute, evenly, from the first on', async () => {
    const clock = createVirtualClock();
    const at: number[] = [];
    const timed = hostile(async () => {
      at.push(clock.elapsed());
      return decision;
    });
    const gate = createGate(timed, { rpm: 60 });
    await Promise.all([1, 2, 3, 4].map(() => gate.decide(request(), context(clock))));
    expect(at).toEqual([0, 975, 1_975, 2_975]);
  });

  test('so many tokens a minute: a large request goes when its turn comes, and those after it wait', async () => {
    const clock = createVirtualClock();
    const at: string[] = [];
    const timed = hostile(async ({ observation }) => {
      at.push(`${observation.text.length}@${clock.elapsed()}`);
      return { ...decision, usage: { inputTokens: observation.text.length / 4, outputTokens: 0 } };
    });
    const gate = createGate(timed, { tpm: 60_000, concurrency: 1 });
    await Promise.all(
      [400, 40_000, 400].map((length) => gate.decide(request(observe('x'.repeat(length))), context(clock))),
    );
    // 100 tokens, then 10,000, one a millisecond.
    expect(at).toEqual(['400@0', '40000@75', '400@10075']);
  });
});

describe('what is going on', () => {
  test('is there to be seen, as JSON', async () => {
    const clock = createVirtualClock();
    const gate = createGate(sleeper(100), { concurrency: 1 });
    const calls = [1, 2, 3].map(() => gate.decide(request(), context(clock)));
    expect(gate.stats()).toEqual({
      calls: 3,
      tries: 1,
      retries: 0,
      throttled: 0,
      trips: 0,
      waitMs: { p50: 0, p99: 0, max: 0 },
      concurrency: 1,
      state: 'open',
    });
    await Promise.all(calls);
    const { calls: made, tries, waitMs } = gate.stats();
    expect([made, tries, waitMs.max]).toEqual([3, 3, 200]);
    expect(waitMs.p50 / 100).toBeCloseTo(1, 0);
    expect(JSON.parse(JSON.stringify(createGate(sleeper(1)).stats()))).toEqual(createGate(sleeper(1)).stats());
  });

  test('says what has been learned', async () => {
    const clock = createVirtualClock();
    let tries = 0;
    const refusing = hostile(async (_, call) => {
      await call.sleep(10);
      if (++tries === 5) throw new ModelCallError('MODEL_FAILED', 'HTTP 429', { throttled: true, retryAfterMs: 500 });
      return decision;
    });
    const gate = createGate(refusing, { adaptive: true });
    await Promise.all(Array.from({ length: 20 }, () => gate.decide(request(), context(clock))));
    expect(gate.stats()).toMatchObject({ throttled: 1, concurrency: 9, learnedRpm: expect.any(Number) });
  });
});

test('closes the model, if that can be closed', async () => {
  let closed = 0;
  const close = async () => {
    closed++;
  };
  await createGate({ ...sleeper(1), close }).close?.();
  await createGate(sleeper(1)).close?.();
  expect(closed).toBe(1);
});
