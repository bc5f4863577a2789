import { expect, test } from 'vitest';
import { toReason } from '../../src/sources/to-reason.ts';

test.each([
  [Object.assign(new Error('EACCES: …'), { code: 'EACCES' }), 'reading it is not permitted'],
  [Object.assign(new Error('x'), { code: 'ENOENT' }), 'it does not exist'],
  [Object.assign(new Error('odd'), { code: 'EIO' }), 'odd'],
  [Object.assign(new Error('odd'), { code: 'toString' }), 'odd'],
  [new Error('it is not a file'), 'it is not a file'],
  ['text', 'text'],
])('%s', (error, reason) => expect(toReason(error)).toContain(reason));
