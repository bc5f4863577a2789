import { expect, test } from 'vitest';
import type { AgentEnvironment } from '../../src/agent/environment.ts';
import { mayGoAhead } from '../../src/agent/may-go-ahead.ts';

test.each([
  ['async', undefined, true],
  ['async', Promise.resolve(), false],
  ['sync', undefined, false],
  ['sync', Promise.resolve(), false],
] as const)('in %s, while memory is waited for: %o, a call goes ahead: %o', (durability, ready, goesAhead) => {
  const env = { durability, store: { ready: () => ready } } as unknown as AgentEnvironment;
  expect(mayGoAhead(env)).toBe(goesAhead);
});
