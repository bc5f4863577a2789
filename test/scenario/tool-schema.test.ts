import { expect, test } from 'vitest';
import { toolSchema } from '../../src/scenario/tool-schema.ts';

test.each([
  { builtin: 'now' },
  { builtin: 'fetch', allow: ['localhost:1'], max_bytes: '1MB' },
  { builtin: 'remember' },
  { module: './x.ts' },
  { mcp: { command: 'x' } },
  { mcp: { url: 'http://x', headers: { a: 'b' } } },
])('accepts %j', (tool) => expect(toolSchema().safeParse(tool).success).toBe(true));

test.each([
  {},
  { builtin: 'nothing' },
  { builtin: 'shell', folder: '.' },
  { builtin: 'shell', folder: '.', allow: [] },
  { builtin: 'now', module: './x.ts' },
  { builtin: 'simulated', simulate: { result: 1 } },
  { mcp: { command: 'x', url: 'http://x' } },
  { mcp: { command: 'x' }, tools: [] },
  { mcp: { command: 'x' }, prefix: 'no spaces' },
])('refuses %j', (tool) => expect(toolSchema().safeParse(tool).success).toBe(false));
