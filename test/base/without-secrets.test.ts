import { expect, test } from 'vitest';
import { TroupeError } from '../../src/base/errors.ts';
import { addSecret } from '../../src/base/redact.ts';
import { withoutSecrets } from '../../src/base/without-secrets.ts';

test('an error of ours keeps its code and cause, and loses the secret in its message', () => {
  addSecret('a-secret-in-an-error');
  const cause = new Error('cause');
  const error = withoutSecrets(new TroupeError('USAGE', 'Cannot use "a-secret-in-an-error": no', { cause }));
  expect(error).toMatchObject({ code: 'USAGE', message: 'Cannot use "[redacted]": no', cause });
});

test('what has none, and what is none of ours, is the same', () => {
  for (const error of [new TroupeError('USAGE', 'no'), new Error('a-secret-in-an-error'), undefined, 'x']) {
    expect(withoutSecrets(error)).toBe(error);
  }
});
