import { describe, expect, test } from 'vitest';
import { TroupeError } from '../../../src/base/errors.ts';
import { explain, Refusal } from '../../../src/tools/files/explain.ts';

const fail = (error: unknown, path = 'a') => explain('read', path, () => Promise.reject(error));

describe('explain', () => {
  test('gives what is done', async () => expect(await explain('read', 'a', async () => 1)).toBe(1));

  test.each<[unknown, string]>([
    [new Refusal('it is a folder'), 'it is a folder'],
    [{ code: 'ENOENT' }, 'it does not exist'],
    [{ code: 'ENOSPC' }, 'the disk is full'],
    [{ code: 'EACCES' }, 'permission is denied'],
    [{ code: 'EIO', message: '/outside/secret' }, 'the system refuses it (EIO)'],
    [new Error('/outside/secret'), 'the system refuses it (unknown)'],
  ])('says why: %j', async (error, reason) => {
    await expect(fail(error)).rejects.toMatchObject({ code: 'TOOL_FAILED', message: `Cannot read "a": ${reason}` });
    await expect(fail(error)).rejects.not.toHaveProperty('cause');
  });

  test('shows the beginning of the path, as text', async () => {
    await expect(fail(new Refusal('x'), '"\n')).rejects.toThrow('Cannot read "\\"\\n": x');
    await expect(fail(new Refusal('x'), 'y'.repeat(5_000))).rejects.toThrow(`"${'y'.repeat(200)}": x`);
  });

  test('what was thrown synchronously is explained, too', async () => {
    const work = () => {
      throw new Refusal('x');
    };
    await expect(explain('list', 'a', work)).rejects.toThrow('Cannot list "a": x');
  });

  test('leaves errors of ours as they are', async () => {
    const reason = new TroupeError('ABORTED', 'The call was aborted');
    await expect(fail(reason)).rejects.toBe(reason);
  });
});
