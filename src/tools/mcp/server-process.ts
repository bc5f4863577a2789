import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Clock } from '../../base/clock.ts';
import {
  MCP_EXIT_MS,
  MCP_MESSAGE_MAX_CHARS,
  MCP_UNREAD_MAX_BYTES,
  SECRET_CUT_READ,
  TOOL_LOG_MAX_CHARS,
} from '../../base/limits.ts';
import { LineSplitter, type OnLine } from './line-splitter.ts';

/** What is still in the pipes of a process that has exited is there by then, in milliseconds. */
const PIPES_MS = 500;
/** Of a line of stderr. More than is shown of it: secrets are taken out before it is cut to that. */
const LOG_READ_CHARS = SECRET_CUT_READ * TOOL_LOG_MAX_CHARS;
/** Only POSIX has groups of processes. */
const HAS_GROUPS = process.platform !== 'win32';

/** How a server is started, and what is told of it. */
interface ServerProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  /** All of it: nothing else is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Of real time. */
  readonly clock: Clock;
  /** A line of its output. `ending`: it was longer than `MCP_MESSAGE_MAX_CHARS`. */
  readonly onLine: OnLine;
  /** A line of its stderr, or the beginning of a long one. */
  readonly onLog: (line: string) => void;
  /** It cannot be talked to any more, as a sentence without its end: `it ended with exit code 1`. Once; not after `stop`. */
  readonly onEnd: (reason: string) => void;
}

/** Those that run; they must not outlive this process. */
const running = new Set<ServerProcess>();

function killAll(): void {
  for (const server of running) server.kill('SIGKILL');
}

/**
 * A server that is a process: lines in, lines out.
 *
 * It leads a group of its own. So an interrupt from the terminal, which goes to everyone in ours, does not end the server
 * while agents still finish their turns; and what it has started itself, such as the real server under `npx`, ends with it.
 */
export class ServerProcess {
  readonly #options: ServerProcessOptions;
  #child: ChildProcessWithoutNullStreams | undefined;
  /** The process is no more; its id may be another's by now. */
  #hasExited = false;
  #hasEnded = false;
  #stopping: Promise<void> | undefined;
  #onClosed: (() => void) | undefined;
  readonly #closed = new Promise<void>((resolve) => {
    this.#onClosed = resolve;
  });

  constructor(options: ServerProcessOptions) {
    this.#options = options;
  }

  /** @throws {Error} If the system cannot start it, as a sentence without its end that does not name the environment. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = ({ code = 'unknown' }: NodeJS.ErrnoException): void => {
        const reason = `the program "${this.#options.command}" cannot be started (${code})`;
        reject(new Error(reason));
        this.#end(reason);
      };
      try {
        this.#spawn(resolve).on('error', fail);
      } catch (error) {
        fail(error as NodeJS.ErrnoException);
      }
    });
  }

  /** @throws At once, for a command that cannot even be passed to the system. */
  #spawn(onSpawned: () => void): ChildProcessWithoutNullStreams {
    const { command, args, folder, env } = this.#options;
    const options = { cwd: folder, env, detached: HAS_GROUPS, windowsHide: true } as const;
    const child = spawn(command, args, { ...options, stdio: 'pipe' });
    this.#child = child;
    child.once('spawn', () => {
      if (running.size === 0) process.once('exit', killAll);
      running.add(this);
      onSpawned();
    });
    child.once('exit', (code, signal) =>
      this.#exited(code === null ? `it was ended by ${signal}` : `it ended with exit code ${code}`),
    );
    child.once('close', () => this.#onClosed?.());
    child.stdin.on('error', () => this.#end('it does not take input any more'));
    this.#read(child);
    return child;
  }

  #read({ stdout, stderr }: ChildProcessWithoutNullStreams): void {
    const { clock, onLine, onLog } = this.#options;
    // Deferred: a server that floods us with lines gets its share of the event loop and no more.
    const lines = new LineSplitter(MCP_MESSAGE_MAX_CHARS, (line, ending) => clock.defer(() => onLine(line, ending)));
    stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout.pause();
      lines.push(text);
      clock.defer(() => stdout.resume());
    });
    stdout.on('error', () => undefined);
    stdout.once('end', () => {
      // Usually it has exited, which says more.
      clock.setTimer(PIPES_MS, () => this.#end('it closed its output'));
    });
    const log = new LineSplitter(LOG_READ_CHARS, (line, ending) => onLog(ending === undefined ? line : `${line}…`));
    stderr.setEncoding('utf8').on('data', (text: string) => log.push(text));
    stderr.on('error', () => undefined);
    stderr.once('end', () => log.flush());
  }

  #exited(reason: string): void {
    // What it has started itself is of no use without it, and may keep the pipes open.
    this.kill('SIGKILL');
    this.#hasExited = true;
    running.delete(this);
    if (running.size === 0) process.off('exit', killAll);
    const { clock } = this.#options;
    const late = clock.setTimer(PIPES_MS, () => this.#close());
    this.#closed.then(() => {
      late.cancel();
      // After the lines that were read before.
      clock.defer(() => this.#end(reason));
    });
  }

  #end(reason: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (this.#stopping === undefined) this.#options.onEnd(reason);
  }

  /** Contract: does not throw; whoever does not read what it is sent has ended. */
  write(text: string): void {
    const stdin = this.#child?.stdin;
    if (this.#hasEnded || stdin === undefined || !stdin.writable) return;
    if (stdin.writableLength + text.length > MCP_UNREAD_MAX_BYTES) this.#end('it does not read its input');
    else stdin.write(text);
  }

  /** Ends it with all it has started: its input ends, then SIGTERM, then SIGKILL. Resolves when it is gone, or given up. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    if (this.#child?.pid === undefined) return;
    this.#child.stdin.end();
    if (await this.#closes()) return;
    this.kill('SIGTERM');
    if (await this.#closes()) return;
    this.kill('SIGKILL');
    if (!(await this.#closes())) this.#close();
  }

  #closes(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = this.#options.clock.setTimer(MCP_EXIT_MS, () => resolve(false));
      this.#closed.then(() => {
        timer.cancel();
        resolve(true);
      });
    });
  }

  /** Lets go of its pipes, which somebody else may hold open for ever. */
  #close(): void {
    this.#child?.stdout.destroy();
    this.#child?.stderr.destroy();
    this.#child?.stdin.destroy();
    this.#child?.unref();
    this.#onClosed?.();
  }

  kill(signal: NodeJS.Signals): void {
    const child = this.#child;
    if (child?.pid === undefined || this.#hasExited) return;
    try {
      if (HAS_GROUPS) process.kill(-child.pid, signal);
      else child.kill(signal);
    } catch {
      // Nobody is left in the group.
    }
  }
}
