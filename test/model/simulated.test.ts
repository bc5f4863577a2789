import { describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../src/base/clock.ts';
import { createSimulatedModel } from '../../src/model/simulated.ts';
import type { Latency, SimulatedModelSpec, SimulatedRule } from '../../src/protocol.ts';
import { toMessage } from '../messages.ts';
import { answer, context, observe, request, results, simulated } from './requests.ts';

function model(spec: Partial<SimulatedModelSpec>, params = {}) {
  return createSimulatedModel('analyst', simulated(spec), { params });
}

function replyTo(rules: SimulatedRule[], observation = observe('disk is full'), more = {}) {
  return model({ rules }, { team: 'ops' })
    .decide(request(observation, more), context())
    .then((decision) => decision.reply);
}

describe('rules', () => {
  test('the first that fits answers', async () => {
    expect(await replyTo([{ ...answer('one') }, { ...answer('two') }])).toBe('one');
  });

  test('on: by the kind of the observation', async () => {
    const rules: SimulatedRule[] = [
      { ...answer('new'), on: 'observation' },
      { ...answer('back'), on: 'results' },
      { ...answer('told'), on: 'message' },
    ];
    const message = toMessage({ from: 'a/0', to: 'analyst/3' });
    expect(await replyTo(rules)).toBe('new');
    expect(await replyTo(rules, results({}))).toBe('back');
    expect(await replyTo(rules, { kind: 'message', text: 'hi', message })).toBe('told');
  });

  test('match: by a pattern anywhere in the text', async () => {
    const rules: SimulatedRule[] = [
      { ...answer('queue'), match: '(?i)QUEUE' },
      { ...answer('disk'), match: 'd[io]sk is' },
    ];
    expect(await replyTo(rules)).toBe('disk');
  });

  test('when: by a condition over the observation, results, row, index, turn, step, params and agent', async () => {
    const when =
      'observation.kind == "results" && observation.results[0].name == "search" && !observation.results[0].is_error' +
      ' && size(results.search) == 1 && row.host == "db-1" && index == 3 && turn == 7 && step == 2' +
      ' && params.team == "ops" && agent == "analyst/3"';
    const rules = [{ ...answer('yes'), when }, answer('no')];
    expect(await replyTo(rules, results({ search: ['hit'] }), { turn: 7, step: 2 })).toBe('yes');
    expect(await replyTo(rules, results({ search: [] }), { turn: 7, step: 2 })).toBe('no');
  });

  test('when: can ask whether an optional field is there', async () => {
    const rules = [
      { ...answer('high'), when: 'has(observation.data) && observation.data.severity == "high"' },
      answer('?'),
    ];
    expect(await replyTo(rules)).toBe('?');
    expect(await replyTo(rules, observe('x', { data: { severity: 'high' } }))).toBe('high');
  });

  test('on, match and when have to hold together', async () => {
    const rule: SimulatedRule = { ...answer('all'), on: 'observation', match: 'disk', when: 'index == 3' };
    expect(await replyTo([rule, answer('not')])).toBe('all');
    for (const other of [{ on: 'results' }, { match: 'queue' }, { when: 'index == 4' }] as const) {
      expect(await replyTo([{ ...rule, ...other }, answer('not')])).toBe('not');
    }
  });

  test('a condition that cannot be evaluated fails the call, naming the rule and the expression', async () => {
    const rules = [
      { ...answer('a'), match: 'never' },
      { ...answer('b'), when: 'size(results.search) == 0' },
      answer('c'),
    ];
    await expect(replyTo(rules)).rejects.toMatchObject({
      code: 'MODEL_FAILED',
      message:
        'Cannot answer with model "analyst": rule 2: Cannot evaluate "size(results.search) == 0": No such key: search',
    });
  });

  test('a condition that is neither true nor false fails the call', async () => {
    await expect(replyTo([{ ...answer('a'), when: 'index + 1' }])).rejects.toMatchObject({
      code: 'MODEL_FAILED',
      message:
        'Cannot answer with model "analyst": rule 1: Cannot decide by "index + 1": it must be true or false, not 4',
    });
  });

  test('when none fits, the error names the model, the kind and the first 80 characters of the text', async () => {
    const text = 'x'.repeat(100);
    await expect(replyTo([{ ...answer('a'), on: 'results' }], observe(text))).rejects.toMatchObject({
      code: 'MODEL_FAILED',
      message: `Cannot answer with model "analyst": no rule fits the observation of kind "observation" that starts "${'x'.repeat(80)}"`,
    });
  });
});

describe('sequence', () => {
  test('answers by turn, before any rule; past its end the rules decide', async () => {
    const steps = model({ sequence: [answer('first'), answer('second')], rules: [answer('rule')] });
    const replies = await Promise.all(
      [1, 2, 3].map((turn) => steps.decide(request(observe('x'), { turn }), context())),
    );
    expect(replies.map((decision) => decision.reply)).toEqual(['first', 'second', 'rule']);
  });
});

describe('answers', () => {
  test('calls have ids by turn and number, and values keep their types', async () => {
    const call = [
      { tool: 'search', args: { query: '{{ observation.text }} on {{ row.host }}', limit: '{{ params.limit }}' } },
      { tool: 'metrics', args: {} },
    ];
    const decision = await model({ rules: [{ call }] }, { limit: 3 }).decide(
      request(observe('disk full'), { turn: 5 }),
      context(),
    );
    expect(decision).toMatchObject({
      toolCalls: [
        { id: 'call-5-1', name: 'search', args: { query: 'disk full on db-1', limit: 3 } },
        { id: 'call-5-2', name: 'metrics', args: {} },
      ],
      final: false,
    });
    expect('reply' in decision).toBe(false);
  });

  test('a reply is text, whatever it is made of', async () => {
    expect(await replyTo([answer('{{ results.search }}')], results({ search: [1] }))).toBe('[1]');
    expect(
      await replyTo(
        [answer('See {{ results.search[0].title }}, {{ agent }}.')],
        results({ search: [{ title: 'Disk' }] }),
      ),
    ).toBe('See Disk, analyst/3.');
  });

  test('results are those of the last call of a name', async () => {
    const twice = results({ search: ['a'] });
    const observation = { ...twice, results: [...twice.results!, { ...twice.results![0]!, content: ['b'] }] };
    expect(await replyTo([answer('{{ results.search[0] }} of {{ observation.results.size }}')], observation)).toBe(
      'b of 2',
    );
  });

  test('final by default without calls; as written otherwise', async () => {
    const call = [{ tool: 'lookup', args: {} }];
    const rules: SimulatedRule[] = [
      { ...answer('a'), match: 'a' },
      { ...answer('b', { call }), match: 'b' },
      { ...answer('c', { call, final: true }), match: 'c' },
      { ...answer('d', { final: false }), match: 'd' },
    ];
    const finals = await Promise.all(
      [...'abcd'].map((text) => model({ rules }).decide(request(observe(text)), context())),
    );
    expect(finals.map((decision) => decision.final)).toEqual([true, false, true, false]);
  });

  test('arguments are made anew for each call, so that no tool can change those of another', async () => {
    const plain = model({ rules: [{ call: [{ tool: 'a', args: { deep: { list: [1] } } }] }] });
    const [one, two] = await Promise.all([plain.decide(request(), context()), plain.decide(request(), context())]);
    expect(one!.toolCalls[0]!.args).toEqual(two!.toolCalls[0]!.args);
    expect(one!.toolCalls[0]!.args).not.toBe(two!.toolCalls[0]!.args);
  });
});

describe('latency', () => {
  async function take(latency: Latency, seed: number, more: Partial<SimulatedRule> = {}) {
    const clock = createVirtualClock();
    const decision = await model({ latency, rules: [answer('ok', more)] }).decide(request(), context(clock, seed));
    expect(clock.elapsed()).toBe(decision.serviceMs);
    return decision.serviceMs;
  }

  test('a constant is waited on the run’s clock and reported', async () => {
    expect(await take({ kind: 'constant', ms: 1_200 }, 1)).toBe(1_200);
  });

  test('a range and a log-normal are drawn from the seed', async () => {
    for (const latency of [
      { kind: 'uniform', minMs: 100, maxMs: 200 },
      { kind: 'log-normal', medianMs: 1_200, p95Ms: 2_000 },
    ] as const) {
      const first = await take(latency, 7);
      expect(await take(latency, 7)).toBe(first);
      expect(await take(latency, 8)).not.toBe(first);
    }
  });

  test('a range stays within its ends', async () => {
    for (let seed = 0; seed < 100; seed++) {
      const ms = await take({ kind: 'uniform', minMs: 100, maxMs: 200 }, seed);
      expect(ms).toBeGreaterThanOrEqual(100);
      expect(ms).toBeLessThanOrEqual(200);
    }
  });

  test('a log-normal has its median and 95th percentile', async () => {
    const drawn: number[] = [];
    for (let seed = 0; seed < 2_000; seed++) {
      drawn.push(await take({ kind: 'log-normal', medianMs: 1_200, p95Ms: 2_000 }, seed));
    }
    drawn.sort((a, b) => a - b);
    expect(drawn[1_000]! / 1_200).toBeCloseTo(1, 1);
    expect(drawn[1_900]! / 2_000).toBeCloseTo(1, 1);
  });

  test('an answer’s own replaces the model’s', async () => {
    expect(await take({ kind: 'constant', ms: 1_000 }, 1, { latency: { kind: 'constant', ms: 30 } })).toBe(30);
  });

  test('an aborted call rejects with the reason and leaves no timer behind', async () => {
    const clock = createVirtualClock();
    const call = context(clock);
    const deciding = model({ latency: { kind: 'constant', ms: 60_000 }, rules: [answer('ok')] }).decide(
      request(),
      call,
    );
    call.abort(new Error('stopped'));
    await expect(deciding).rejects.toThrow('stopped');
    await clock.sleep(1);
    expect(clock.elapsed()).toBe(1);
  });
});

describe('tokens', () => {
  test('are estimated from the text', async () => {
    const decision = await model({ rules: [answer('12345678')] }).decide(
      request(observe('1234'), { instructions: '12345678' }),
      context(),
    );
    expect(decision.usage).toEqual({ inputTokens: 3, outputTokens: 2 });
  });

  test('are as written where they are written', async () => {
    const rules = [answer('12345678', { tokens: { inputTokens: 900 } })];
    expect((await model({ rules }).decide(request(), context())).usage).toEqual({ inputTokens: 900, outputTokens: 2 });
  });
});

describe('failures', () => {
  const rules = [answer('ok')];

  /** The seeds of the calls that fail. */
  async function failing(failureRate: number, seeds: number): Promise<number[]> {
    const failed: number[] = [];
    const flaky = model({ rules, failureRate });
    for (let seed = 0; seed < seeds; seed++) {
      await flaky.decide(request(), context(createVirtualClock(), seed)).catch(() => failed.push(seed));
    }
    return failed;
  }

  test('come at about their rate, and the same ones for the same seeds', async () => {
    const failed = await failing(0.1, 2_000);
    expect(failed.length).toBeGreaterThan(160);
    expect(failed.length).toBeLessThan(240);
    expect(await failing(0.1, 2_000)).toEqual(failed);
  });

  test('never at rate 0, always at rate 1', async () => {
    expect(await failing(0, 200)).toEqual([]);
    expect((await failing(1, 200)).length).toBe(200);
  });

  test('of one run depend on the agent’s own calls alone', async () => {
    const flaky = model({ rules, failureRate: 0.5 });
    const outcomes = async (calls: number[]) =>
      new Map(
        await Promise.all(
          calls.map(async (call) => {
            const decided = flaky.decide(request(), context(createVirtualClock(), 42, `${call}/model`));
            return [
              call,
              await decided.then(
                () => true,
                () => false,
              ),
            ] as const;
          }),
        ),
      );
    const calls = Array.from({ length: 20 }, (_, i) => i);
    const forwards = await outcomes(calls);
    expect(new Set(forwards.values()).size).toBe(2);
    expect([...(await outcomes(calls.toReversed()))].toReversed()).toEqual([...forwards]);
  });

  test('take the latency first, and say that they were simulated', async () => {
    const clock = createVirtualClock();
    const flaky = model({ rules, failureRate: 1, latency: { kind: 'constant', ms: 250 } });
    await expect(flaky.decide(request(), context(clock))).rejects.toMatchObject({
      code: 'MODEL_FAILED',
      message: 'Cannot answer with model "analyst": a failure was simulated by its rate',
    });
    expect(clock.elapsed()).toBe(250);
  });

  test('fail: the call fails with the templated message', async () => {
    await expect(replyTo([{ call: [], fail: 'out of credit on {{ row.host }}' }])).rejects.toMatchObject({
      code: 'MODEL_FAILED',
      message: 'Cannot answer with model "analyst": out of credit on db-1',
    });
  });
});

describe('creation refuses', () => {
  test.each([
    [
      { rules: [answer('a'), answer('{{ reslts.x }}')] },
      /^Cannot create model "analyst": rule 2: .*unknown name "reslts"/,
    ],
    [{ rules: [{ ...answer('a'), match: 'a(' }] }, /^Cannot create model "analyst": rule 1: Cannot read pattern "a\("/],
    [{ rules: [{ ...answer('a'), when: '1 +' }] }, /^Cannot create model "analyst": rule 1: Cannot read expression/],
    [{ sequence: [answer('{{ x')] }, /^Cannot create model "analyst": step 1 of its sequence: Cannot read template/],
  ])('%j', (spec, message) => {
    expect(() => model(spec)).toThrow(message);
  });
});
