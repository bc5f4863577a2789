import { describe, expect, test } from 'vitest';
import { createAgentMachine } from '../../src/agent/machine.ts';
import { calls, createHarness, timedTool, tool } from './harness.ts';

describe('the chart', () => {
  test('has exactly observe, decide, executing-tools, storing, done, failed and stopped', () => {
    const { env } = createHarness({ decide: () => ({ reply: 'x' }) });
    expect(Object.keys(createAgentMachine(env).config.states ?? {})).toEqual([
      'observe',
      'decide',
      'executing-tools',
      'storing',
      'done',
      'failed',
      'stopped',
    ]);
  });

  test('a turn tells its steps in order', async () => {
    const harness = createHarness({
      decide: ({ step }) => (step === 1 ? { toolCalls: calls('a', 'b') } : { reply: 'Done' }),
      tools: [tool('a', () => 1), tool('b', () => 2)],
    });
    expect(await harness.run()).toBe('finished');
    expect(harness.events.map((event) => event.type)).toEqual([
      'agent.started',
      'agent.observed',
      'agent.decided',
      'tool.started',
      'tool.started',
      'tool.finished',
      'tool.finished',
      'agent.stored',
      'agent.observed',
      'agent.decided',
      'agent.replied',
      'agent.stored',
      'agent.ended',
    ]);
    expect(harness.events.map((event) => event.seq)).toEqual(harness.events.map((_, i) => i + 1));
  });

  test('a final decision answers at once and finishes after its tools', async () => {
    const harness = createHarness({
      decide: async (_, context) => {
        await context.sleep(1_200);
        return { reply: 'Answer', toolCalls: calls('long', 'short'), final: true };
      },
      tools: [timedTool('long', 800, 'long'), timedTool('short', 500, 'short')],
    });
    await harness.run();
    expect(harness.ofType('agent.replied').map((event) => [event.at, event.reply])).toEqual([[1_200, 'Answer']]);
    expect(harness.ofType('tool.finished').map((event) => [event.at, event.result.content])).toEqual([
      [1_700, 'short'],
      [2_000, 'long'],
    ]);
    expect(harness.ofType('agent.ended')).toMatchObject([{ at: 2_000, status: 'done', turns: 1 }]);
    expect(harness.ofType('agent.decided')).toHaveLength(1);
  });

  test('works through its observations one after the other', async () => {
    const harness = createHarness({
      decide: ({ observation }) => ({ reply: `re ${observation.text}` }),
      items: [{ template: 'one {{ index }}' }, { data: { text: 'two' } }, { data: { n: 3 } }],
    });
    await harness.run();
    expect(harness.ofType('agent.replied').map((event) => event.reply)).toEqual(['re one 0', 're two', 're {"n":3}']);
  });
});

describe('limits', () => {
  test('turns for one observation', async () => {
    const harness = createHarness({
      decide: ({ turn }) => ({ toolCalls: [{ id: 'c', name: 'a', args: { turn } }] }),
      tools: [tool('a', () => 1)],
      group: { limits: { turns: 5, identicalCalls: 3, wallMs: 1e6 } },
    });
    await harness.run();
    expect(harness.ofType('agent.decided')).toHaveLength(5);
    expect(harness.ofType('agent.ended')).toMatchObject([
      {
        status: 'failed',
        error: { code: 'TURN_LIMIT', message: 'Cannot go on: one observation has used its 5 turns' },
      },
    ]);
  });

  test('the same calls decided three times in a row', async () => {
    const harness = createHarness({ decide: () => ({ toolCalls: calls('a') }), tools: [tool('a', () => 1)] });
    await harness.run();
    expect(harness.ofType('tool.finished')).toHaveLength(2);
    expect(harness.ofType('agent.ended')).toMatchObject([{ status: 'failed', error: { code: 'IDENTICAL_CALLS' } }]);
    // The last decision was paid for too, in the journal as well.
    const journal = await harness.memory.journal('run', 'agent/0');
    expect(journal.map(({ type }) => type).slice(-2)).toEqual(['model.refused', 'ended']);
    expect(harness.ofType('agent.decided')).toHaveLength(3);
    expect((await harness.memory.snapshot('run', 'agent/0'))?.spent?.calls).toBe(3);
  });

  test('the same calls with another decision in between are no circle', async () => {
    const harness = createHarness({
      decide: ({ step }) => (step < 8 ? { toolCalls: calls(step % 3 === 0 ? 'b' : 'a') } : { reply: 'x' }),
      tools: [tool('a', () => 1), tool('b', () => 1)],
    });
    await harness.run();
    expect(harness.ofType('agent.ended')).toMatchObject([{ status: 'done' }]);
  });

  test('the time of one observation, whatever is under way', async () => {
    let aborted = '';
    const harness = createHarness({
      decide: () => ({ toolCalls: calls('hang') }),
      tools: [
        tool('hang', (_, context) => {
          context.signal.addEventListener('abort', () => {
            aborted = (context.signal.reason as Error).message;
          });
          return new Promise(() => {});
        }),
      ],
      group: { limits: { turns: 8, identicalCalls: 3, wallMs: 7_000 } },
    });
    await harness.run();
    expect(harness.ofType('agent.ended')).toMatchObject([
      { at: 7_000, status: 'failed', error: { code: 'WALL_LIMIT' } },
    ]);
    expect(aborted).toBe('The observation has used its time');
  });
});

describe('faults', () => {
  test('a model that fails ends its agent with a typed error', async () => {
    const harness = createHarness({ decide: () => Promise.reject(new Error('no model')) });
    await harness.run();
    expect(harness.ofType('model.failed')).toMatchObject([{ error: { code: 'MODEL_FAILED' } }]);
    expect(harness.ofType('agent.ended')).toMatchObject([{ status: 'failed', error: { code: 'MODEL_FAILED' } }]);
    expect(await harness.memory.snapshot('run', 'agent/0')).toMatchObject({
      status: 'failed',
      error: { code: 'MODEL_FAILED' },
    });
  });

  test('a template that cannot be rendered fails its agent alone', async () => {
    const harness = createHarness({
      decide: () => ({ reply: 'ok' }),
      count: 3,
      items: [
        {
          template:
            '{% if index == 1 %}{{ "x" | date: index | slice }}{% assign q = index | divided_by: 0 %}{% endif %}',
        },
      ],
    });
    await harness.run();
    expect(harness.ofType('agent.ended').map((event) => [event.agent, event.status])).toEqual(
      expect.arrayContaining([
        ['agent/0', 'done'],
        ['agent/2', 'done'],
      ]),
    );
    expect(harness.ofType('agent.ended')).toHaveLength(3);
  });
});

test('an agent with an inbox waits in observe, and a message wakes it', async () => {
  const harness = createHarness({
    decide: ({ observation }) => ({ reply: `${observation.kind}: ${observation.text}` }),
    group: { observe: { items: [], inbox: true } },
    items: [],
    keepOpen: true,
  });
  const end = harness.run();
  await harness.clock.sleep(1_000);
  expect(harness.ofType('agent.waiting')).toMatchObject([{ agent: 'agent/0', for: 'a message' }]);
  harness.supervisor.office.input('user', 'agent/0', 'hello');
  await harness.clock.sleep(1_000);
  expect(harness.ofType('agent.replied')).toMatchObject([{ reply: 'message: hello' }]);
  expect(harness.ofType('agent.waiting')).toHaveLength(2);
  harness.supervisor.drain('enough');
  expect(await end).toBe('drained');
});
