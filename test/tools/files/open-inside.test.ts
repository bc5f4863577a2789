import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openInside } from '../../../src/tools/files/open-inside.ts';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'troupe-inside-')));
const root = join(base, 'data');
const secret = join(base, 'secret.txt');
mkdirSync(join(root, 'sub', 'deep'), { recursive: true });
mkdirSync(join(base, 'data-secret'));
writeFileSync(secret, 'SECRET');
writeFileSync(join(base, 'data-secret', 'key.txt'), 'SECRET');
writeFileSync(join(root, 'a.txt'), 'inside');
writeFileSync(join(root, 'sub', 'b.txt'), 'inside');
writeFileSync(join(root, 'ünï cödé.txt'), 'inside');
writeFileSync(join(root, '..a'), 'inside');
writeFileSync(join(root, '...'), 'inside');
symlinkSync(secret, join(root, 'link-out'));
symlinkSync('../secret.txt', join(root, 'link-out-relative'));
symlinkSync(base, join(root, 'folder-out'));
symlinkSync(join(base, 'data-secret'), join(root, 'sibling-out'));
symlinkSync('link-out', join(root, 'link-to-link'));
symlinkSync('loop', join(root, 'loop'));
symlinkSync('nowhere', join(root, 'dangling'));
symlinkSync('/etc/passwd', join(root, 'passwd'));
symlinkSync('/dev/zero', join(root, 'zero'));
symlinkSync('/proc/self/environ', join(root, 'environ'));
symlinkSync('a.txt', join(root, 'link-in'));
symlinkSync('sub', join(root, 'folder-in'));
execFileSync('mkfifo', [join(root, 'fifo')]);

async function read(path: string): Promise<string> {
  const { handle, bytes } = await openInside(root, path);
  const text = await handle.readFile('utf8');
  await handle.close();
  expect(Buffer.byteLength(text)).toBe(bytes);
  return text;
}

describe('openInside', () => {
  test.each([
    'a.txt',
    './a.txt',
    'sub/b.txt',
    'sub//b.txt',
    'sub/./b.txt',
    'ünï cödé.txt',
    '..a',
    '...',
    'link-in',
    'folder-in/b.txt',
  ])('opens %j', async (path) => expect(await read(path)).toBe('inside'));

  // Many more are in path-payloads.json.
  test.each<[string, RegExp]>([
    ['', /empty/],
    ['sub/../../secret.txt', /upwards/],
    ['/etc/passwd', /not relative/],
    ['a.txt\0', /zero character/],
    ['a.txt/', /ends like that of a folder/],
    ['a.txt/b', /a part of the path is a file/],
    ['none.txt', /does not exist/],
    ['dangling', /does not exist/],
    ['loop', /leads nowhere/],
    ['.', /is a folder/],
    ['sub', /is a folder/],
    ['folder-in', /is a folder/],
    ['link-out', /outside/],
    ['link-to-link', /outside/],
    ['zero', /outside/],
    ['environ', /outside/],
    ['folder-out/data-secret/key.txt', /outside/],
    ['folder-out/data/a.txt', /outside/],
    ['sibling-out/key.txt', /outside/],
    ['fifo', /not a regular file/],
    ['x'.repeat(300), /too long/],
  ])('refuses %j', async (path, reason) => {
    await expect(read(path)).rejects.toThrow(reason);
    await expect(read(path)).rejects.toMatchObject({ code: 'TOOL_FAILED' });
  });

  test('the error says nothing of where a link leads', async () => {
    await expect(read('link-out')).rejects.toThrow(/^Cannot read "link-out": it is outside the folder$/);
  });

  test('refuses a socket', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(root, 's'), resolve));
    await expect(read('s')).rejects.toThrow('not a regular file');
    server.close();
  });

  test('does not take a file with a second name, which may be outside', async () => {
    linkSync(secret, join(root, 'hard'));
    await expect(read('hard')).rejects.toThrow('it has a second name (a hard link), which may be outside the folder');
  });

  test('leaves no descriptor open when it refuses', async () => {
    const { readdirSync } = await import('node:fs');
    const count = () => readdirSync('/proc/self/fd').length;
    const before = count();
    for (let i = 0; i < 50; i++) await read('link-out').catch(() => undefined);
    for (let i = 0; i < 50; i++) await read('sub').catch(() => undefined);
    expect(count()).toBeLessThan(before + 10);
  });
});
