import { expect, test } from 'vitest';
import { toGuards } from '../../../src/monitor/server/guards.ts';

test('an answer may load nothing by default, and what its policy says otherwise', () => {
  const closed = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  expect(toGuards()).toEqual({
    'content-security-policy': `default-src 'none'; ${closed}`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
  });
  expect(toGuards(["script-src 'self'"])['content-security-policy']).toBe(`script-src 'self'; ${closed}`);
});
