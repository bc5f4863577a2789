import { expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/load.ts';
import { edit, FOLDER, refusal, simulatedOf } from './refusals.ts';

const ANSWER = 'observation, results, row, index, turn, step, attempt, params, agent';

/** What is changed in the valid scenario, to what, and the one line it is refused with. */
const REFUSED: [string, string, string][] = [
  ['{ t: {} }', '{ search: {} }', 'f.yaml:5:35: models.m.rules.0.call.0.search: unknown tool "search"; here are t'],
  ['{ t: {} }', 'search', 'f.yaml:5:33: models.m.rules.0.call.0: unknown tool "search"; here are t'],
  [
    'tools: [t]',
    'tools: []',
    'f.yaml:5:35: models.m.rules.0.call.0.t: no group with model "m" has the tool "t"; add it to agents.a.tools',
  ],
  [
    'reply: hi',
    'reply: "{{ args.x }}"',
    `f.yaml:5:22: models.m.rules.0.reply: Cannot read template "{{ args.x }}": unknown name "args"; here are ${ANSWER}`,
  ],
  [
    'reply: hi',
    'reply: "{{ row.x"',
    'f.yaml:5:22: models.m.rules.0.reply: Cannot read template "{{ row.x": output "{{ row.x" not closed, line:1, col:1',
  ],
  [
    '{ t: {} }',
    '{ t: { q: ["{{ x }}"] } }',
    `f.yaml:5:44: models.m.rules.0.call.0.t.q.0: Cannot read template "{{ x }}": unknown name "x"; here are ${ANSWER}`,
  ],
  [
    'reply: hi',
    `reply: "${'{{ row }}'.repeat(1_001)}"`,
    'f.yaml:5:22: models.m.rules.0.reply: expected at most 1000 tags in a template, found 1001',
  ],
  [
    'reply: hi',
    'reply: "{{ params.m }}"',
    'f.yaml:5:22: models.m.rules.0.reply: unknown parameter "m"; did you mean "n"?',
  ],
  [
    'reply: hi, call: [{ t: {} }]',
    'on: results',
    'f.yaml:5:13: models.m.rules.0: answers nothing; give it reply, call, fail or final',
  ],
  [
    '[{ reply: hi, call: [{ t: {} }] }]',
    '[]',
    'f.yaml:4:3: models.m: has nothing to answer; give it rules or a sequence',
  ],
  [
    'reply: hi',
    "reply: hi, when: 'turn >'",
    'f.yaml:5:32: models.m.rules.0.when: Cannot read expression "turn >": Unexpected token: EOF',
  ],
  [
    'reply: hi',
    "reply: hi, when: 'trn > 1'",
    `f.yaml:5:32: models.m.rules.0.when: Cannot read expression "trn > 1": unknown name "trn"; here are ${ANSWER}`,
  ],
  [
    'reply: hi',
    "reply: hi, match: '(a'",
    'f.yaml:5:33: models.m.rules.0.match: Cannot read pattern "(a": error parsing regexp: missing closing ): `(a`',
  ],
  [
    'rules: [{ reply: hi, call: [{ t: {} }] }]',
    'provider: simulatd\n    rules: [{ reply: hi }]',
    'f.yaml:5:15: models.m.provider: unknown provider "simulatd"; did you mean "simulated"?',
  ],
  ...['openai-compatible', '"@ai-sdk/openai-compatible"'].map((provider): [string, string, string] => [
    'rules: [{ reply: hi, call: [{ t: {} }] }]',
    `{ provider: ${provider}, model: x, simulate: { rules: [{ reply: hi }] } }`,
    `f.yaml:4:3: models.m: has no address: the provider ${provider.replaceAll('"', '')} needs that of its server; set base_url, such as http://127.0.0.1:11434/v1`,
  ]),
];

test.each(REFUSED)('refuses, with place and reason, %j as %j', (from, to, line) => {
  expect(refusal(edit(from, to)).map((text) => text.slice(0, line.length))).toContain(line);
});

const parse = (text: string) => parseScenario(text, { name: 'f.yaml', folder: FOLDER });

test('accepts a pattern that would backtrack for ever elsewhere, since RE2 does not', () => {
  const rule = simulatedOf(parse(edit('reply: hi', "reply: hi, match: '(a+)+$'")), 'm').rules[0];
  expect(rule?.match).toBe('(a+)+$');
});

test('accepts calls of a model no group uses', () => {
  expect(Object.keys(parse(edit('  m:', '  spare: { rules: [{ call: [t] }] }\n  m:')).models)).toEqual(['spare', 'm']);
});

test.each([
  ['an address that comes from the environment', '{ provider: openai-compatible, model: x, base_url: "${NO_SUCH}" }'],
  [
    'one that comes from a parameter',
    '{ provider: openai-compatible, model: x, base_url: "http://host/{{ params.n }}" }',
  ],
  ['a provider that has an address of its own', '{ provider: openai, model: x }'],
  ['any package as a provider', '{ provider: simulate, model: x }'],
])('accepts %s', (_, model) => {
  const text = edit('\n    rules: [{ reply: hi, call: [{ t: {} }] }]', ` ${model}`);
  expect(parse(text).models.m).toMatchObject({ model: 'x' });
});
