import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/protocol.ts';
import { Checker } from '../../src/scenario/checker.ts';
import type { Complaint } from '../../src/scenario/text/problems.ts';
import { FOLDER } from './refusals.ts';

function checker(scenario: JsonObject, known = {}) {
  const complaints: Complaint[] = [];
  const check = new Checker(scenario, { folder: FOLDER, known, report: (complaint) => complaints.push(complaint) });
  return { check, told: () => complaints.map(({ path, message }) => [path.join('.'), message]) };
}

test('what is of the wrong type is nothing', () => {
  const { check } = checker({ models: 5, tools: [{}], agents: null });
  expect([check.models, check.tools, check.groups, check.modelNames]).toEqual([[], [], [], []]);
});

test('names are those of the scenario and of code', () => {
  const { check, told } = checker({ models: { m: {} }, tools: { t: {} } }, { models: ['n'], tools: ['u'] });
  expect(check.modelNames).toEqual(['m', 'n']);
  expect([check.knownTool('u', ['a'], 'key'), check.knownTool('v', ['b'], 'key')]).toEqual([true, false]);
  expect(told()).toEqual([['b', 'unknown tool "v"']]);
});

test('a tool may have any name when one stands for tools that are not known yet', () => {
  expect(checker({ tools: { t: { module: 'x.ts' } } }).check.knownTool('v', [], 'key')).toBe(true);
});

test('every text of a value is a template', () => {
  const { check, told } = checker({});
  check.templates(['x'], { a: ['{{ row }}', '{{ rwo }}'], b: 5 }, ['row']);
  check.templates(['y'], '{{ row }}'.repeat(1_001), ['row']);
  expect(told()).toEqual([
    ['x.a.1', expect.stringContaining('unknown name "rwo"')],
    ['y', 'expected at most 1000 tags in a template, found 1001'],
  ]);
});

test('paths start in the folder of the scenario', () => {
  const { check, told } = checker({});
  check.exists(['a'], 'refusals.ts', 'file');
  check.exists(['b'], 'text', 'folder');
  check.exists(['c'], 'text', 'file');
  check.exists(['d'], 'gone', 'folder');
  check.exists(['e'], 5, 'folder');
  expect(told()).toEqual([
    ['c', 'cannot open file "text": it is not a file'],
    ['d', 'cannot open folder "gone": it does not exist'],
  ]);
});
