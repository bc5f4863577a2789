import { expect, test } from 'vitest';
import { toTool } from '../../src/scenario/to-tool.ts';
import { toolSchema } from '../../src/scenario/tool-schema.ts';

const read = (tool: object) => toTool(toolSchema().parse(tool), '/here');
const CALL = { latency: { kind: 'constant', ms: 5 }, result: 1, failureRate: 0 };

test('paths start at the folder of the file, terms are in milliseconds', () => {
  expect(read({ builtin: 'write-file', folder: 'a', timeout: '1s', cache: '1m', retries: 1, concurrency: 2 })).toEqual({
    builtin: 'write-file',
    folder: '/here/a',
    timeoutMs: 1_000,
    cacheMs: 60_000,
    retries: 1,
    concurrency: 2,
  });
  expect(read({ builtin: 'find-lines', file: './f', simulate: { latency: '5ms', result: 1 } })).toEqual({
    builtin: 'find-lines',
    file: '/here/f',
    timeoutMs: 30_000,
    simulate: CALL,
  });
  expect(read({ builtin: 'recall', shared: true })).toEqual({ builtin: 'recall', shared: true, timeoutMs: 30_000 });
  expect(read({ builtin: 'fetch' })).toEqual({
    builtin: 'fetch',
    allow: [],
    headers: {},
    maxBytes: 5_000_000,
    timeoutMs: 30_000,
  });
  expect(read({ builtin: 'shell', folder: '/x', allow: ['ls'], env: { A: 'b' } })).toMatchObject({
    folder: '/x',
    allow: ['ls'],
    env: { A: 'b' },
  });
});

test('a module, and servers', () => {
  expect(read({ module: './tools.ts', timeout: '1s' })).toEqual({ module: '/here/tools.ts', timeoutMs: 1_000 });
  expect(read({ module: './tools.ts', export: 'one' })).toEqual({
    module: '/here/tools.ts',
    export: 'one',
  });
  expect(read({ mcp: { command: 'npx', args: ['x'] }, simulate: { a: { latency: '5ms', result: 1 } } })).toEqual({
    mcp: { command: 'npx', args: ['x'], env: {}, folder: '/here' },
    prefix: '',
    simulated: { a: CALL },
    timeoutMs: 30_000,
  });
  expect(read({ mcp: { url: 'http://x' }, tools: ['b'], prefix: 'p_' })).toEqual({
    mcp: { url: 'http://x', headers: {} },
    tools: ['b'],
    prefix: 'p_',
    simulated: {},
    timeoutMs: 30_000,
  });
});
