import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { assertSpace, describeSpace, toReason } from '../../../src/memory/lmdb/reason.ts';

test('common causes are told in words, others as they are', () => {
  expect(toReason(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }))).toBe(
    'the disk is full',
  );
  expect(toReason(Object.assign(new Error('Something else'), { code: 5 }))).toBe('Something else');
  expect(toReason(new Error('Input/output error'))).toBe('the disk fails (input/output error)');
  const where = 'Attempting to write page at position 28672, size 4096, blocks 1, buffer sizes 4096 7 -1006609312';
  expect(toReason(new Error(`No space left on device: ${where}`))).toBe('the disk is full');
  expect(toReason(new Error(`Read-only file system: ${where}`))).toBe('the file system is read-only');
  expect(toReason(new Error('Invalid argument: MDB_PANIC: Update of meta page failed'))).toMatch(
    /^the database stopped/,
  );
});

test('space is told only when there is little, and not where it cannot be known', () => {
  expect(describeSpace(tmpdir())).toBe('');
  expect(describeSpace('/does/not/exist')).toBe('');
  // A file system without any space of its own.
  expect(describeSpace('/proc')).toBe(process.platform === 'linux' ? ' (the disk has 0 kB left)' : '');
});

test('too little space for LMDB to begin with is told before it begins', () => {
  assertSpace(tmpdir());
  assertSpace('/does/not/exist');
  if (process.platform === 'linux') {
    expect(() => assertSpace('/proc')).toThrow('the disk is full (the disk has 0 kB left)');
  }
});
