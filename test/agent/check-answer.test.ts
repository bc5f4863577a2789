import { describe, expect, test } from 'vitest';
import { checkAnswer } from '../../src/agent/check-answer.ts';
import { createGroup } from '../../src/agent/environment.ts';
import type { GroupSpec } from '../../src/protocol.ts';
import { calls, createHarness, decision, timedTool } from './harness.ts';

const OUTPUT = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };

function groupWith(spec: Partial<GroupSpec>) {
  const { env, specs } = createHarness({ decide: () => ({}) });
  const { model } = env.groups.get('agent')!;
  const options = { params: {}, models: new Map([['model', model]]), tools: new Map(), sets: new Map() };
  return createGroup({ ...specs[0]!.group, ...spec }, options);
}

describe('checkAnswer', () => {
  const group = groupWith({ output: OUTPUT });

  test.each(['{"n":1}', ' {"n": 1} ', '```json\n{"n": 1}\n```', '```\n{"n":1}\n```\n'])('%j fits', (reply) => {
    const checked = checkAnswer(group, decision({ reply }));
    expect(checked.flaw).toBeUndefined();
    expect(JSON.parse(checked.reply ?? '')).toEqual({ n: 1 });
    expect(checked.reply).toBe('{"n":1}');
  });

  test.each([
    ['{"n":"1"}', '/n must be integer'],
    ['{}', "must have required property 'n'"],
    ['Sure! {"n":1}', 'it is not JSON'],
    ['', 'it is not JSON'],
    ['[1]', 'object'],
  ])('%j does not, and the flaw says why', (reply, why) => {
    const checked = checkAnswer(group, decision({ reply }));
    expect(checked).toMatchObject({ reply, final: false, toolCalls: [] });
    expect(checked.flaw).toContain(why);
  });

  test('a missing reply is a flaw, unless calls end the observation', () => {
    expect(checkAnswer(group, decision({})).flaw).toContain('missing');
    const final = decision({ toolCalls: calls('a'), final: true });
    expect(checkAnswer(group, final)).toBe(final);
  });

  test('what is no answer yet is left alone, and so is everything without an output', () => {
    const asking = decision({ toolCalls: calls('a'), reply: 'Let me look.' });
    expect(checkAnswer(group, asking)).toBe(asking);
    const free = decision({ reply: 'free text' });
    expect(checkAnswer(groupWith({}), free)).toBe(free);
  });
});

describe('an agent whose replies have to be JSON', () => {
  test('is told what is wrong, and its next answer counts', async () => {
    const asked: string[] = [];
    const harness = createHarness({
      group: { output: OUTPUT },
      decide: ({ observation, transcript }) => {
        asked.push(`${observation.kind}: ${transcript.at(-1)?.role}`);
        return { reply: observation.kind === 'correction' ? '{"n":2}' : 'two' };
      },
    });
    await harness.run();
    expect(asked).toEqual(['observation: user', 'correction: user']);
    expect(harness.ofType('agent.replied').map(({ reply, observation }) => [observation, reply])).toEqual([
      ['Go', '{"n":2}'],
    ]);
    expect(harness.ofType('agent.replied')[0]?.output).toEqual({ n: 2 });
    expect(harness.ofType('agent.ended')[0]?.status).toBe('done');
  });

  test('has failed at the third flaw in a row, and a good answer in between begins a new row', async () => {
    let answers = 0;
    const harness = createHarness({
      group: { output: OUTPUT },
      tools: [timedTool('look', 1, 'seen')],
      decide: () => {
        answers++;
        return answers === 3 ? { toolCalls: calls('look') } : { reply: 'no' };
      },
    });
    await harness.run();
    expect(answers).toBe(6);
    expect(harness.ofType('agent.decided')).toHaveLength(6);
    expect(harness.ofType('agent.ended')[0]).toMatchObject({ status: 'failed', error: { code: 'MODEL_ANSWER' } });
  });
});
