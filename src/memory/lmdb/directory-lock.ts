import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TroupeError } from '../../base/errors.ts';

/** Each attempt ends with the lock, with a holder that lives, or with one stale lock less. */
const ATTEMPTS = 3;

/**
 * Claims a data directory for this process by the file `lock` in it, which holds the process id and start time.
 *
 * A lock whose process has gone is taken over. Where `/proc` tells when a process started, a new process that got the
 * same id is not mistaken for the holder. Processes that cannot see each other (other containers, other hosts) are
 * not kept apart.
 *
 * @returns Gives the directory free again. Idempotent.
 * @throws {TroupeError} `STORE_BUSY` with the holder's process id.
 */
export function lockDirectory(directory: string): () => void {
  const path = join(directory, 'lock');
  const own = `${path}.${process.pid}`;
  const content = `${process.pid}\n${describe(process.pid)?.startedAt ?? ''}\n`;
  // Written aside and linked, so that a lock never appears without its content.
  writeFileSync(own, content);
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (link(own, path)) return () => release(path, content);
      const found = read(path);
      if (found === undefined) continue;
      const holder = toHolder(found);
      if (holder !== undefined) throw busy(directory, `process ${holder} is using it`);
      removeStale(path, found);
    }
    throw busy(directory, 'other processes are opening it at the same time');
  } finally {
    rmSync(own, { force: true });
  }
}

/** @returns The process that writes to a data directory; undefined if none does, or none that can be seen from here. */
export function findHolder(directory: string): number | undefined {
  const found = read(join(directory, 'lock'));
  return found === undefined ? undefined : toHolder(found);
}

function busy(directory: string, state: string): TroupeError {
  return new TroupeError('STORE_BUSY', `Cannot open "${directory}": ${state}`);
}

/** @returns False if there is a lock already. */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** @returns The process id in the lock if that process still lives. */
function toHolder(content: string): number | undefined {
  const [pidText = '', startedAt = ''] = content.split('\n');
  const pid = Number(pidText);
  // An empty or torn lock is what a power cut leaves behind.
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return undefined;
  const found = describe(pid);
  if (found === undefined) return pid;
  if (found.state === 'Z') return undefined;
  return startedAt === '' || startedAt === found.startedAt ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** @returns State (`Z`: dead, not yet reaped) and start in clock ticks since boot; undefined without `/proc`. */
function describe(pid: number): { readonly state: string; readonly startedAt: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name in parentheses and may hold anything; the state is field 3, the start field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startedAt: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

/** Moves the lock aside and looks again: between reading and moving, another process may have taken it over. */
function removeStale(path: string, content: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (read(aside) !== content) link(aside, path);
  rmSync(aside, { force: true });
}

function release(path: string, content: string): void {
  if (read(path) === content) rmSync(path, { force: true });
}
