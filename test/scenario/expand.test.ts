import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Scenario } from '../../src/protocol.ts';
import { expandAgents } from '../../src/scenario/expand.ts';
import { parseScenario } from '../../src/scenario/load.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'troupe-expand-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (text: string | Buffer, name = 'rows.jsonl') => writeFileSync(join(folder, name), text);
const scenario = (agents: object): Scenario =>
  parseScenario(JSON.stringify({ name: 'x', models: { m: { rules: [{ reply: 'x' }] } }, agents }), {
    name: 'f',
    folder,
  });
const group = (over: object) => ({ model: 'm', observe: 'look', ...over });

describe('expandAgents', () => {
  test('numbers the members of each group, in the order of the file', async () => {
    const agents = await expandAgents(scenario({ z: group({ count: 2 }), a: group({ count: 1 }) }));
    expect(agents.map(({ id, index }) => [id, index])).toEqual([
      ['z/0', 0],
      ['z/1', 1],
      ['a/0', 0],
    ]);
  });
  test('makes a member for each row of a file, and skips blank lines', async () => {
    file('{"n":1}\r\n\n  \n{"n":2}');
    const agents = await expandAgents(scenario({ a: group({ each: 'rows.jsonl' }) }));
    expect(agents.map(({ row }) => row)).toEqual([{ n: 1 }, { n: 2 }]);
  });
  test('makes a member for each row in a list', async () => {
    const agents = await expandAgents(scenario({ a: group({ list: [{ n: 1 }, { n: 2 }] }) }));
    expect(agents.map(({ row }) => row)).toEqual([{ n: 1 }, { n: 2 }]);
  });
  test('deals rows to the members in turn, after what all observe', async () => {
    file('{"r":0}\n{"r":1}\n{"r":2}\n{"r":3}\n{"r":4}');
    const agents = await expandAgents(
      scenario({ a: group({ count: 2, observe: { items: 'first', each: 'rows.jsonl' } }) }),
    );
    expect(agents.map(({ items }) => items)).toEqual([
      [{ template: 'first' }, { data: { r: 0 } }, { data: { r: 2 } }, { data: { r: 4 } }],
      [{ template: 'first' }, { data: { r: 1 } }, { data: { r: 3 } }],
    ]);
  });
  test('gives nothing to members for whom no row is left', async () => {
    file('{"r":0}');
    const agents = await expandAgents(scenario({ a: group({ count: 3, observe: { each: 'rows.jsonl' } }) }));
    expect(agents.map(({ items }) => items.length)).toEqual([1, 0, 0]);
    expect(agents[1]?.items).toBe(agents[2]?.items);
  });
  test('shares rows and items between 100,000 members', async () => {
    const agents = await expandAgents(scenario({ a: group({ count: 100_000 }) }));
    const [first, last] = [agents[0], agents.at(-1)];
    expect(last?.id).toBe('a/99999');
    expect(last?.row).toBe(first?.row);
    expect(last?.items).toBe(first?.items);
    expect(last?.group).toBe(first?.group);
    expect(Object.isFrozen(first?.row)).toBe(true);
  });
});

describe('expandAgents refuses', () => {
  const rows = () => join(folder, 'rows.jsonl');
  const each = () => expandAgents(scenario({ a: group({ each: 'rows.jsonl' }) }));

  test('more than 100,000 agents in all', async () =>
    expect(expandAgents(scenario({ a: group({ count: 60_000 }), b: group({ count: 40_001 }) }))).rejects.toThrow(
      'scenario x: agents.b: makes more than 100000 agents in all',
    ));
  test('a group without members', async () => {
    file('\n');
    await expect(each()).rejects.toThrow('agents.a: has no members: its each is empty');
  });
  test.each([
    ['{"a":1}\n{"a":', '2:6: cannot be read as JSON: Unexpected end of JSON input'],
    ['{"a":1,}', '1:8: cannot be read as JSON: Expected double-quoted property name'],
    ['{"a":1}\n{"a":tru}', "2:9: cannot be read as JSON: Unexpected token '}'"],
    ['name,age', "1:1: cannot be read as JSON: Unexpected token 'a'"],
    ['  [1]', '1:3: expected a JSON object, found a list'],
    ['"x"', '1:1: expected a JSON object, found the text "x"'],
    ['{"__proto__":{"x":1}}', '1:1: cannot use the key "__proto__": it is reserved'],
    [`{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, '1:1: nested more than 64 levels deep'],
  ])('the line %.30s', async (text, message) => {
    file(text);
    const place = text === 'name,age' ? `${rows()}:1:2: cannot be read as JSON` : `${rows()}:${message}`;
    await expect(each()).rejects.toThrow(place);
  });
  test('all bad lines at once', async () => {
    file('x\n{"a":1}\n5');
    await expect(each()).rejects.toMatchObject({ code: 'SCENARIO_INVALID', problems: [{ line: 1 }, { line: 3 }] });
  });
  test('a file that is not UTF-8, or went away', async () => {
    file('{}');
    const parsed = scenario({ a: group({ each: 'rows.jsonl' }) });
    file(Buffer.from([0x7b, 0xe9]));
    await expect(expandAgents(parsed)).rejects.toThrow(`${rows()}: cannot be read: it is not UTF-8`);
    rmSync(rows());
    await expect(expandAgents(parsed)).rejects.toThrow(`${rows()}: cannot be read: it does not exist`);
  });
});
