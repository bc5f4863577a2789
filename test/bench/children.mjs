import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();
/** @type {Set<string>} */
const folders = new Set();

/** On an interrupt nothing stays behind: no child, no folder. Call once, before the first child. */
export function cleanUpOnInterrupt() {
  for (const [signal, status] of /** @type {const} */ ([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])) {
    process.once(signal, () => {
      for (const child of children) child.kill('SIGKILL');
      for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      process.exit(status);
    });
  }
}

/**
 * Starts a child that ends with this process.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env] Added to ours.
 */
export function startChild(command, args, env) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  children.add(child);
  child.once('close', () => children.delete(child));
  child.once('error', () => children.delete(child));
  return child;
}

/**
 * Runs a child to its end and reads the JSON it prints.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, statuses?: readonly number[] }} [options] `env` is added to ours; `statuses` are the
 * exit statuses that are no failure, by default 0.
 * @returns {Promise<any>} What it wrote to stdout, parsed.
 * @throws {Error} If it cannot be started, ends with another status, or prints something else than JSON.
 */
export async function readChild(command, args, { env, statuses = [0] } = {}) {
  const child = startChild(command, args, env);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    stderr = (stderr + chunk).slice(-2_000);
  });
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  const line = `${command} ${args.join(' ')}`;
  if (!statuses.includes(status)) throw new Error(`Cannot run "${line}": it ended with ${status}\n${stderr}`);
  try {
    return JSON.parse(stdout);
  } catch (cause) {
    throw new Error(`Cannot read what "${line}" printed: "${stdout.slice(0, 200)}" is not JSON`, { cause });
  }
}

/**
 * @template T
 * @param {(folder: string) => Promise<T>} use
 * @returns {Promise<T>} What `use` gave; the folder is gone by then.
 */
export async function withTemporaryFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-bench-'));
  folders.add(folder);
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    folders.delete(folder);
  }
}
