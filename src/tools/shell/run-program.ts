import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { CallContext } from '../../base/call-context.ts';
import type { Timer } from '../../base/clock.ts';
import { TroupeError } from '../../base/errors.ts';
import { PROGRAM_GRACE_MS, PROGRAM_OUTPUT_MAX_BYTES, PROGRAM_WRITES_MAX_BYTES } from '../../base/limits.ts';
import { createKeptOutput, type KeptOutput } from './kept-output.ts';

/** What to run, without a shell. */
export interface Program {
  /** Absolute. */
  readonly file: string;
  /** What the program sees as its own name. */
  readonly name: string;
  readonly args: readonly string[];
  /** Absolute: where it runs. */
  readonly folder: string;
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** A type, not an interface: it is JSON. */
export type ProgramResult = {
  /** Null: it was ended by a signal. */
  exit_code: number | null;
  signal?: string;
  stdout: string;
  stderr: string;
  /** True: some of the output was cut out. */
  truncated: boolean;
};

/** Process groups that run; whatever ends this process, they end with it. */
const running = new Set<number>();
let isWatching = false;

/**
 * Runs a program in a process group of its own, with nothing to read.
 *
 * When the program itself has ended, what it left running in its group is killed. When the call is aborted, the group is asked
 * to end, and killed after `PROGRAM_GRACE_MS` by the run's clock. Only a process that has left the group on purpose (`setsid`)
 * outlives it.
 *
 * @returns When the program has ended; any exit code is a result.
 * @throws {TroupeError} `TOOL_FAILED` if it cannot be started or writes over `PROGRAM_WRITES_MAX_BYTES`; the abort's reason, as
 * soon as the program has ended.
 */
export function runProgram(program: Program, context: CallContext): Promise<ProgramResult> {
  return new Promise((resolve, reject) => new RunningProgram(program, context, resolve, reject).start());
}

class RunningProgram {
  readonly #program: Program;
  readonly #context: CallContext;
  readonly #resolve: (result: ProgramResult) => void;
  readonly #reject: (error: Error) => void;
  readonly #stdout = createKeptOutput(PROGRAM_OUTPUT_MAX_BYTES);
  readonly #stderr = createKeptOutput(PROGRAM_OUTPUT_MAX_BYTES);
  #child: ChildProcess | undefined;
  #grace: Timer | undefined;
  /** Why it was ended, if it was. */
  #failure: Error | undefined;

  constructor(
    program: Program,
    context: CallContext,
    resolve: (result: ProgramResult) => void,
    reject: (error: Error) => void,
  ) {
    this.#program = program;
    this.#context = context;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const { file, name, args, folder, env } = this.#program;
    let child: ChildProcess;
    try {
      child = spawn(file, args, {
        argv0: name,
        cwd: folder,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
        // A session, and so a process group, of its own.
        detached: true,
      });
    } catch (error) {
      this.#refuse(error);
      return;
    }
    this.#child = child;
    child.once('error', (error) => this.#refuse(error));
    const { pid } = child;
    if (pid === undefined) return;
    watch(pid);
    this.#read(child.stdout, this.#stdout);
    this.#read(child.stderr, this.#stderr);
    child.once('exit', () => this.#exited(pid));
    child.once('close', (code, signal) => this.#closed(code, signal));
    this.#context.onAbort((reason) => this.#end(reason));
  }

  #read(stream: Readable | null, output: KeptOutput): void {
    stream?.on('data', (chunk: Buffer) => {
      output.add(chunk);
      if (output.bytes <= PROGRAM_WRITES_MAX_BYTES) return;
      const limit = `it wrote more than ${PROGRAM_WRITES_MAX_BYTES} bytes; have it write less`;
      this.#end(new TroupeError('TOOL_FAILED', `Cannot run "${this.#program.name}": ${limit}`));
      this.#letGo();
    });
    // A pipe that breaks has no more to give.
    stream?.on('error', () => undefined);
  }

  /** Asks the group to end, then makes it. Its pipes stay open, for it to tidy up, but this process need not wait for it. */
  #end(reason: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    const child = this.#child;
    if (child?.pid === undefined || !running.has(child.pid)) return;
    const { pid } = child;
    for (const handle of [child, child.stdout as Socket | null, child.stderr as Socket | null]) handle?.unref();
    signalGroup(pid, 'SIGTERM');
    this.#grace = this.#context.clock.setTimer(PROGRAM_GRACE_MS, () => signalGroup(pid, 'SIGKILL'));
  }

  /** At once, before the number of the group can belong to another. */
  #exited(pid: number): void {
    signalGroup(pid, 'SIGKILL');
    running.delete(pid);
    this.#grace?.cancel();
    // The output ends with the group, unless someone has left it and keeps the pipe.
    this.#grace = this.#context.clock.setTimer(PROGRAM_GRACE_MS, () => this.#letGo());
  }

  #letGo(): void {
    this.#child?.stdout?.destroy();
    this.#child?.stderr?.destroy();
  }

  #closed(code: number | null, signal: NodeJS.Signals | null): void {
    this.#grace?.cancel();
    if (this.#failure !== undefined) {
      this.#reject(this.#failure);
      return;
    }
    const [out, err] = [this.#stdout.text(), this.#stderr.text()];
    this.#resolve({
      exit_code: code,
      ...(signal === null ? {} : { signal }),
      stdout: out.text,
      stderr: err.text,
      truncated: out.truncated || err.truncated,
    });
  }

  #refuse(error: unknown): void {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    const reason = REASONS[code] ?? `the system refuses it (${code})`;
    this.#reject(new TroupeError('TOOL_FAILED', `Cannot run "${this.#program.name}": ${reason}`));
  }
}

const REASONS: Record<string, string> = {
  ENOENT: 'the program or its folder does not exist any more',
  EACCES: 'permission is denied',
  E2BIG: 'the arguments are too long',
  EAGAIN: 'there are too many processes',
  ENOEXEC: 'it is not a program',
};

/** Also those who have other rights, or have ended, are no reason to fail. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // There is nobody left.
  }
}

function watch(pid: number): void {
  running.add(pid);
  if (isWatching) return;
  isWatching = true;
  process.on('exit', () => {
    for (const group of running) signalGroup(group, 'SIGKILL');
  });
}
