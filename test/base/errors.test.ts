import { expect, test } from 'vitest';
import { TroupeError, toErrorInfo } from '../../src/base/errors.ts';

test('a TroupeError carries its code and the exit status of that code', () => {
  const error = new TroupeError('USAGE', 'Cannot read "x": it is empty');
  expect([error.code, error.exitStatus, error.message]).toEqual(['USAGE', 2, 'Cannot read "x": it is empty']);
});

test.each([
  [new TroupeError('TOOL_FAILED', 'no'), { code: 'TOOL_FAILED', message: 'no' }],
  [new TypeError('bad'), { code: 'ERROR', message: 'bad' }],
  ['text', { code: 'ERROR', message: 'text' }],
  [undefined, { code: 'ERROR', message: 'Thrown value: undefined' }],
  [{ a: 1 }, { code: 'ERROR', message: 'Thrown value: {"a":1}' }],
  [Symbol('s'), { code: 'ERROR', message: 'Thrown value: Symbol(s)' }],
])('toErrorInfo reads %o', (thrown, info) => {
  expect(toErrorInfo(thrown)).toEqual(info);
});

test('toErrorInfo survives a value that throws when it is read', () => {
  const throwing = {
    toJSON() {
      throw new Error('toJSON');
    },
  };
  expect(toErrorInfo(throwing)).toEqual({ code: 'ERROR', message: 'Thrown value that cannot be read' });
});
