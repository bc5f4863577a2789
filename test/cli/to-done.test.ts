import { expect, test } from 'vitest';
import { toDone } from '../../src/cli/to-done.ts';

test.each([
  [{ answer: 'approve' }, 'approved'],
  [{ answer: 'reject' }, 'rejected'],
  [{ answer: 'edit' }, 'edited'],
  [{ answer: 'approve', text: '' }, 'answered'],
] as const)('%j: %s', (answer, done) => expect(toDone(answer)).toBe(done));
