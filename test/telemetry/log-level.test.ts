import { expect, test } from 'vitest';
import { LOG_LEVELS } from '../../src/telemetry/log-level.ts';

test('levels go from nothing to everything', () => {
  expect(LOG_LEVELS).toEqual(['silent', 'error', 'warn', 'info', 'debug', 'trace']);
});
