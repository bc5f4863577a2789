import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

const root = join(import.meta.dirname, '../..');
/** Below the checkout's node_modules, so that what it imports is found. */
const folder = join(root, `node_modules/.cache/troupe-test-${process.pid}`);

/** How a process ended, and all it wrote. */
export interface Ended {
  /** Null when a signal ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliProcess {
  /** Resolves when its standard error holds `text`; rejects if it ends before. */
  says(text: string): Promise<void>;
  /** What it has written so far. */
  readonly text: Readonly<Record<'stdout' | 'stderr', string>>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

export interface Cli {
  /** The compiled package. */
  readonly dist: string;
  start(...args: string[]): CliProcess;
  /** Starts it and waits for its end. */
  run(...args: string[]): Promise<Ended>;
}

/** The command line as it is shipped: compiled before a file's first test, run in processes of its own. */
export function useCli(): Cli {
  const running = new Set<ChildProcess>();
  beforeAll(build, 60_000);
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  const start = (...args: string[]): CliProcess => {
    const child = spawn(process.execPath, [join(folder, 'dist/cli/main.js'), ...args], {
      // Not the checkout: nothing may be left there by a forgotten --data.
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    child.once('close', () => running.delete(child));
    return follow(child);
  };
  return { dist: join(folder, 'dist'), start, run: (...args) => start(...args).ended };
}

/** `main.js` reads package.json two folders up, and Node the module type from it. */
function build(): void {
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'));
  const compiler = join(root, 'node_modules/.bin/tsc');
  const args = ['-p', 'tsconfig.build.json', '--outDir', join(folder, 'dist'), '--declaration', 'false'];
  execFileSync(compiler, args, { cwd: root, stdio: 'inherit' });
}

function follow(child: ChildProcess): CliProcess {
  const text = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
      for (const check of waiting) check();
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve({ status, signal, ...text }));
  });
  return {
    text,
    ended,
    kill: (signal) => child.kill(signal),
    says: (expected) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (!text.stderr.includes(expected)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
        void ended.then(() => reject(new Error(`It ended without saying "${expected}":\n${text.stderr}`)), reject);
      }),
  };
}
