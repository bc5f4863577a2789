import { describe, expect, test } from 'vitest';
import { parseLine, TAPE_VERSION } from '../../../src/base/tape/parse-line.ts';
import { HEADER } from './requests.ts';

const header = { tape: TAPE_VERSION, ...HEADER };
const model = {
  model: 'm',
  agent: 'a/0',
  call: '1/model',
  ms: 5,
  same: 0,
  new: [{ as: 'user', digests: ['x'], head: '"Go"' }],
  decision: {
    toolCalls: [{ id: '1', name: 'search', args: {} }],
    final: false,
    usage: { inputTokens: 1, outputTokens: 2, costUsd: 0.5 },
    serviceMs: 4,
  },
};
const tool = {
  tool: 'search',
  agent: 'a/0',
  call: '1/1',
  ms: 5,
  args: {},
  result: { isError: false, content: null, serviceMs: 5 },
  acts: [
    { at: 0, mail: 'send', with: ['a/1', 'hi'] },
    { at: 1, remember: { key: 'k', text: 't', shared: false } },
    { at: 1, log: 'x' },
    { at: 2, tell: { type: 'server.up', server: 's', tools: 1 } },
  ],
};

const parse = (value: unknown, isFirst = false) => parseLine(JSON.stringify(value), isFirst);

describe('a line', () => {
  test('is read as it was written, with what is not known here', () => {
    expect(parse({ ...header, more: 1 }, true)).toEqual({ ...header, more: 1 });
    expect(parse({ ...model, decision: { ...model.decision, flaw: 'x', more: [1] } })).toEqual({
      ...model,
      decision: { ...model.decision, flaw: 'x', more: [1] },
    });
    expect(JSON.stringify(parse(tool))).toBe(JSON.stringify(tool));
  });

  test('may hold any names', () => {
    const args = '{"__proto__":{"constructor":1}}';
    const line = parseLine(JSON.stringify(tool).replace('"args":{}', `"args":${args}`), false);
    expect(JSON.stringify((line as typeof tool).args)).toBe(args);
  });

  test.each<[string, string, boolean, string]>([
    ['no JSON', '{"a":', false, 'it is no JSON'],
    ['no object', '[1]', false, 'it is no object'],
    ['no tape', '{"type":"run.started"}', true, 'it is no tape, which begins with what run it is of'],
    ['a second beginning', '{"tape":1}', false, 'it is a second beginning; a tape holds one run'],
    ['a newer tape', '{"tape":3}', true, 'it is of version 3, and this troupe knows version 2 alone'],
  ])('that is %s is refused', (_, text, isFirst, problem) => {
    expect(() => parseLine(text, isFirst)).toThrow(problem);
  });

  test.each<[string, unknown, boolean, RegExp]>([
    ['a header without a seed', { ...header, seed: undefined }, true, /^seed: /],
    ['a tool without a description', { ...header, tools: { t: {} } }, true, /^tools\.t\.description: /],
    ['no agent', { ...model, agent: 1 }, false, /^agent: /],
    ['no time', { ...tool, ms: -1 }, false, /^ms: /],
    ['no outcome', { ...model, decision: undefined }, false, /^it: has no outcome$/],
    ['two outcomes', { ...model, error: { code: 'X', message: 'y' } }, false, /^it: has no outcome$/],
    [
      'calls of another kind',
      { ...model, decision: { ...model.decision, toolCalls: [1] } },
      false,
      /^decision\.toolCalls\.0: /,
    ],
    ['no arguments', { ...tool, args: [] }, false, /^args: /],
    ['no result', { ...tool, result: {} }, false, /^result\.isError: /],
    ['an unknown act', { ...tool, acts: [{ at: 1, jump: 1 }] }, false, /^acts\.0: /],
    ['another kind of line', { x: 1 }, false, /^agent: /],
  ])('with %s is refused, with the place', (_, value, isFirst, problem) => {
    expect(() => parse(value, isFirst)).toThrow(problem);
  });
});
