import { expect, test } from 'vitest';
import { TroupeError, toErrorInfo } from '../../src/base/errors.ts';
import { ModelCallError } from '../../src/model/model-call-error.ts';

test('says what its gate has to know, and is an error of ours', () => {
  const cause = new Error('socket hang up');
  const limits = { requests: { remaining: 0, resetMs: 500 } };
  const failure = { retryable: true, throttled: true, status: 429, retryAfterMs: 1_000, limits, cause };
  const error = new ModelCallError('MODEL_FAILED', 'Cannot ask: no capacity', failure);
  expect(error).toBeInstanceOf(TroupeError);
  expect(error).toMatchObject(failure);
  expect(toErrorInfo(error)).toEqual({ code: 'MODEL_FAILED', message: 'Cannot ask: no capacity' });
});

test('what is not said is final', () => {
  const error = new ModelCallError('MODEL_REFUSED', 'no');
  expect([error.retryable, error.throttled, error.status, error.retryAfterMs]).toEqual([
    false,
    false,
    undefined,
    undefined,
  ]);
});
