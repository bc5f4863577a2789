import {
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../src/tools/files/explain.ts';
import { type Place, walkInside } from '../../../src/tools/files/walk-inside.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

function makeFolder(): string {
  const root = join(realpathSync(temporaryFolder()), 'data');
  mkdirSync(join(root, 'a/b'), { recursive: true });
  writeFileSync(join(root, 'a/b/f'), 'inside');
  return root;
}

const walk = <T = Place>(root: string, path: string, use = async (place: Place) => place as T, makeFolders = false) =>
  walkInside(root, path.split('/').filter(Boolean), { makeFolders }, use);

describe('walkInside', () => {
  test('gives what there is, and opens it', async () => {
    const root = makeFolder();
    const text = await walk(root, 'a/b/f', async (place) => {
      expect(place).toMatchObject({ names: ['a', 'b', 'f'] });
      expect(place.stats?.isFile()).toBe(true);
      expect(realpathSync(place.address)).toBe(join(root, 'a/b/f'));
      expect(realpathSync(place.parent)).toBe(join(root, 'a/b'));
      expect(await place.isInside()).toBe(true);
      const handle = await place.open(constants.O_RDONLY);
      const read = await handle.readFile('utf8');
      await handle.close();
      return read;
    });
    expect(text).toBe('inside');
  });

  test('the folder itself is inside', async () => {
    const root = makeFolder();
    expect(await walk(root, '')).toMatchObject({ names: [] });
    expect(await walk(root, '', (place) => place.isInside())).toBe(true);
  });

  test('gives the names that links lead to, also of what does not exist', async () => {
    const root = makeFolder();
    symlinkSync('a/b', join(root, 'short'));
    symlinkSync('../a/./b/../b', join(root, 'a/around'));
    symlinkSync(join(root, 'a'), join(root, 'a/b/whole'));
    symlinkSync('none/at/all', join(root, 'dangling'));
    expect(await walk(root, 'short/f')).toMatchObject({ names: ['a', 'b', 'f'] });
    expect(await walk(root, 'a/around/f')).toMatchObject({ names: ['a', 'b', 'f'] });
    expect(await walk(root, 'short/whole/b/f')).toMatchObject({ names: ['a', 'b', 'f'] });
    expect(await walk(root, 'short/x/y')).toMatchObject({ names: ['a', 'b', 'x', 'y'] });
    expect(await walk(root, 'dangling/x')).toMatchObject({ names: ['none', 'at', 'all', 'x'] });
    expect((await walk(root, 'short/x')).stats).toBeUndefined();
  });

  test('makes the folders on the way, not the last name', async () => {
    const root = makeFolder();
    symlinkSync('a/b', join(root, 'short'));
    const place = await walk(root, 'short/x/y/z', async (found) => found, true);
    expect(place).toMatchObject({ names: ['a', 'b', 'x', 'y', 'z'] });
    expect(readdirSync(join(root, 'a/b/x/y'))).toEqual([]);
  });

  test('a folder that is moved away is still the one in hand, and no longer inside', async () => {
    const root = makeFolder();
    await walk(root, 'a/b/f', async (place) => {
      renameSync(join(root, 'a'), join(root, '../gone'));
      mkdirSync(join(root, 'a/b'), { recursive: true });
      writeFileSync(join(root, 'a/b/f'), 'another');
      expect(await readFile(place.address, 'utf8')).toBe('inside');
      expect(await place.isInside()).toBe(false);
    });
  });

  test('what is put in the place of a link or a file meanwhile is not opened', async () => {
    const root = makeFolder();
    await walk(root, 'a/b/f', async (place) => {
      renameSync(join(root, 'a/b/f'), join(root, 'a/b/old'));
      symlinkSync('/etc/passwd', join(root, 'a/b/f'));
      const handle = await place.open(constants.O_RDONLY);
      expect(await handle.readFile('utf8')).toBe('inside');
      await handle.close();
    });
  });

  test('the folder must be where it was', async () => {
    const root = makeFolder();
    renameSync(root, `${root}-moved`);
    await expect(walk(root, 'a')).rejects.toThrow('the folder has been moved or removed');
    symlinkSync(`${root}-moved`, root);
    await expect(walk(root, 'a')).rejects.toThrow('the folder has been moved or removed');
    await expect(walk(root, 'a')).rejects.toThrow(Refusal);
  });

  test('a way of links has an end', async () => {
    const root = makeFolder();
    for (let i = 0; i < 41; i++) symlinkSync(`l${i + 1}`, join(root, `l${i}`));
    writeFileSync(join(root, 'l41'), '');
    expect(await walk(root, 'l1')).toMatchObject({ names: ['l41'] });
    await expect(walk(root, 'l0')).rejects.toThrow('leads nowhere');
    symlinkSync('a/../'.repeat(800), join(root, 'tangle'));
    await expect(walk(root, 'tangle')).rejects.toThrow('too long');
  });

  test.runIf(existsSync('/proc/self/fd'))('closes what it has opened, also when it fails', async () => {
    const root = makeFolder();
    symlinkSync('..', join(root, 'out'));
    const count = () => readdirSync('/proc/self/fd').length;
    const before = count();
    for (let i = 0; i < 30; i++) {
      await walk(root, 'a/b/f');
      await walk(root, 'a/none/none');
      await walk(root, 'out/x').catch(() => undefined);
      await walk(root, 'a/b/f/x').catch(() => undefined);
      await walk(root, 'a', () => Promise.reject(new Error('x'))).catch(() => undefined);
    }
    expect(count()).toBeLessThan(before + 10);
  });
});
