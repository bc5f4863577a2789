import { expect, test } from 'vitest';
import type { McpToolSpec, SimulatedCall } from '../../../src/protocol.ts';
import { runToolCall } from '../../../src/tools/call.ts';
import { rehearseMcpTools } from '../../../src/tools/mcp/rehearse-mcp-tools.ts';
import { createContext } from '../tool-context.ts';
import { createOptions, toSpec } from './mcp-setup.ts';

const call = (more: Partial<SimulatedCall> = {}): SimulatedCall => ({
  latency: { kind: 'constant', ms: 200 },
  result: 'read {{ args.path }}',
  failureRate: 0,
  ...more,
});
const rehearse = (rest: Partial<McpToolSpec>) =>
  rehearseMcpTools('files', toSpec({ command: '/does/not/exist' }, rest), createOptions().options);
const run = (tools: ReturnType<typeof rehearse>, name: string, context = createContext()) =>
  runToolCall(
    { id: '1', name, args: { path: 'a' } },
    tools.find((tool) => tool.name === name),
    context,
  );

test('a simulated tool takes its time and gives its result, under the name that models call it by', async () => {
  const tools = rehearse({ simulated: { 'read.file': call() }, prefix: 'fs_' });
  const context = createContext();
  expect(await run(tools, 'fs_read_file', context)).toMatchObject({
    isError: false,
    content: 'read a',
    serviceMs: 200,
  });
  expect(context.clock.elapsed()).toBe(200);
});

test('all that are simulated are there, or those that `tools:` names', () => {
  const simulated = { read: call(), write: call() };
  expect(rehearse({ simulated }).map(({ name }) => name)).toEqual(['read', 'write']);
  expect(rehearse({ simulated, tools: ['write', 'list'] }).map(({ name }) => name)).toEqual(['write', 'list']);
});

test('a tool that is not simulated fails and says what is missing', async () => {
  const tools = rehearse({ tools: ['read', 'toString'], simulated: { read: call() } });
  for (const name of ['toString']) {
    expect(await run(tools, name)).toMatchObject({
      isError: true,
      content: { error: expect.stringMatching(/^Cannot call tool "toString": .*add `simulate:` with "toString"/) },
    });
  }
});

test('the declared terms hold', () => {
  const tools = rehearse({ tools: ['a', 'b'], simulated: { a: call() }, timeoutMs: 7, effects: 'once' });
  expect(tools).toMatchObject([
    { timeoutMs: 7, effects: 'once', external: false },
    { timeoutMs: 7, effects: 'once', external: false },
  ]);
  expect(rehearse({ simulated: { a: call() } })[0]?.effects).toBe('none');
});

test('templates that cannot be read are found at the start', () => {
  expect(() => rehearse({ simulated: { a: call({ result: '{{ nothing }}' }) } })).toThrow(
    expect.objectContaining({ code: 'TEMPLATE' }),
  );
});
