import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/load.ts';
import { edit, FOLDER, refusal, simulatedOf, VALID } from './refusals.ts';

/** What is changed in the valid scenario, to what, and the one line it is refused with. */
const REFUSED: [string, string, string][] = [
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

  test('mistakes in several parts at once', () => {
    const text = edit('builtin: metrics', 'builtin: shell, folder: ., allow: [ls], retries: 1')
      .replace('model: m', 'model: n')
      .replace('reply: hi', 'reply: "{{ x }}"')
      .replace('expect:', 'budget: { usd: 1 }\nexpect:');
    expect(refusal(text).map((line) => line.split(': ')[1])).toEqual([
      'models.m.rules.0.reply',
      'tools.t.retries',
      'agents.a.model',
    ]);
  });
});

test('static checks accept a parameter that is missing when the template has a default', () => {
  const text = edit('reply: hi', "reply: '{{ params.x | default: 1 }}'");
  const scenario = parseScenario(text, { name: 'f.yaml', folder: FOLDER });
  expect(simulatedOf(scenario, 'm').rules[0]?.reply).toContain('default');
});
