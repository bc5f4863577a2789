import { expect, test } from 'vitest';
import { tooLong } from '../../../src/model/provider/too-long.ts';

test('is a failure that would come again', () => {
  expect(tooLong('mine', 9)).toMatchObject({
    code: 'MODEL_ANSWER',
    retryable: false,
    message: 'Cannot use the answer of model "mine": it is longer than 9 bytes',
  });
});
