import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { validate } from '../../src/cli/validate.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { captured } from './captured.ts';
import { writeExample } from './example.ts';

function files() {
  const folder = temporaryFolder();
  const broken = join(folder, 'broken.yaml');
  writeFileSync(
    broken,
    'name: broken\nmodels: { m: { rules: [{ reply: x }] } }\nagents: { a: { count: 0, model: n, observe: x } }\n',
  );
  return { folder, valid: writeExample(folder), broken };
}

test('a valid file gives 0 and says how many agents it makes', async () => {
  const { valid } = files();
  const { result, stdout, stderr } = await captured(() => validate([valid], { set: ['agents.clerk.count=7'] }));
  expect({ result, stdout, stderr }).toEqual({ result: 0, stdout: `valid  ${valid}  7 agents\n`, stderr: '' });
});

test('every file is checked, and every problem told with its place', async () => {
  const { valid, broken } = files();
  const { result, stdout } = await captured(() => validate([broken, valid], { set: [] }));
  expect(result).toBe(2);
  expect(stdout).toContain(`wrong  ${broken}\n`);
  expect(stdout).toContain(`${broken}:3:23: agents.a.count: `);
  expect(stdout).toContain(`${broken}:3:33: agents.a.model: `);
  expect(stdout).toContain(`valid  ${valid}`);
});

test('a rows file is checked too, and does not keep others from being checked', async () => {
  const { folder, valid } = files();
  writeFileSync(join(folder, 'rows.jsonl'), '{"a":1}\nnot json\n');
  const rows = join(folder, 'rows.yaml');
  writeFileSync(
    rows,
    'name: rows\nmodels: { m: { rules: [{ reply: x }] } }\nagents: { a: { each: ./rows.jsonl, model: m, observe: x } }\n',
  );
  const { result, stdout } = await captured(() => validate([rows, valid], { set: [] }));
  expect(result).toBe(2);
  expect(stdout).toContain('rows.jsonl:2:');
  expect(stdout).toContain(`valid  ${valid}`);
});

test('what may be wrong with a valid file, and what was not checked, is told', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'tools.ts'), '');
  const file = writeExample(folder, {
    models: { clerk: { provider: 'openai-compatibel', model: 'x', api_key: '${KEY}' } },
    tools: { lookup: { module: './tools.ts' }, files: { mcp: { command: 'x' } } },
  });
  const doubt =
    'models.clerk.provider: there is no provider "openai-compatibel", and no package of that name is installed; ' +
    'did you mean "openai-compatible"?';
  const unchecked =
    'not checked: what modules export (lookup); MCP servers (files); packages, keys and servers of models (clerk); ' +
    'the environment (KEY)';
  const { result, stdout } = await captured(() => validate([file], { set: [] }));
  expect({ result, stdout }).toEqual({
    result: 0,
    stdout: `valid  ${file}  3 agents\n       ${doubt}\n       ${unchecked}\n`,
  });
  const { stdout: json } = await captured(() => validate([file], { set: [], json: true }));
  expect(JSON.parse(json).files).toMatchObject([{ valid: true, notes: [doubt, unchecked] }]);
});

test('as JSON it is one object with a verdict for each file', async () => {
  const { folder, valid, broken } = files();
  const missing = join(folder, 'missing.yaml');
  const { result, stdout } = await captured(() => validate([valid, broken, missing], { set: [], json: true }));
  expect(result).toBe(2);
  expect(stdout.trimEnd()).not.toContain('\n');
  expect(JSON.parse(stdout).files).toMatchObject([
    { file: valid, valid: true, agents: 3, problems: [] },
    {
      file: broken,
      valid: false,
      problems: expect.arrayContaining([expect.objectContaining({ line: 3, column: 23 })]),
    },
    { file: missing, valid: false, problems: [{ message: 'cannot be opened: it does not exist' }] },
  ]);
});
