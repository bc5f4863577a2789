import { execFileSync } from 'node:child_process';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Text of every file outside. */
export const SECRET = 'SECRET';
/** In the folder above, when nothing has been added. */
export const NAMES_OUTSIDE = [
  'data',
  'data-secret',
  'data-secret/key.txt',
  'data.txt',
  'datax',
  'datax/x',
  'secret.txt',
];
const OLD = new Date('2001-01-01T00:00:00Z');

/** A folder with things in it and around it that must not be reached. */
export interface World {
  readonly base: string;
  readonly root: string;
  /** What is outside as it is now, without reading it: names, sizes, and the times of reading and writing. */
  look(): unknown;
  /** The texts of the files outside. To be asked last, since it reads them. */
  texts(): string[];
  /** Names beside the folder, and in it. */
  namesOutside(): string[];
  namesInside(): string[];
  remove(): void;
}

/** FIFO, socket and device cannot be made quickly: they are made once, and have a name in each world. */
export interface SpecialFiles {
  readonly folder: string;
  readonly names: readonly string[];
  close(): void;
}

export async function makeSpecialFiles(): Promise<SpecialFiles> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'troupe-special-')));
  execFileSync('mkfifo', [join(folder, 'fifo')]);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(folder, 'socket'), resolve));
  try {
    execFileSync('mknod', [join(folder, 'device'), 'c', '1', '3'], { stdio: 'ignore' });
  } catch {
    // Only root may, and not in every container.
  }
  return {
    folder,
    names: readdirSync(folder),
    close: () => {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function makeWorld(special: SpecialFiles): World {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'troupe-world-')));
  const root = join(base, 'data');
  for (const folder of ['data/sub/deep', 'data/empty', 'data-secret', 'datax']) {
    mkdirSync(join(base, folder), { recursive: true });
  }
  const outside = ['secret.txt', 'data-secret/key.txt', 'datax/x', 'data.txt'];
  for (const file of outside) writeFileSync(join(base, file), SECRET);
  for (const file of ['a.txt', 'sub/b.txt', '..a', 'a..', '...', 'ünï cödé.txt', 'twin-1']) {
    writeFileSync(join(root, file), 'inside');
  }
  linkSync(join(root, 'twin-1'), join(root, 'twin'));
  linkSync(join(base, 'secret.txt'), join(root, 'hard'));
  linkSync(join(base, 'data-secret/key.txt'), join(root, 'sub/hard'));
  for (const name of special.names) linkSync(join(special.folder, name), join(root, name));
  linkSync(join(special.folder, 'fifo'), join(root, 'sub/fifo'));
  for (const [name, target] of Object.entries(linksOf(base))) symlinkSync(target, join(root, name));
  // Older than what was written: the next reading would show, also on a disk that notes only the first one.
  const places = ['', ...outside, 'data-secret', 'datax'].map((place) => join(base, place));
  for (const place of places) utimesSync(place, new Date(OLD.getTime() - 1_000), OLD);
  return {
    base,
    root,
    look: () => places.map((place) => describe(place)),
    texts: () => outside.map((file) => readFileSync(join(base, file), 'utf8')),
    namesOutside: () =>
      ['', 'data-secret', 'datax']
        .flatMap((folder) => readdirSync(join(base, folder)).map((name) => join(folder, name)))
        .sort(),
    namesInside: () => namesUnder(root).sort(),
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
}

function describe(place: string): unknown {
  const { size, ino, mode, mtimeMs, atimeMs } = lstatSync(place);
  return { place, size, ino, mode, mtimeMs, atimeMs };
}

function linksOf(base: string): Record<string, string> {
  return {
    'link-in': 'a.txt',
    'folder-in': 'sub',
    'up-in': 'sub/../a.txt',
    'absolute-in': `${base}/data/a.txt`,
    'absolute-folder-in': `${base}/data/sub`,
    chain: 'chain-1',
    'chain-1': './/sub/../chain-2',
    'chain-2': 'link-in',
    'sub/up-one': '..',
    here: '.',
    trailing: 'sub/',
    dangling: 'nowhere',
    'link-out': '../secret.txt',
    'absolute-out': `${base}/secret.txt`,
    passwd: '/etc/passwd',
    environ: '/proc/self/environ',
    'zero-device': '/dev/zero',
    'null-device': '/dev/null',
    'folder-out': '..',
    etc: '/etc',
    sibling: '../data-secret',
    'chain-out': 'chain-out-1',
    'chain-out-1': 'sub/../chain-out-2',
    'chain-out-2': '../secret.txt',
    'sub/up-two': '../..',
    back: '../data/a.txt',
    'back-absolute': `${base}/data/../data/../secret.txt`,
    'far-up': '../'.repeat(1_000),
    'middle-out': 'sub/../../data/a.txt',
    'dangling-out': '../new-outside.txt',
    'dangling-out-absolute': `${base}/new-outside.txt`,
    'dangling-folder-out': '../new-folder',
    'self-descriptors': '/proc/self/fd',
    'self-root': '/proc/self/root',
    'self-cwd': '/proc/self/cwd',
    'prefix-out': `${base}/data-secret`,
    'up-inside-text': 'sub/deep/../../../secret.txt',
    loop: 'loop',
    'loop-a': 'loop-b',
    'loop-b': 'loop-a',
    'loop-deep': 'loop-deep/x/../y',
    'through-file': 'a.txt/../a.txt',
    'nothing-above': 'none/../a.txt',
    'link-fifo': 'fifo',
  };
}

/** Node's own recursion follows links. */
function namesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => [
    entry.name,
    ...(entry.isDirectory() ? namesUnder(join(folder, entry.name)).map((name) => join(entry.name, name)) : []),
  ]);
}
