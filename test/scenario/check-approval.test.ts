import { expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/load.ts';
import { edit, FOLDER, refusal } from './refusals.ts';

const NAMES = 'here are tool, args, agent, row, params, user, session';
const simulated = 'builtin: simulated, approval:';

/** What is changed in the valid scenario, to what, and what it is refused with. */
const REFUSED: [string, string][] = [
  [`${simulated} { when: "args." }`, 'tools.t.approval.when: Cannot read expression "args."'],
  [`${simulated} { when: "" }`, 'tools.t.approval.when: '],
  [`${simulated} { when: "cost > 1" }`, 'tools.t.approval.when: Cannot read expression "cost > 1"'],
  [
    `${simulated} { simulate: { answer: edit } }`,
    'tools.t.approval.simulate.answer: edit needs args; give the arguments',
  ],
  [
    `${simulated} { simulate: { answer: approve, args: {} } }`,
    'tools.t.approval.simulate.args: is only for answer: edit; leave it out',
  ],
  [
    `${simulated} { simulate: { answer: reject, reason: "{{ cost }}" } }`,
    `tools.t.approval.simulate.reason: Cannot read template "{{ cost }}": unknown name "cost"; ${NAMES}`,
  ],
  [
    `${simulated} { simulate: { rules: [{ answer: edit, args: { x: "{{ cost }}" } }] } }`,
    'tools.t.approval.simulate.rules.0.args.x: Cannot read template',
  ],
  [
    `${simulated} { simulate: { rules: [{ when: "cost > 1", answer: approve }] } }`,
    'tools.t.approval.simulate.rules.0.when: Cannot read expression',
  ],
  [
    'builtin: ask-person, simulate: { answer: "{{ cost }}" }',
    'tools.t.simulate.answer: Cannot read template "{{ cost }}": unknown name "cost"',
  ],
  [
    'builtin: ask-person, simulate: { rules: [{ when: "cost", answer: "{{ cost }}" }] }',
    'tools.t.simulate.rules.0.when: Cannot read expression',
  ],
];

test.each(REFUSED)('%s is refused: %s', (tool, message) => {
  expect(refusal(edit('builtin: metrics', tool)).join('\n')).toContain(message);
});

test.each([
  `${simulated} required`,
  `${simulated} { when: "args.amount > row.limit && user != '' && session != agent", simulate: { answer: edit, args: { x: "{{ args.x }} {{ tool }}" } } }`,
  'builtin: ask-person, simulate: { answer: "{{ agent }} {{ args.question }} {{ params.n }}" }',
])('%s is accepted, and its templates wait for the calls', (tool) => {
  const scenario = parseScenario(edit('builtin: metrics', tool), { name: 'f.yaml', folder: FOLDER });
  const { approval } = scenario.tools.t ?? {};
  expect(approval).toBeDefined();
  if (tool.includes('{{')) expect(JSON.stringify(approval?.simulate)).toContain('{{');
});
