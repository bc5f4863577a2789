import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/load.ts';
import { edit, FOLDER, refusal, simulatedOf, VALID } from './refusals.ts';

const ANSWER = 'observation, results, row, index, turn, step, attempt, params, agent';

/** What is changed in the valid scenario, to what, and the one line it is refused with. */
const REFUSED: [string, string, string][] = [
  ['model: m', 'model: n', 'f.yaml:11:12: agents.a.model: unknown model "n"; did you mean "m"?'],
  ['model: m', 'model: zebra', 'f.yaml:11:12: agents.a.model: unknown model "zebra"; here are m'],
  ['model: m', 'model: toString', 'f.yaml:11:12: agents.a.model: unknown model "toString"; here are m'],
  ['tools: [t]', 'tools: [t, tt]', 'f.yaml:12:16: agents.a.tools.1: unknown tool "tt"; did you mean "t"?'],
  ['tools: [t]', 'tools: [t, t]', 'f.yaml:12:16: agents.a.tools.1: tool "t" is listed twice'],
  ['{ t: {} }', '{ search: {} }', 'f.yaml:5:35: models.m.rules.0.call.0.search: unknown tool "search"; here are t'],
  ['{ t: {} }', 'search', 'f.yaml:5:33: models.m.rules.0.call.0: unknown tool "search"; here are t'],
  [
    'tools: [t]',
    'tools: []',
    'f.yaml:5:35: models.m.rules.0.call.0.t: no group with model "m" has the tool "t"; add it to agents.a.tools',
  ],
  ['    count: 2\n', '', 'f.yaml:9:3: agents.a: has no members; give it count, each or list'],
  [
    'count: 2',
    'count: 2\n    list: [{}]',
    'f.yaml:11:5: agents.a.list: expected only one of count, each and list, found count and list',
  ],
  ['count: 2', 'list: []', 'f.yaml:10:11: agents.a.list: expected at least one row, found an empty list'],
  ['count: 2', 'each: no.jsonl', 'f.yaml:10:11: agents.a.each: cannot open file "no.jsonl": it does not exist'],
  ['count: 2', 'each: text', 'f.yaml:10:11: agents.a.each: cannot open file "text": it is not a file'],
  [
    'builtin: metrics',
    'builtin: search, folder: ./refusals.ts',
    'f.yaml:7:33: tools.t.folder: cannot open folder "./refusals.ts": it is not a folder',
  ],
  [
    'observe: hello',
    'observe: []',
    'f.yaml:13:5: agents.a.observe: leaves the agents nothing to observe; give a text, items, each, or inbox: true',
  ],
  [
    'observe: hello',
    'observe: { inbox: false }',
    'f.yaml:13:5: agents.a.observe: leaves the agents nothing to observe; give a text, items, each, or inbox: true',
  ],
  [
    'observe: hello',
    'observe: { items: x, text: y }',
    'f.yaml:13:26: agents.a.observe.text: is for the rows of each, which is not here; write it as one of the items, or give each',
  ],
  [
    'observe: hello',
    'observe: { each: no.jsonl }',
    'f.yaml:13:22: agents.a.observe.each: cannot open file "no.jsonl": it does not exist',
  ],
  [
    'observe: hello',
    'observe: ["{{ data.x }}"]',
    'f.yaml:13:15: agents.a.observe.0: Cannot read template "{{ data.x }}": unknown name "data"; here are index, row, params, agent',
  ],
  [
    'observe: hello',
    'observe: hello\n    instructions: "{{ rwo.x }}"',
    'f.yaml:14:19: agents.a.instructions: Cannot read template "{{ rwo.x }}": unknown name "rwo"; here are index, row, params, agent',
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
    'builtin: metrics',
    'builtin: simulated, result: ["{{ turn }}"]',
    'f.yaml:7:37: tools.t.result.0: Cannot read template "{{ turn }}": unknown name "turn"; here are args, agent, index, row, params',
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
    'expect:',
    'limits: { concurrency: { mm: 1 } }\nexpect:',
    'f.yaml:14:26: limits.concurrency.mm: unknown model "mm"; did you mean "m"?',
  ],
  [
    'agents.done == 2',
    'agents.dne == 2',
    'f.yaml:14:10: expect.0: unknown name "agents.dne"; did you mean "agents.done"?',
  ],
  [
    '[agents.done == 2]',
    "['agent == 2']",
    'f.yaml:14:10: expect.0: Cannot read expression "agent == 2": unknown name "agent"',
  ],
];

describe('static checks refuse, with place and reason,', () => {
  test.each(REFUSED)('%j as %j', (from, to, line) => {
    expect(refusal(edit(from, to)).map((text) => text.slice(0, line.length))).toContain(line);
  });

  test('a scenario without agents', () => {
    const text = `${VALID.slice(0, VALID.indexOf('agents:'))}agents: {}\n`;
    expect(refusal(text)).toEqual(['f.yaml:8:9: agents: expected at least one group of agents']);
  });
});

describe('static checks accept', () => {
  const parse = (text: string, known = {}) => parseScenario(text, { name: 'f.yaml', folder: FOLDER, known });

  test('tools and models that code brings along', () => {
    const text = edit('tools: [t]', 'tools: [t, mine]').replace('model: m', 'model: llm');
    expect(parse(text, { tools: ['mine'], models: ['llm'] }).agents.a?.tools).toEqual(['t', 'mine']);
  });
  test('a pattern that would backtrack for ever elsewhere, since RE2 does not', () => {
    const rule = simulatedOf(parse(edit('reply: hi', "reply: hi, match: '(a+)+$'")), 'm').rules[0];
    expect(rule?.match).toBe('(a+)+$');
  });
  test('a parameter that is missing when the template has a default', () => {
    expect(
      simulatedOf(parse(edit('reply: hi', "reply: '{{ params.x | default: 1 }}'")), 'm').rules[0]?.reply,
    ).toContain('default');
  });
  test('calls of a model no group uses', () => {
    expect(Object.keys(parse(edit('  m:', '  spare: { rules: [{ call: [t] }] }\n  m:')).models)).toEqual([
      'spare',
      'm',
    ]);
  });
});

test('money cannot be counted for a model from code, unless its price is declared', () => {
  const toScenario = (models: object) =>
    JSON.stringify({ name: 's', models, agents: { a: { count: 1, model: 'm', observe: 'x', budget: { usd: 1 } } } });
  const options = { name: 'f.yaml', folder: FOLDER, known: { models: ['m'] } };
  expect(() => parseScenario(toScenario({}), options)).toThrow('cannot be counted: model "m" has no price');
  const declared = { m: { provider: 'code', price: { input: 1, output: 1 } } };
  expect(parseScenario(toScenario(declared), options).agents.a?.budget?.usd).toBe(1);
});
