import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/load.ts';
import { assign, readAssignment, renderParams, toSource } from '../../src/scenario/overrides.ts';
import { ScenarioError } from '../../src/scenario/text/problems.ts';
import { edit, FOLDER, refusal, simulatedOf, VALID } from './refusals.ts';

const load = (text: string, set: readonly string[] = []) =>
  parseScenario(text, { name: 'f.yaml', folder: FOLDER, set });

describe('--set', () => {
  test.each([
    ['a.b=5', 5],
    ['a.b=1s', '1s'],
    ['a.b=true', true],
    ['a.b="5"', '5'],
    ['a.b=[1, x]', [1, 'x']],
    ['a.b={ x: 1 }', { x: 1 }],
    ['a.b=', null],
    ['a.b=x=y', 'x=y'],
    ['a.b=Note: be brief', 'Note: be brief'],
    ['a.b={{ row.name }}', '{{ row.name }}'],
    ['a.b={% if x %}y{% endif %}', '{% if x %}y{% endif %}'],
  ])('%s', (set, value) => expect(readAssignment(set)).toEqual({ text: `--set ${set}`, path: ['a', 'b'], value }));

  test('changes values in maps and lists, adds to a list, and makes sections', () => {
    const scenario = load(VALID, [
      'agents.a.count=5',
      'models.m.rules.0.reply=changed',
      'models.m.rules.1={ reply: more }',
      'models.m.latency=1s',
      'limits.concurrency.m=3',
      'memory.durability=sync',
      'budget.calls=9',
      'agents.a.budget_each.tokens=500',
      'agents.a.context.tokens=4000',
    ]);
    expect(scenario.budget).toEqual({ calls: 9, atLimit: 'stop' });
    expect(scenario.agents.a?.budgetEach).toEqual({ tokens: 500, atLimit: 'stop' });
    expect(scenario.agents.a?.context).toEqual({ tokens: 4_000, whenFull: 'trim' });
    expect(scenario.agents.a?.members).toEqual({ kind: 'count', count: 5 });
    expect(simulatedOf(scenario, 'm').rules.map((rule) => rule.reply)).toEqual(['changed', 'more']);
    expect(simulatedOf(scenario, 'm').latency).toEqual({ kind: 'constant', ms: 1_000 });
    expect(scenario.limits.concurrency).toEqual({ m: 3 });
    expect(scenario.memory.durability).toBe('sync');
  });
  test('is in the source, from which the same scenario comes again', () => {
    const scenario = load(VALID, ['agents.a.count=5', 'models.m.rules.0.reply="{{ row.x }}: yes"']);
    expect(load(scenario.source)).toEqual(scenario);
  });
  test('a list behind an alias is changed in one place only', () => {
    const text = edit('  m:', '  n: &n { rules: [{ reply: one }] }\n  o: *n\n  m:');
    const scenario = load(text, ['models.o.rules.0.reply=two']);
    expect(['n', 'o'].map((name) => simulatedOf(scenario, name).rules[0]?.reply)).toEqual(['one', 'two']);
  });

  test.each([
    ['agents.a', '--set agents.a: cannot be used: expected path=value'],
    ['=5', '--set =5: cannot be used: expected path=value'],
    ['agents..a=5', '--set agents..a=5: cannot be used: the path has an empty key'],
    ['a.__proto__.x=5', '--set a.__proto__.x=5: cannot use the key "__proto__": it is reserved'],
    ['params.constructor=5', '--set params.constructor=5: cannot use the key "constructor": it is reserved'],
    ['params.x={ prototype: 1 }', '--set params.x={ prototype: 1 }: cannot use the key "prototype": it is reserved'],
    ['params.x=[1', '--set params.x=[1: cannot be read as YAML: Flow sequence must end with a ]'],
    [
      'agnts.a.count=5',
      '--set agnts.a.count=5: agnts.a.count: cannot be set: the scenario has no "agnts"; did you mean "agents"?',
    ],
    [
      'agents.b.count=5',
      '--set agents.b.count=5: agents.b.count: cannot be set: "agents" has no "b"; did you mean "a"?',
    ],
    [
      'models.m.rules.7.reply=x',
      '--set models.m.rules.7.reply=x: models.m.rules.7.reply: cannot be set: "models.m.rules" is a list of 1, and has no place "7"',
    ],
    ['name.x=1', '--set name.x=1: name.x: cannot be set: "name" is the text "demo", and has no "x"'],
    ['agents.a.cont=5', '--set agents.a.cont=5: agents.a.cont: unknown key "cont"; did you mean "count"?'],
    [
      'agents.a.count=many',
      '--set agents.a.count=many: agents.a.count: expected a whole number, found the text "many"',
    ],
  ])('refuses %s', (set, line) => expect(refusal(VALID, [set])).toContain(line));

  test('refuses 20,000 levels in a value at once', () =>
    expect(refusal(VALID, [`params.x=${'['.repeat(20_000)}`])[0]).toMatch(/nested more than 64 levels deep$/));
  test('never touches a prototype', () => {
    expect(() => readAssignment('constructor.prototype.polluted=1')).toThrow(ScenarioError);
    const root = {};
    const complaints: unknown[] = [];
    assign(root, { text: '', path: ['toString', 'x'], value: 1 }, (complaint) => complaints.push(complaint));
    expect(complaints).toHaveLength(1);
    expect(root).toEqual({});
  });
});

describe('parameters', () => {
  const noReport = () => undefined;

  test('stand for values of any type, and change with --set', () => {
    const text = edit('count: 2', 'count: "{{ params.n }}"').replace(
      'rules: [',
      'latency: "{{ params.n }}00ms"\n    rules: [',
    );
    const scenario = load(text, ['params.n=7']);
    expect(scenario.agents.a?.members).toEqual({ kind: 'count', count: 7 });
    expect(simulatedOf(scenario, 'm').latency).toEqual({ kind: 'constant', ms: 700 });
  });
  test('stand for whole lists', () => {
    const text = edit('count: 2', 'list: "{{ params.rows }}"').replace('{ n: 2 }', '{ rows: [{ x: "{{ a }}" }] }');
    expect(load(text).agents.a?.members).toEqual({ kind: 'list', rows: [{ x: '{{ a }}' }] });
  });
  test('wait for run time in templates, and are no templates in data', () => {
    const root = {
      params: { n: 1, t: '{{ params.n }}' },
      about: '{{ anything }}',
      agents: {
        a: {
          instructions: '{{ params.n }}',
          observe: { items: ['{{ params.n }}'], text: '{{ params.n }}', each: '{{ params.n }}' },
          list: [{ x: '{{ params.n }}' }],
        },
      },
      models: { m: { rules: [{ reply: '{{ params.n }}', when: '{{ params.n }} == 1', fail: '{{ params.n }}' }] } },
      tools: { t: { result: { x: '{{ params.n }}' }, parameters: { x: '{{ params.n }}' }, folder: '{{ params.n }}' } },
    };
    const rendered = renderParams(root, noReport);
    const changed = structuredClone(root) as any;
    changed.agents.a.observe.each = 1;
    changed.models.m.rules[0].when = '1 == 1';
    changed.tools.t.folder = 1;
    expect(rendered).toEqual(changed);
  });
  test.each([
    ['count: "{{ params.m }}"', 'f.yaml:10:12: agents.a.count: unknown parameter "m"; did you mean "n"?'],
    [
      'count: "{{ row.n }}"',
      'f.yaml:10:12: agents.a.count: Cannot read template "{{ row.n }}": unknown name "row"; here are params',
    ],
    [
      'count: "{{ params.n"',
      'f.yaml:10:12: agents.a.count: Cannot read template "{{ params.n": output "{{ params.n" not closed, line:1, col:1',
    ],
    [
      'count: "{{ params.n }}0000000"',
      'f.yaml:10:12: agents.a.count: expected a whole number, found the text "20000000"',
    ],
  ])('%s is refused', (to, line) => expect(refusal(edit('count: 2', to))).toContain(line));
  test('do not grow without bounds', () => {
    const folders = Array.from({ length: 20 }, (_, i) => `  t${i}: { builtin: now, description: "{{ params.x }}!" }`);
    const text = edit('{ n: 2 }', `{ x: ${'x'.repeat(900_000)} }`).replace(
      'tools:\n',
      `tools:\n${folders.join('\n')}\n`,
    );
    expect(refusal(text).some((line) => line.includes('texts made from parameters exceed'))).toBe(true);
  });
});

test('toSource keeps long texts on one line', () =>
  expect(toSource({ a: 'word '.repeat(100).trim() }).split('\n')).toHaveLength(2));
