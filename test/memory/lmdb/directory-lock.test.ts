import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lockDirectory } from '../../../src/memory/lmdb/directory-lock.ts';

describe('a locked directory', () => {
  let directory = '';
  const children: ChildProcess[] = [];
  const lock = (): string => join(directory, 'lock');
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'troupe-'));
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    rmSync(directory, { recursive: true });
  });

  const spawnIdle = async (): Promise<ChildProcess> => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
    children.push(child);
    await once(child, 'spawn');
    return child;
  };

  const expectBusy = (pid: number | undefined): void => {
    expect(() => lockDirectory(directory)).toThrow(
      expect.objectContaining({
        code: 'STORE_BUSY',
        message: `Cannot open "${directory}": process ${pid} is using it`,
      }),
    );
  };

  test('holds one file with our process id, and is free again when released, twice if need be', () => {
    const release = lockDirectory(directory);
    expect(readdirSync(directory)).toEqual(['lock']);
    expect(readFileSync(lock(), 'utf8').split('\n')[0]).toBe(String(process.pid));
    expectBusy(process.pid);
    release();
    release();
    expect(existsSync(lock())).toBe(false);
    lockDirectory(directory)();
  });

  test('is refused to others while the holder lives, with its process id', async () => {
    const child = await spawnIdle();
    writeFileSync(lock(), `${child.pid}\n\n`);
    expectBusy(child.pid);
    expect(readdirSync(directory)).toEqual(['lock']);
  });

  test('is taken over when the holder has gone', async () => {
    const child = await spawnIdle();
    writeFileSync(lock(), `${child.pid}\n\n`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const release = lockDirectory(directory);
    expectBusy(process.pid);
    release();
    expect(readdirSync(directory)).toEqual([]);
  });

  test.runIf(existsSync('/proc/self/stat'))('is taken over when another process has got the id since', async () => {
    const child = await spawnIdle();
    writeFileSync(lock(), `${child.pid}\n12345\n`);
    lockDirectory(directory)();
    writeFileSync(lock(), `${process.pid}\n12345\n`);
    lockDirectory(directory)();
    expect(existsSync(lock())).toBe(false);
  });

  test.each(['', '\n', 'not a number\n', '0\n', '-1\n'])('is taken over when a power cut left %j in it', (content) => {
    writeFileSync(lock(), content);
    lockDirectory(directory)();
    expect(readdirSync(directory)).toEqual([]);
  });

  test('stays with who took it over when the former holder releases late', async () => {
    const release = lockDirectory(directory);
    const child = await spawnIdle();
    writeFileSync(lock(), `${child.pid}\n\n`);
    release();
    expectBusy(child.pid);
  });
});
