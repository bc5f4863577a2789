import { execFileSync, spawn } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openInside } from '../../src/tools/open-inside.ts';

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

  test.each<[string, RegExp]>([
    ['', /empty/],
    ['..', /upwards/],
    ['../', /upwards/],
    ['../secret.txt', /upwards/],
    ['sub/../../secret.txt', /upwards/],
    ['sub/../a.txt', /upwards/],
    ['./../secret.txt', /upwards/],
    ['sub/..', /upwards/],
    ['../data/a.txt', /upwards/],
    ['../data-secret/key.txt', /upwards/],
    ['..\\secret.txt', /upwards/],
    ['sub\\..\\..\\secret.txt', /upwards/],
    ['../../../../../../../../etc/passwd', /upwards/],
    ['/', /not relative/],
    ['/etc/passwd', /not relative/],
    ['//etc/passwd', /not relative/],
    [secret, /not relative/],
    [join(root, 'a.txt'), /not relative/],
    ['\\etc\\passwd', /not relative/],
    ['C:\\Windows\\win.ini', /not relative/],
    ['C:secret.txt', /not relative/],
    ['c:/secret.txt', /not relative/],
    ['\\\\server\\share\\x', /not relative/],
    ['\\\\?\\C:\\x', /not relative/],
    ['a.txt\0', /zero character/],
    ['../secret.txt\0.md', /zero character/],
    ['\0', /zero character/],
    ['%2e%2e/secret.txt', /does not exist/],
    ['%2e%2e%2fsecret.txt', /does not exist/],
    ['..%2fsecret.txt', /does not exist/],
    ['..%00/secret.txt', /does not exist/],
    ['....//secret.txt', /does not exist/],
    ['.../secret.txt', /does not exist/],
    ['‥/secret.txt', /does not exist/],
    ['..∕secret.txt', /does not exist/],
    ['.. /secret.txt', /does not exist/],
    ['~/secret.txt', /does not exist/],
    ['$HOME/secret.txt', /does not exist/],
    ['file:///etc/passwd', /does not exist/],
    ['a.txt/', /does not exist|outside/],
    ['a.txt/b', /does not exist/],
    ['none.txt', /does not exist/],
    ['dangling', /does not exist/],
    ['loop', /leads nowhere/],
    ['.', /outside/],
    ['./', /outside/],
    ['sub', /is a folder/],
    ['sub/', /is a folder/],
    ['folder-in', /is a folder/],
    ['link-out', /outside/],
    ['link-out-relative', /outside/],
    ['link-to-link', /outside/],
    ['passwd', /outside/],
    ['zero', /outside/],
    ['environ', /outside/],
    ['folder-out', /outside/],
    ['folder-out/secret.txt', /outside/],
    ['folder-out/data-secret/key.txt', /outside/],
    ['sibling-out/key.txt', /outside/],
    ['fifo', /not a regular file/],
    ['x'.repeat(300), /too long/],
    ['x/'.repeat(5_000), /does not exist|too long/],
  ])('refuses %j', async (path, reason) => {
    await expect(read(path)).rejects.toThrow(reason);
    await expect(read(path)).rejects.toMatchObject({ code: 'TOOL_FAILED' });
  });

  test('may leave by a link and come back', async () => expect(await read('folder-out/data/a.txt')).toBe('inside'));

  test('the error says nothing of where a link leads', async () => {
    await expect(read('link-out')).rejects.toThrow(/^Cannot read "link-out": it is outside the folder$/);
  });

  test('refuses a socket', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(root, 's'), resolve));
    await expect(read('s')).rejects.toThrow('not a regular file');
    server.close();
  });

  test('takes a second name of a file for the file it is', async () => {
    linkSync(join(root, 'a.txt'), join(root, 'hard'));
    expect(await read('hard')).toBe('inside');
  });

  test.runIf(process.platform === 'linux')(
    'a folder that becomes a link meanwhile gives nothing from outside',
    async () => {
      const outside = join(base, 'outside');
      await mkdir(outside);
      writeFileSync(join(outside, 'f'), 'SECRET');
      await mkdir(join(root, 'real'));
      writeFileSync(join(root, 'real', 'f'), 'inside');
      await symlink(outside, join(root, 'trap'));
      // A process of its own, so that it can come between any two steps of ours.
      const script = `const { renameSync: to } = require('node:fs');
      process.chdir(process.argv[1]);
      for (const end = Date.now() + 1000; Date.now() < end; ) {
        to('real', 'spare'); to('trap', 'real'); to('real', 'trap'); to('spare', 'real');
      }`;
      const swapper = spawn(process.execPath, ['-e', script, root], { stdio: 'ignore' });
      const ended = new Promise((resolve) => swapper.once('exit', resolve));
      const readOne = () => read('real/f').catch((error: Error) => error.message.replace(/.*: /, ''));
      const texts = new Set<string>();
      while (swapper.exitCode === null) texts.add(await readOne());
      await ended;
      expect([...texts]).not.toContain('SECRET');
      expect(texts).toContain('it is outside the folder');
      expect(await readOne()).toBe('inside');
    },
  );

  test('leaves no descriptor open when it refuses', async () => {
    const { readdirSync } = await import('node:fs');
    const count = () => readdirSync('/proc/self/fd').length;
    const before = count();
    for (let i = 0; i < 50; i++) await read('link-out').catch(() => undefined);
    for (let i = 0; i < 50; i++) await read('sub').catch(() => undefined);
    expect(count()).toBeLessThan(before + 10);
  });
});
