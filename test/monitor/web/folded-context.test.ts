import { expect, test } from 'vitest';
import { toFoldedContext } from '../../../src/monitor/web/fold/folded-context.ts';
import { LIFE } from './agent-events.ts';

test('before anything, and in the middle of a turn', () => {
  expect(toFoldedContext([])).toMatchObject({
    turn: 0,
    observation: null,
    decision: null,
    pending: 0,
    answered: false,
  });
  expect(toFoldedContext(LIFE.slice(0, 6))).toMatchObject({
    turn: 1,
    observation: { text: 'disk full' },
    results: [null, { callId: 'c1', isError: true }],
    pending: 1,
    answered: false,
  });
});

test('at the end', () => {
  expect(toFoldedContext(LIFE)).toMatchObject({
    turn: 2,
    pending: 0,
    answered: true,
    reply: 'Clean it.',
    error: null,
    criticalPathMs: 379,
  });
});
