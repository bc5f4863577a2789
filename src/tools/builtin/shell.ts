import { fillInAll } from '../../base/environment.ts';
import { TroupeError } from '../../base/errors.ts';
import { COMMAND_ARGUMENT_MAX_CHARS, COMMAND_MAX_ARGUMENTS, PROGRAMS_MAX } from '../../base/limits.ts';
import { createRedactor } from '../../base/redact.ts';
import { createSemaphore } from '../../base/semaphore.ts';
import type { Json, ShellToolSpec } from '../../protocol.ts';
import { resolveFolder } from '../files/resolve-folder.ts';
import { absoluteFolders, createAllowList, showEntries } from '../shell/allow-list.ts';
import { runProgram } from '../shell/run-program.ts';
import type { Tool, ToolContext, ToolOptions } from '../tool.ts';

/** Of this process's environment; anything else may be a secret. */
const PASSED_ON = ['PATH', 'HOME', 'LANG'];

/**
 * Runs the programs of its list, without a shell: `{ exit_code, signal, stdout, stderr, truncated }`.
 *
 * The list says how a command begins; what its program can do with further arguments, it can do. So a program that runs
 * others (`sh`, `env`, `find`, `node`) or writes where it is told to allows all of that.
 *
 * In a rehearsal it does not run anything: there a scenario declares what stands for it with `simulate`.
 *
 * @throws {TroupeError} `SCENARIO_INVALID` if the folder or a program of the list does not exist, or a variable is not set.
 */
export async function createShell(name: string, spec: ShellToolSpec, options: ToolOptions): Promise<Tool> {
  const execute = options.virtual ? refuseToRehearse(name) : await createRun(name, spec);
  return {
    name,
    description:
      spec.description ??
      `Runs a program in the folder this tool is made for, without a shell. A command begins with one of: ${showEntries(spec.allow)}`,
    parameters: {
      type: 'object',
      properties: {
        command: {
          type: 'array',
          description: 'The program and its arguments, each by itself: ["git", "log", "-1"]. Nothing is expanded.',
          items: { type: 'string', maxLength: COMMAND_ARGUMENT_MAX_CHARS },
          minItems: 1,
          maxItems: COMMAND_MAX_ARGUMENTS,
        },
      },
      required: ['command'],
      additionalProperties: false,
    },
    timeoutMs: spec.timeoutMs,
    effects: spec.effects ?? 'once',
    external: true,
    execute,
  };
}

function refuseToRehearse(name: string): Tool['execute'] {
  return () => {
    throw new TroupeError(
      'TOOL_FAILED',
      `Cannot run a program in a rehearsal: give the tool "${name}" a "simulate:" that stands for it`,
    );
  };
}

async function createRun(name: string, spec: ShellToolSpec): Promise<Tool['execute']> {
  if (process.platform === 'win32') {
    throw new TroupeError(
      'SCENARIO_INVALID',
      `Cannot make tool "${name}": Windows has no process groups, by which programs are ended`,
    );
  }
  const folder = await resolveFolder(name, spec.folder);
  const env = createEnvironment(name, spec);
  const allowed = await createAllowList(name, spec.allow, folder, env.PATH ?? '');
  const programs = createSemaphore(PROGRAMS_MAX);
  const redact = createRedactor();
  return async (args, context) => {
    const command = allowed((args.command as Json[]).map(String));
    await new Promise<void>((resolve) => programs.acquire(resolve));
    try {
      throwIfAborted(context);
      const result = await runProgram({ ...command, folder, env }, context);
      return JSON.parse(redact(JSON.stringify(result))) as Json;
    } finally {
      programs.release();
    }
  };
}

/** It may have waited for its place until nobody waits for it. */
function throwIfAborted(context: ToolContext): void {
  if (context.isAborted) context.signal.throwIfAborted();
}

function createEnvironment(name: string, spec: ShellToolSpec): Record<string, string> {
  const own = Object.entries(process.env).filter(([variable]) => PASSED_ON.includes(variable));
  const env = { ...Object.fromEntries(own), ...fillInAll(spec.env, `tool "${name}"`) } as Record<string, string>;
  // The programs that a program runs are not to be looked for in the folder either.
  if (env.PATH !== undefined) env.PATH = absoluteFolders(env.PATH).join(':');
  return env;
}
