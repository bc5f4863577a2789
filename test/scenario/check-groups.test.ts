import { expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/load.ts';
import { edit, FOLDER, refusal } from './refusals.ts';

/** What is changed in the valid scenario, to what, and the one line it is refused with. */
const REFUSED: [string, string, string][] = [
  ['model: m', 'model: n', 'f.yaml:11:12: agents.a.model: unknown model "n"; did you mean "m"?'],
  ['model: m', 'model: zebra', 'f.yaml:11:12: agents.a.model: unknown model "zebra"; here are m'],
  ['model: m', 'model: toString', 'f.yaml:11:12: agents.a.model: unknown model "toString"; here are m'],
  ['tools: [t]', 'tools: [t, tt]', 'f.yaml:12:16: agents.a.tools.1: unknown tool "tt"; did you mean "t"?'],
  ['tools: [t]', 'tools: [t, t]', 'f.yaml:12:16: agents.a.tools.1: tool "t" is listed twice'],
  ['    count: 2\n', '', 'f.yaml:9:3: agents.a: has no members; give it count, each, list, spawn or sessions'],
  [
    'count: 2',
    'count: 2\n    list: [{}]',
    'f.yaml:11:5: agents.a.list: expected only one of count, each, list, spawn, sessions, found count and list',
  ],
  ['count: 2', 'list: []', 'f.yaml:10:11: agents.a.list: expected at least one row, found an empty list'],
  ['count: 2', 'each: no.jsonl', 'f.yaml:10:11: agents.a.each: cannot open file "no.jsonl": it does not exist'],
  ['count: 2', 'each: text', 'f.yaml:10:11: agents.a.each: cannot open file "text": it is not a file'],
  [
    'observe: hello',
    'observe: []',
    'f.yaml:13:5: agents.a.observe: leaves the agents nothing to observe; give observe: a text, items, each, or inbox: true',
  ],
  [
    'observe: hello',
    'observe: { inbox: false }',
    'f.yaml:13:5: agents.a.observe: leaves the agents nothing to observe; give observe: a text, items, each, or inbox: true',
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
];

test.each(REFUSED)('refuses, with place and reason, %j as %j', (from, to, line) => {
  expect(refusal(edit(from, to)).map((text) => text.slice(0, line.length))).toContain(line);
});

test.each([
  ['address: "p-{{ row.name }}"', { address: 'p-{{ row.name }}' }],
  ['subscribe: ["t-{{ index }}"]', { subscribe: ['t-{{ index }}'] }],
])('leaves %s to be filled in for each agent', (line, expected) => {
  const text = edit('observe: hello', `observe: hello\n    ${line}`);
  expect(parseScenario(text, { name: 'f.yaml', folder: FOLDER }).agents.a).toMatchObject(expected);
  expect(refusal(text.replace(/row\.name|index/, 'rwo.x')).join()).toContain('unknown name "rwo"');
});

test('accepts tools and models that code brings along', () => {
  const text = edit('tools: [t]', 'tools: [t, mine]').replace('model: m', 'model: llm');
  const known = { tools: ['mine'], models: ['llm'] };
  expect(parseScenario(text, { name: 'f.yaml', folder: FOLDER, known }).agents.a?.tools).toEqual(['t', 'mine']);
});
