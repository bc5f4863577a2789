import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fillIn, fillInAll } from '../../src/base/environment.ts';
import { createRedactor } from '../../src/base/redact.ts';

beforeEach(() => {
  process.env.TROUPE_T_PLACE = 'http://127.0.0.1:9999/v1';
  process.env.TROUPE_T_ODD = 'a-value-nobody-calls-a-key';
  process.env.TROUPE_T_EMPTY = '';
});
afterEach(() => {
  for (const name of ['PLACE', 'ODD', 'EMPTY']) delete process.env[`TROUPE_T_${name}`];
});

describe('fillIn', () => {
  test.each([
    ['${TROUPE_T_PLACE}/chat', 'http://127.0.0.1:9999/v1/chat'],
    ['${TROUPE_T_NONE:-gpt}', 'gpt'],
    ['${TROUPE_T_EMPTY:-}x', 'x'],
    ['${TROUPE_T_PLACE:-other}', 'http://127.0.0.1:9999/v1'],
    ['$TROUPE_T_PLACE ${} ${1A} {{ x }}', '$TROUPE_T_PLACE ${} ${1A} {{ x }}'],
  ])('%s is %s', (text, filled) => expect(fillIn(text, 'a test', { plain: true })).toBe(filled));

  test.each(['${TROUPE_T_NONE}', '${TROUPE_T_EMPTY}'])('%s has no value, and the error says what to do', (text) => {
    expect(() => fillIn(text, 'model "m"')).toThrow(
      /^Cannot use model "m": the environment variable TROUPE_T_\w+ is not set; set it, or write it into \.env$/,
    );
  });

  test('what is put in is a secret, unless it is plain, also for redactors made before', () => {
    const redact = createRedactor({});
    fillIn('${TROUPE_T_PLACE}', 'a test', { plain: true });
    expect(redact('"http://127.0.0.1:9999/v1"')).toBe('"http://127.0.0.1:9999/v1"');
    expect(fillInAll({ a: 'Bearer ${TROUPE_T_ODD}' }, 'a test')).toEqual({ a: 'Bearer a-value-nobody-calls-a-key' });
    expect(redact('"it is a-value-nobody-calls-a-key"')).toBe('"it is [redacted]"');
  });
});
