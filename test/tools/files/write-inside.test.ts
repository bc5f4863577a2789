import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { isTemporary, type WriteMode, writeInside } from '../../../src/tools/files/write-inside.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** What is done between the writing of the temporary file and its being put in place. */
let meanwhile: (() => void) | undefined;
/** What the system says of a rename. */
let failure: string | undefined;

vi.mock('node:fs/promises', async (original) => {
  const fs: typeof import('node:fs/promises') = await original();
  return {
    ...fs,
    rename: async (from: string, to: string) => {
      meanwhile?.();
      if (failure !== undefined) throw Object.assign(new Error(failure), { code: failure });
      await fs.rename(from, to);
    },
  };
});

const never = new AbortController().signal;
const write = (root: string, path: string, text: string, mode: WriteMode = 'replace', signal = never) =>
  writeInside(root, path, Buffer.from(text), mode, signal);
const makeRoot = () => realpathSync(temporaryFolder());
const read = (...path: string[]) => readFileSync(join(...path), 'utf8');

describe('writeInside', () => {
  test('writes a file, with its folders, and leaves nothing else', async () => {
    const root = makeRoot();
    await write(root, 'a/b/c.txt', 'häß\n');
    expect(read(root, 'a/b/c.txt')).toBe('häß\n');
    expect(readdirSync(join(root, 'a/b'))).toEqual(['c.txt']);
    await write(root, 'a/b/c.txt', '');
    expect(read(root, 'a/b/c.txt')).toBe('');
  });

  test('a reader has the old text or the new one, whole', async () => {
    const root = makeRoot();
    await write(root, 'f', 'old');
    meanwhile = () => {
      meanwhile = undefined;
      expect(read(root, 'f')).toBe('old');
      expect(readdirSync(root).filter(isTemporary)).toHaveLength(1);
    };
    await write(root, 'f', 'new');
    expect(meanwhile).toBeUndefined();
    expect(read(root, 'f')).toBe('new');
  });

  test('what fails leaves the old text and no temporary file', async () => {
    const root = makeRoot();
    await write(root, 'f', 'old');
    failure = 'ENOSPC';
    await expect(write(root, 'f', 'new')).rejects.toMatchObject({
      code: 'TOOL_FAILED',
      message: 'Cannot write "f": the disk is full',
    });
    failure = undefined;
    expect(readdirSync(root)).toEqual(['f']);
    expect(read(root, 'f')).toBe('old');
  });

  test('aborted, it does not put it in place', async () => {
    const root = makeRoot();
    await expect(write(root, 'f', 'x', 'replace', AbortSignal.abort(new Error('late')))).rejects.toThrow();
    expect(readdirSync(root)).toEqual([]);
  });

  test('keeps that a file can be run, and not as whom', async () => {
    const root = makeRoot();
    await write(root, 'f', '#!/bin/sh\n');
    chmodSync(join(root, 'f'), 0o4750);
    await write(root, 'f', '#!/bin/sh\nls\n');
    expect(statSync(join(root, 'f')).mode & 0o7777).toBe(0o750);
  });

  test('follows a link that stays inside, and breaks a hard link', async () => {
    const root = makeRoot();
    mkdirSync(join(root, 'data'));
    writeFileSync(join(root, 'outside'), 'old');
    writeFileSync(join(root, 'data/f'), 'old');
    symlinkSync('f', join(root, 'data/link'));
    linkSync(join(root, 'outside'), join(root, 'data/hard'));
    await write(join(root, 'data'), 'link', 'new');
    await write(join(root, 'data'), 'hard', 'new');
    expect([read(root, 'data/f'), read(root, 'data/hard'), read(root, 'outside')]).toEqual(['new', 'new', 'old']);
  });

  test('creates what is not there; the same again is its own work, another text is not written', async () => {
    const root = makeRoot();
    await write(root, 'f', 'one', 'create');
    await write(root, 'f', 'one', 'create');
    await expect(write(root, 'f', 'two', 'create')).rejects.toThrow('Cannot write "f": it exists already');
    await expect(write(root, 'f', 'on', 'create')).rejects.toThrow('it exists already');
    expect(read(root, 'f')).toBe('one');
  });

  test('of many who create the same file one does', async () => {
    const root = makeRoot();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => write(root, 'f', `text ${index}`, 'create')),
    );
    const done = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
    expect(done).toHaveLength(1);
    expect(read(root, 'f')).toBe(`text ${done[0]}`);
    expect(readdirSync(root)).toEqual(['f']);
  });

  test('many who write the same file leave one of their texts', async () => {
    const root = makeRoot();
    const texts = Array.from({ length: 20 }, (_, index) => `${index}`.repeat(10_000));
    await Promise.all(texts.map((text) => write(root, 'a/f', text)));
    expect(texts).toContain(read(root, 'a/f'));
    expect(readdirSync(join(root, 'a'))).toEqual(['f']);
  });

  test('a temporary file of a killed process is not in the way', async () => {
    const root = makeRoot();
    const names = new Set<string>();
    meanwhile = () => names.add(readdirSync(root).find(isTemporary) ?? '');
    await write(root, 'f', 'x');
    meanwhile = undefined;
    const [, number] = /-(\d+)\.tmp$/.exec([...names][0]!)!;
    for (let next = 1; next <= 50; next++) {
      writeFileSync(join(root, `.troupe-${process.pid}-${Number(number) + next}.tmp`), 'left');
    }
    await write(root, 'f', 'y');
    expect(read(root, 'f')).toBe('y');
  });

  test.runIf(process.platform === 'linux')('a folder that is swapped meanwhile does not lead it away', async () => {
    const base = makeRoot();
    const root = join(base, 'data');
    mkdirSync(join(root, 'a'), { recursive: true });
    mkdirSync(join(base, 'outside'));
    meanwhile = () => {
      meanwhile = undefined;
      renameSync(join(root, 'a'), join(root, 'b'));
      symlinkSync('../outside', join(root, 'a'));
    };
    await write(root, 'a/f', 'x');
    expect(readdirSync(join(base, 'outside'))).toEqual([]);
    expect(read(root, 'b/f')).toBe('x');
  });
});
