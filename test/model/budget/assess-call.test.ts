import { expect, test } from 'vitest';
import { assessCall, type CallNeed } from '../../../src/model/budget/assess-call.ts';
import { LearnedNeed } from '../../../src/model/budget/learned-need.ts';
import { BudgetScope } from '../../../src/model/budget/scope.ts';
import type { BudgetSpec } from '../../../src/protocol.ts';

const learned = new LearnedNeed();

function need(more: Partial<CallNeed> = {}): CallNeed {
  return { agent: 'a/0', group: 'a', inputTokens: 100, maxOutputTokens: undefined, price: undefined, ...more };
}

function scope(name: string, spec: Omit<BudgetSpec, 'atLimit'>): BudgetScope {
  return new BudgetScope('group', name, { ...spec, atLimit: 'stop' }, 0);
}

test('reserves the input with a margin and an answer of the usual length', () => {
  expect(assessCall(need(), [scope('a', { tokens: 50_000 })], learned, 0)).toEqual({
    kind: 'fits',
    amounts: { calls: 1, tokens: 110 + 4_096, nanoUsd: 0 },
    outputTokens: 4_096,
    isLimited: true,
  });
});

test('reserves what the model may answer by its terms', () => {
  const terms = need({ maxOutputTokens: 10, price: { inputUsd: 1, outputUsd: 10 } });
  expect(assessCall(terms, [scope('a', { tokens: 120, usd: 0.00021 })], learned, 0)).toMatchObject({
    amounts: { tokens: 120, nanoUsd: 210_000 },
    outputTokens: 10,
  });
});

test('grants what is left of the narrowest when that is all there will ever be', () => {
  const scopes = [scope('wide', { tokens: 2_000 }), scope('narrow', { tokens: 500 })];
  expect(assessCall(need(), scopes, learned, 0)).toMatchObject({ kind: 'fits', outputTokens: 390 });
});

test('waits for what calls in flight may give back, in the budgets that lack it', () => {
  const scopes = [scope('wide', { tokens: 9_000 }), scope('narrow', { tokens: 5_000 })];
  for (const one of scopes) one.reserve({ calls: 1, tokens: 4_000, nanoUsd: 0 });
  expect(assessCall(need(), scopes, learned, 0)).toEqual({ kind: 'full', scopes: [scopes[1]] });
});

test('refuses what would not fit with nothing in flight, and says where', () => {
  const scopes = [scope('wide', { tokens: 9_000 }), scope('calls', { calls: 0 }), scope('narrow', { tokens: 365 })];
  const refusal = assessCall(need(), scopes, learned, 0);
  expect(refusal).toMatchObject({
    kind: 'refused',
    reached: [
      { scope: 'calls', limit: 'calls' },
      { scope: 'narrow', limit: 'tokens', needed: 366 },
    ],
  });
  expect(assessCall(need(), [scope('narrow', { tokens: 366 })], learned, 0)).toMatchObject({ outputTokens: 256 });
});

test('refuses when the time is over', () => {
  const scopes = [scope('a', { wallMs: 100 })];
  expect(assessCall(need(), scopes, learned, 99).kind).toBe('fits');
  expect(assessCall(need(), scopes, learned, 100)).toMatchObject({ kind: 'refused', reached: [{ limit: 'wall' }] });
});

test('sets no limit to the answer where no budget does', () => {
  expect(assessCall(need(), [scope('a', { calls: 3, usd: 1 })], learned, 0)).toMatchObject({ isLimited: false });
  expect(assessCall(need(), [], learned, 0)).toMatchObject({ kind: 'fits', isLimited: false });
});
