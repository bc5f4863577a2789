import { expect, test } from 'vitest';
import { listUnchecked } from '../../src/scenario/list-unchecked.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { FOLDER, VALID } from './refusals.ts';

const read = (changes: object) => {
  const agents = { a: { count: 1, model: 'm', observe: '${NOT_FILLED_IN}' } };
  const text = JSON.stringify({ name: 's', models: { m: { rules: [{ reply: 'x' }] } }, agents, ...changes });
  return parseScenario(text, { name: 'f.json', folder: FOLDER });
};

test('of a scenario that depends on nothing there is nothing', () => {
  expect(listUnchecked(parseScenario(VALID, { name: 'f.yaml', folder: FOLDER }))).toEqual([]);
  expect(listUnchecked(read({}))).toEqual([]);
});

test('modules, servers, real models and variables are named, by kind and once', () => {
  const tools = {
    mine: { module: 'refusals.ts' },
    files: { mcp: { command: 'x', args: ['${DOCS}'], env: { A: '${TOKEN}' } } },
    web: { mcp: { url: '${URL:-http://x}' } },
    get: { builtin: 'fetch', headers: { authorization: 'Bearer ${TOKEN}' } },
    run: { builtin: 'shell', folder: '.', allow: ['ls'], env: { B: '${HOME_OF_B}' } },
  };
  const m = { provider: 'openai-compatible', model: 'x', base_url: '${WHERE}', api_key: '${KEY}' };
  expect(listUnchecked(read({ models: { m, n: { provider: 'code' } }, tools }))).toEqual([
    'what modules export (mine)',
    'MCP servers (files, web)',
    'packages, keys and servers of models (m)',
    'the environment (WHERE, KEY, DOCS, TOKEN, URL and 1 more)',
  ]);
});
