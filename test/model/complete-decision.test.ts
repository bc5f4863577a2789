import { describe, expect, test } from 'vitest';
import { completeDecision } from '../../src/model/complete-decision.ts';

function complete(answer: unknown) {
  return completeDecision(answer, { model: 'mine', turn: 2, measuredMs: 9 });
}

const call = { id: 'a', name: 'search', args: {} };

describe('completeDecision', () => {
  test('leaves a whole decision as it is', () => {
    const decision = {
      reply: 'ok',
      toolCalls: [call],
      final: true,
      usage: { inputTokens: 1, outputTokens: 2 },
      serviceMs: 3,
    };
    expect(complete(decision)).toEqual(decision);
  });

  test('fills in what is left out', () => {
    expect(complete({})).toEqual({
      toolCalls: [],
      final: true,
      usage: { inputTokens: 0, outputTokens: 0 },
      serviceMs: 9,
    });
    expect(complete({ toolCalls: [call], usage: { inputTokens: 4 } })).toMatchObject({
      final: false,
      usage: { inputTokens: 4, outputTokens: 0 },
    });
  });

  test('takes over nothing else', () => {
    const answer = { reply: 'ok', raw: () => 1, toolCalls: [{ ...call, raw: () => 1 }] };
    expect(Object.keys(complete(answer)).sort()).toEqual(['final', 'reply', 'serviceMs', 'toolCalls', 'usage']);
    expect(complete(answer).toolCalls).toEqual([call]);
  });

  test('makes absent, empty and repeated ids unique; the first of each stays', () => {
    const ids = (...given: (string | undefined)[]) =>
      complete({ toolCalls: given.map((id) => ({ ...call, id })) }).toolCalls.map((made) => made.id);
    expect(ids(undefined)).toEqual(['call-2-1']);
    expect(ids('')).toEqual(['call-2-1']);
    expect(ids('a', 'b')).toEqual(['a', 'b']);
    expect(ids('a', 'a', '', 'a')).toEqual(['a', 'call-2-2', 'call-2-3', 'call-2-4']);
    expect(ids('call-2-2', '')).toEqual(['call-2-2', 'call-2-2x']);
    expect(ids('', 'call-2-1')).toEqual(['call-2-1x', 'call-2-1']);
  });

  const cycle: Record<string, unknown> = {};
  cycle.self = [cycle, cycle];
  const deep = (levels: number): object => (levels === 0 ? {} : { in: deep(levels - 1) });

  test.each([
    ['nothing', undefined, 'it must be a decision, not undefined'],
    ['null', null, 'it must be a decision, not null'],
    ['a list', [], 'it must be a decision, not a list'],
    ['a number', 7, 'it must be a decision, not 7'],
    ['a reply that is not text', { reply: { text: 'x' } }, 'reply must be a text, not an object'],
    ['final that is not true or false', { final: 'yes' }, 'final must be true or false, not a string'],
    ['calls that are no list', { toolCalls: {} }, 'toolCalls must be a list, not an object'],
    ['a call that is no object', { toolCalls: [call, 'search'] }, 'toolCalls[1] must be an object, not a string'],
    ['a call without a name', { toolCalls: [{ args: {} }] }, "toolCalls[0].name must be a tool's name, not undefined"],
    ['an empty name', { toolCalls: [{ ...call, name: '' }] }, 'toolCalls[0].name must be a tool\'s name, not ""'],
    ['an id that is no text', { toolCalls: [{ ...call, id: 1 }] }, 'toolCalls[0].id must be a text, not 1'],
    [
      'arguments as text',
      { toolCalls: [{ ...call, args: '{}' }] },
      'toolCalls[0].args must be a JSON object, not a string',
    ],
    [
      'arguments as a list',
      { toolCalls: [{ ...call, args: [] }] },
      'toolCalls[0].args must be a JSON object, not a list',
    ],
    ['no arguments', { toolCalls: [{ name: 'a' }] }, 'toolCalls[0].args must be a JSON object, not undefined'],
    [
      'a function in them',
      { toolCalls: [{ ...call, args: { f: () => 1 } }] },
      /toolCalls\[0\]\.args: it holds a cycle/,
    ],
    ['a big integer in them', { toolCalls: [{ ...call, args: { n: 1n } }] }, /it holds a cycle/],
    ['NaN in them', { toolCalls: [{ ...call, args: { n: [Number.NaN] } }] }, /it holds a cycle/],
    ['a date in them', { toolCalls: [{ ...call, args: { at: new Date(0) } }] }, /it holds a cycle/],
    ['a cycle in them', { toolCalls: [{ ...call, args: cycle }] }, /it holds a cycle/],
    ['endless nesting in them', { toolCalls: [{ ...call, args: deep(5_000) }] }, /it holds a cycle/],
    ['usage that is no object', { usage: 12 }, 'usage must be an object, not 12'],
    [
      'tokens as text',
      { usage: { inputTokens: '9' } },
      'usage.inputTokens must be a number of 0 or more, not a string',
    ],
    ['negative tokens', { usage: { outputTokens: -1 } }, 'usage.outputTokens must be a number of 0 or more, not -1'],
    ['a time that is none', { serviceMs: Number.NaN }, 'serviceMs must be a number of 0 or more, not NaN'],
  ])('refuses %s', (_, answer, problem) => {
    const refused = () => complete(answer);
    expect(refused).toThrow(problem);
    expect(refused).toThrow(/^Cannot use the answer of model "mine": /);
    expect(refused).toThrow(expect.objectContaining({ code: 'MODEL_FAILED' }));
  });

  test('takes arguments with a property that is there but undefined, as JSON leaves it out', () => {
    const { toolCalls } = complete({ toolCalls: [{ ...call, args: { a: undefined, b: deep(60) } }] });
    expect(JSON.parse(JSON.stringify(toolCalls[0]!.args))).toEqual({ b: deep(60) });
  });
});
