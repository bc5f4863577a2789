import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { createRealClock } from '../../../src/base/clock.ts';
import { TroupeError } from '../../../src/base/errors.ts';
import { PROGRAM_OUTPUT_MAX_BYTES } from '../../../src/base/limits.ts';
import { runProgram } from '../../../src/tools/shell/run-program.ts';
import type { ToolContext } from '../../../src/tools/tool.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { createContext } from '../tool-context.ts';

vi.mock('../../../src/base/limits.ts', async (original) => ({
  ...(await original<object>()),
  PROGRAM_GRACE_MS: 200,
  PROGRAM_WRITES_MAX_BYTES: 1_000_000,
}));

const run = (file: string, args: readonly string[], rest: { context?: ToolContext; folder?: string } = {}) =>
  runProgram(
    { file, name: file, args, folder: rest.folder ?? temporaryFolder(), env: { PATH: process.env.PATH ?? '' } },
    rest.context ?? createContext({ clock: createRealClock() }),
  );
const sh = (script: string, rest = {}) => run('/bin/sh', ['-c', script], rest);

/** A process that has ended and is no longer anybody's is not there. */
const isThere = (pid: number) => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

/** Children of this process that have ended and were not waited for. */
const zombies = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        return /^State:\s+Z/m.test(status) && status.includes(`PPid:\t${process.pid}\n`);
      } catch {
        return false;
      }
    });

const pidOf = (folder: string, name: string) => Number(readFileSync(join(folder, name), 'utf8'));

/** Begins a script that writes process numbers into files; aborts when they are there. */
async function abortWhen(script: string, names: readonly string[]) {
  const folder = temporaryFolder();
  const context = createContext({ clock: createRealClock() });
  const outcome = sh(script, { folder, context }).catch((error: Error) => error);
  const isReady = () => names.every((name) => existsSync(join(folder, name)) && pidOf(folder, name) > 0);
  await vi.waitFor(() => expect(isReady()).toBe(true), { timeout: 5_000, interval: 10 });
  const pids = names.map((name) => pidOf(folder, name));
  expect(pids.map(isThere)).toEqual(pids.map(() => true));
  context.abort(new TroupeError('TOOL_TIMEOUT', 'too late'));
  return { error: await outcome, pids };
}

describe.runIf(process.platform === 'linux')('runProgram', () => {
  test('gives what it wrote and how it ended', async () => {
    expect(await sh('echo out; echo err >&2; exit 3')).toEqual({
      exit_code: 3,
      stdout: 'out\n',
      stderr: 'err\n',
      truncated: false,
    });
    expect(await sh('kill -9 $$')).toEqual({
      exit_code: null,
      signal: 'SIGKILL',
      stdout: '',
      stderr: '',
      truncated: false,
    });
  });

  test('runs in its folder, under its name, with its environment and nothing to read', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'here'), '');
    expect(await run('/bin/ls', [], { folder })).toMatchObject({ stdout: 'here\n' });
    expect(await sh('cat; echo "read $?"')).toMatchObject({ stdout: 'read 0\n' });
    const env = { ONE: '1', PATH: '/bin:/usr/bin' };
    const program = { file: '/bin/sh', name: 'myself', args: ['-c', 'echo $0; env'], folder: '/', env };
    const { stdout } = await runProgram(program, createContext({ clock: createRealClock() }));
    const lines = stdout.split('\n').filter((line) => !/^(PWD|_|SHLVL|OLDPWD)=|^$/.test(line));
    expect(lines.sort()).toEqual(['ONE=1', 'PATH=/bin:/usr/bin', 'myself']);
  });

  test('arguments reach the program as they are', async () => {
    const args = ['a b', '$(id)', '`id`', '; id', '"', "'", '\n', '*', '', '--', '\\', '&& id', '| id', '> x', 'ä😀'];
    const script = 'console.log(JSON.stringify(process.argv.slice(1)))';
    const { stdout } = await run(process.execPath, ['-e', script, '--', ...args]);
    expect(JSON.parse(stdout)).toEqual(args);
  });

  test('keeps the beginning and the end of much output', async () => {
    const result = await sh(
      'echo first; head -c 300000 /dev/zero | tr "\\0" x; echo; echo last; head -c 5 /dev/zero >&2',
    );
    expect(result).toMatchObject({ exit_code: 0, truncated: true, stderr: '\0\0\0\0\0' });
    expect(result.stdout).toMatch(/^first\nx+\n… \[234476 bytes cut out\] …\nx+\nlast\n$/);
    expect(result.stdout.length).toBeLessThan(PROGRAM_OUTPUT_MAX_BYTES + 100);
  });

  test('ends what writes without end', async () => {
    await expect(run('/usr/bin/yes', [])).rejects.toMatchObject({
      code: 'TOOL_FAILED',
      message: 'Cannot run "/usr/bin/yes": it wrote more than 1000000 bytes; have it write less',
    });
    await expect(sh('yes >&2 & yes')).rejects.toThrow('it wrote more than');
  });

  test('says why it cannot be started', async () => {
    await expect(run('/none', [])).rejects.toThrow('Cannot run "/none": the program or its folder does not exist');
    await expect(run('/bin/ls', [], { folder: '/none' })).rejects.toThrow('does not exist any more');
    await expect(run('/etc', [])).rejects.toThrow('Cannot run "/etc": permission is denied');
    await expect(run('/bin/ls', Array(250).fill('x'.repeat(32_000)))).rejects.toThrow('the arguments are too long');
  });

  test('what it leaves running ends with it', async () => {
    const folder = temporaryFolder();
    const result = await sh('sleep 600 & echo $! > left; trap "" TERM; sleep 600 & echo $! > left-2', { folder });
    expect(result).toMatchObject({ exit_code: 0 });
    await vi.waitFor(() =>
      expect([isThere(pidOf(folder, 'left')), isThere(pidOf(folder, 'left-2'))]).toEqual([false, false]),
    );
  });

  test('aborted, it ends with all it has started', async () => {
    const script = 'echo $$ > one; (sh -c "echo \\$\\$ > two; sleep 600" & sleep 600) & wait';
    const { error, pids } = await abortWhen(script, ['one', 'two']);
    expect(error).toMatchObject({ code: 'TOOL_TIMEOUT', message: 'too late' });
    await vi.waitFor(() => expect(pids.map(isThere)).toEqual([false, false]));
    expect(zombies()).toEqual([]);
  });

  test('what does not end when asked to is killed', async () => {
    const script = `trap '' TERM; echo $$ > one; (trap '' TERM; sh -c 'trap "" TERM; echo $$ > two; while :; do sleep 1; done') & while :; do sleep 1; done`;
    const { error, pids } = await abortWhen(script, ['one', 'two']);
    expect(error).toMatchObject({ code: 'TOOL_TIMEOUT' });
    await vi.waitFor(() => expect(pids.map(isThere)).toEqual([false, false]));
    expect(zombies()).toEqual([]);
  });

  test('what ends when asked to can tidy up, and those it leaves are killed', async () => {
    const folder = temporaryFolder();
    const clock = createRealClock();
    // However slow the machine is, its grace does not end.
    vi.spyOn(clock, 'setTimer').mockReturnValue({ due: 0, cancel: () => undefined });
    const context = createContext({ clock });
    const script = `(trap '' TERM; echo ok > child; sleep 600) & trap 'echo done > tidy; exit 0' TERM; echo $! > pid; while :; do sleep 0.05; done`;
    const outcome = sh(script, { folder, context }).catch((error: Error) => error);
    await vi.waitFor(() => expect(existsSync(join(folder, 'child')) && pidOf(folder, 'pid') > 0).toBe(true), 5_000);
    context.abort();
    expect(await outcome).toMatchObject({ code: 'ABORTED' });
    expect(readFileSync(join(folder, 'tidy'), 'utf8')).toBe('done\n');
    await vi.waitFor(() => expect(isThere(pidOf(folder, 'pid'))).toBe(false));
  });

  test('one that has left the group does not hold the result up', async () => {
    const folder = temporaryFolder();
    const result = await sh(
      'setsid sh -c "echo \\$\\$ > away; exec sleep 600" & while ! [ -s away ]; do sleep 0.02; done',
      {
        folder,
      },
    );
    expect(result).toMatchObject({ exit_code: 0 });
    process.kill(pidOf(folder, 'away'), 'SIGKILL');
  });

  test('aborted before it starts or after it has ended is no harm', async () => {
    const context = createContext({ clock: createRealClock() });
    await sh('true', { context });
    context.abort();
    await expect(sh('sleep 600', { context })).rejects.toMatchObject({ code: 'ABORTED' });
  });

  test('many at once leave nothing behind', async () => {
    const results = await Promise.all(Array.from({ length: 30 }, (_, index) => sh(`echo ${index}; exit ${index}`)));
    expect(results.map(({ exit_code }) => exit_code)).toEqual(results.map((_, index) => index));
    expect(zombies()).toEqual([]);
  });

  test('ends with this process, also in the middle of its grace', () => {
    const folder = temporaryFolder();
    const source = join(import.meta.dirname, '../../../src');
    const at = (path: string) => JSON.stringify(pathToFileURL(join(source, path)).href);
    writeFileSync(
      join(folder, 'main.ts'),
      `import { existsSync } from 'node:fs';
      import { createRealClock } from ${at('base/clock.ts')};
      import { CallContext } from ${at('base/call-context.ts')};
      import { createRandom } from ${at('base/random.ts')};
      import { runProgram } from ${at('tools/shell/run-program.ts')};
      const clock = createRealClock();
      const context = new CallContext('a/1', 1, '1', clock, createRandom(1));
      const args = ['-c', 'trap "" TERM; echo $$ > pid; while :; do sleep 1; done'];
      runProgram({ file: '/bin/sh', name: 'sh', args, folder: process.argv[2], env: { PATH: process.env.PATH } }, context)
        .catch(() => undefined);
      while (!existsSync(process.argv[2] + '/pid')) await clock.sleep(20);
      context.abort();
      clock.stop();`,
    );
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--import', 'jiti/register', join(folder, 'main.ts'), folder],
      {
        cwd: join(source, '..'),
        encoding: 'utf8',
        timeout: 20_000,
      },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(isThere(pidOf(folder, 'pid'))).toBe(false);
  });
});
