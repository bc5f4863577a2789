import { toErrorInfo } from '../base/errors.ts';

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'reading it is not permitted'],
  ['EPERM', 'reading it is not permitted'],
  ['EISDIR', 'it is a folder'],
  ['ENOTDIR', 'it is not a folder'],
  ['ENOENT', 'it does not exist'],
]);

/** Why a file system has refused, for the middle of a message. */
export function toReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASONS.get(code) ?? toErrorInfo(error).message;
}
