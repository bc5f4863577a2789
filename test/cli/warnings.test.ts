import { expect, test } from 'vitest';
import { createWarnings } from '../../src/cli/warnings.ts';
import type { RunFact } from '../../src/protocol.ts';

const error = { code: 'MODEL_FAILED', message: 'HTTP 503' };
const blocked: RunFact = { type: 'tool.blocked', agent: 'a/0', turn: 1, callId: 'c', name: 'slow', blockedMs: 80 };
const reached: RunFact = {
  type: 'budget.reached',
  scope: 'run',
  limit: 'usd',
  allowed: 1,
  used: 0.95,
  reserved: 0,
  needed: 0.1,
  atLimit: 'stop',
};

test('each is said once for each of them, and nothing else is', () => {
  const said: string[] = [];
  const listen = createWarnings((text) => said.push(text));
  const facts: RunFact[] = [
    blocked,
    { ...blocked, blockedMs: 90 },
    { ...blocked, name: 'other' },
    { type: 'model.tripped', model: 'm', retryInMs: 5_000, queued: 3, error },
    { type: 'server.down', server: 'files', error: { code: 'TOOL_FAILED', message: 'it has ended' } },
    reached,
    { ...reached, limit: 'calls' },
    { type: 'agent.stored', agent: 'a/0', turn: 1 },
  ];
  for (const [index, fact] of facts.entries()) listen({ seq: index + 1, at: 0, ...fact });
  expect(said).toEqual([
    'Tool "slow" held up every agent for 80 ms: let it work in pieces, or outside of the process.',
    'Tool "other" held up every agent for 80 ms: let it work in pieces, or outside of the process.',
    'Model "m" keeps failing; one call asks again in 5.00 s, the others wait: HTTP 503',
    'Server "files" is down: it has ended',
    'The budget of the run does not have enough money for another call: $0.95 of $1.00 used.',
  ]);
});

test.each([
  ['tokens', 900, 1_000, 'does not have enough tokens for another call: 900 of 1,000 tokens used.'],
  ['calls', 5, 5, 'has no call left: 5 of 5 calls used.'],
  ['wall', 180_010, 180_000, 'has no time left: 3 min 0 s of 3 min 0 s used.'],
] as const)('a budget says which of its limits was reached: %s', (limit, used, allowed, told) => {
  const said: string[] = [];
  createWarnings((text) => said.push(text))({ seq: 1, at: 0, ...reached, scope: 'clerk', limit, used, allowed });
  expect(said).toEqual([`The budget of clerk ${told}`]);
});
