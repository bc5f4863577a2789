import { readlinkSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where in the file system something was opened or changed, since the list was emptied. */
export const touched: string[] = [];

const WATCHED = [
  'open',
  'opendir',
  'mkdir',
  'rename',
  'unlink',
  'lstat',
  'readlink',
  'chmod',
  'truncate',
  'rm',
] as const;

/** The same functions, which note the real place of what they were given. For `vi.mock('node:fs/promises')`. */
export function watchFs(fs: typeof import('node:fs/promises')): typeof import('node:fs/promises') {
  const watched: Record<string, unknown> = { ...fs };
  for (const name of WATCHED) {
    const real = fs[name] as (...args: any[]) => Promise<unknown>;
    watched[name] = (path: string, ...rest: unknown[]) => {
      note(path);
      if (name === 'rename') note(rest[0] as string);
      return real(path, ...rest);
    };
  }
  return watched as typeof fs;
}

function note(path: string): void {
  const [, descriptor, rest] = /^(\/proc\/self\/fd\/\d+)(?:\/(.*))?$/.exec(path) ?? [];
  // What the system does with it: the descriptor's own path is followed, a last name is not.
  if (descriptor === undefined) touched.push(join(realpathSync(dirname(path)), path.slice(dirname(path).length)));
  else touched.push(join(readlinkSync(descriptor), rest ?? ''));
}
