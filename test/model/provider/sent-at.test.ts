import { expect, test } from 'vitest';
import { sentAt } from '../../../src/model/provider/sent-at.ts';

test.each([
  [{ date: 'Thu, 01 Jan 1970 00:00:05 GMT' }, 5_000],
  [{}, 99],
  [{ date: 'yesterday' }, 99],
])('%j was sent at %d', (headers, at) => {
  expect(sentAt(headers, 99)).toBe(at);
});
