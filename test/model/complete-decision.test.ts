import { describe, expect, test } from 'vitest';
import { MODEL_KEPT_MAX_CHARS } from '../../src/base/limits.ts';
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

  test('keeps for the provider what goes with calls, up to a limit', () => {
    const kept = { parts: [{ type: 'reasoning', text: 'hm' }] };
    expect(complete({ toolCalls: [call], kept }).kept).toEqual(kept);
    expect(complete({ toolCalls: [call] })).not.toHaveProperty('kept');
    const long = 'x'.repeat(MODEL_KEPT_MAX_CHARS - 2);
    expect(complete({ toolCalls: [call], kept: long }).kept).toBe(long);
    for (const dropped of [
      { toolCalls: [call], kept: `${long}x` },
      { reply: 'hi', kept },
      { toolCalls: [call], kept, flaw: 'no' },
    ]) {
      expect(complete(dropped)).not.toHaveProperty('kept');
    }
  });

  test('keeps what is wrong with arguments, and the tokens that were in a cache', () => {
    const malformed = 'Cannot read the arguments: they are not JSON';
    const { toolCalls, usage } = complete({
      toolCalls: [{ ...call, malformed }],
      usage: { inputTokens: 9, outputTokens: 1, cachedInputTokens: 4 },
    });
    expect(toolCalls).toEqual([{ ...call, malformed }]);
    expect(usage).toEqual({ inputTokens: 9, outputTokens: 1, cachedInputTokens: 4 });
  });

  test('an answer with a flaw keeps its reply, but no calls, and answers nothing', () => {
    expect(complete({ reply: 'ok', flaw: 'It rhymes.', toolCalls: [call], final: true })).toMatchObject({
      reply: 'ok',
      flaw: 'It rhymes.',
      toolCalls: [],
      final: false,
    });
  });

  test('too many calls are a flaw', () => {
    const many = (count: number) => complete({ toolCalls: Array.from({ length: count }, () => call) });
    expect(many(128).toolCalls.length).toBe(128);
    expect(many(129)).toMatchObject({
      toolCalls: [],
      final: false,
      flaw: 'The answer has 129 tool calls, and at most 128 can be made at once, so none was made. Make fewer.',
    });
  });

  test('an id without end is replaced', () => {
    expect(complete({ toolCalls: [{ ...call, id: 'i'.repeat(10_000) }] }).toolCalls[0]?.id).toBe('call-2-1');
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
      /toolCalls\[0\]\.args: it holds a value that JSON does not have/,
    ],
    ['a big integer in them', { toolCalls: [{ ...call, args: { n: 1n } }] }, /it holds a value that JSON/],
    ['NaN in them', { toolCalls: [{ ...call, args: { n: [Number.NaN] } }] }, /it holds a value that JSON/],
    ['a date in them', { toolCalls: [{ ...call, args: { at: new Date(0) } }] }, /it holds a value that JSON/],
    ['a cycle in them', { toolCalls: [{ ...call, args: cycle }] }, /it holds a cycle/],
    ['endless nesting in them', { toolCalls: [{ ...call, args: deep(5_000) }] }, /it holds a cycle/],
    ['what is to be kept and is no JSON', { toolCalls: [call], kept: { at: new Date(0) } }, 'kept: it holds a value'],
    ['usage that is no object', { usage: 12 }, 'usage must be an object, not 12'],
    [
      'tokens as text',
      { usage: { inputTokens: '9' } },
      'usage.inputTokens must be a number of 0 or more, not a string',
    ],
    ['negative tokens', { usage: { outputTokens: -1 } }, 'usage.outputTokens must be a number of 0 or more, not -1'],
    ['cached tokens as text', { usage: { cachedInputTokens: '9' } }, 'usage.cachedInputTokens must be a number'],
    ['a flaw that is no text', { flaw: true }, 'flaw must be a text, not true'],
    ['a flaw of nothing', { flaw: '' }, 'flaw must be a text, not ""'],
    [
      'a name without end',
      { toolCalls: [{ ...call, name: 'n'.repeat(257) }] },
      'toolCalls[0].name must be a name of at most 256',
    ],
    [
      'what is wrong as a number',
      { toolCalls: [{ ...call, malformed: 1 }] },
      'toolCalls[0].malformed must be a text, not 1',
    ],
    [
      'a member that would be a prototype',
      { toolCalls: [{ ...call, args: JSON.parse('{"__proto__":1}') }] },
      /it holds a member/,
    ],
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
