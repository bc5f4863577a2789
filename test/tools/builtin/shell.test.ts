import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createRealClock } from '../../../src/base/clock.ts';
import { PROGRAMS_MAX } from '../../../src/base/limits.ts';
import type { JsonObject, ShellToolSpec } from '../../../src/protocol.ts';
import { createShell } from '../../../src/tools/builtin/shell.ts';
import { runToolCall } from '../../../src/tools/call.ts';
import type { Tool, ToolOptions } from '../../../src/tools/tool.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { createContext } from '../tool-context.ts';

const options = (virtual: boolean) => ({ params: {}, virtual }) as unknown as ToolOptions;
const specOf = (rest: Partial<ShellToolSpec> = {}): ShellToolSpec => ({
  builtin: 'shell',
  folder: temporaryFolder(),
  allow: ['sh -c', 'cat', 'ls'],
  env: {},
  timeoutMs: 10_000,
  ...rest,
});
const open = (rest: Partial<ShellToolSpec> = {}, virtual = false) => createShell('sh', specOf(rest), options(virtual));
const call = (tool: Tool, command: unknown, args: JsonObject = {}) =>
  runToolCall(
    { id: '1', name: 'sh', args: { command, ...args } as JsonObject },
    tool,
    createContext({ clock: createRealClock() }),
  );

afterEach(() => vi.unstubAllEnvs());

describe.runIf(process.platform === 'linux')('shell', () => {
  test('runs a program in its folder; an exit code is a result', async () => {
    const folder = temporaryFolder();
    const tool = await open({ folder });
    expect(tool).toMatchObject({ effects: 'once', external: true, timeoutMs: 10_000 });
    expect(tool.description).toContain('sh -c, cat, ls');
    expect(await call(tool, ['sh', '-c', 'pwd; exit 3'])).toMatchObject({
      isError: false,
      content: { exit_code: 3, stdout: `${realpathSync(folder)}\n`, stderr: '', truncated: false },
    });
  });

  test('signs of a shell are ordinary text', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a b; touch x'), 'text');
    const tool = await open({ folder });
    expect((await call(tool, ['cat', 'a b; touch x'])).content).toMatchObject({ stdout: 'text' });
    for (const sign of ['$(touch x)', '`touch x`', '; touch x', '\ntouch x', '| touch x', '> x', '*', '~', '$HOME']) {
      expect((await call(tool, ['cat', sign])).content).toMatchObject({ exit_code: 1, stdout: '' });
    }
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });

  test.each([
    [['rm', '-rf', 'x']],
    [['sh', 'x.sh']],
    [['sh', '-xc', 'id']],
    [['/bin/sh', '-c', 'id']],
    [['./sh', '-c', 'id']],
  ])('does not run %j', async (command) =>
    expect(await call(await open(), command)).toMatchObject({
      isError: true,
      content: { error: `Cannot run ${JSON.stringify(command)}: only these are allowed: sh -c, cat, ls` },
    }));

  test.each<[string, unknown]>([
    ['text', 'ls -l'],
    ['nothing', []],
    ['numbers', ['ls', 1]],
    ['257 arguments', Array(257).fill('ls')],
    ['an argument of 32,769 characters', ['ls', 'x'.repeat(32_769)]],
  ])('refuses %s', async (_, command) =>
    expect(await call(await open(), command)).toMatchObject({
      isError: true,
      content: { error: expect.stringContaining('arguments do not fit') },
    }));

  test('takes no folder and no environment from the model', async () =>
    expect(await call(await open(), ['ls'], { cwd: '/', env: {} })).toMatchObject({ isError: true }));

  test('passes on nothing of the environment but what is declared', async () => {
    vi.stubEnv('SOME_API_KEY', 'secret-of-this-process');
    vi.stubEnv('NODE_OPTIONS', '--no-warnings');
    vi.stubEnv('LD_PRELOAD_X', 'x');
    vi.stubEnv('HOME', '/home/of/someone');
    vi.stubEnv('LANG', 'C.UTF-8');
    const tool = await open({ env: { MODE: 'test' } });
    const { stdout } = (await call(tool, ['sh', '-c', 'cat /proc/self/environ | tr "\\0" "\\n"'])).content as {
      stdout: string;
    };
    const names = stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.slice(0, line.indexOf('='))]));
    expect(names.filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name)).sort()).toEqual([
      'HOME',
      'LANG',
      'MODE',
      'PATH',
    ]);
    expect(stdout).not.toContain('secret-of-this-process');
  });

  test('a declared secret reaches the program, and not the result', async () => {
    vi.stubEnv('TOKEN_FOR_SHELL_TEST', 'token-0123456789');
    const tool = await open({ env: { TOKEN: `\${TOKEN_FOR_SHELL_TEST}` } });
    expect(
      (await call(tool, ['sh', '-c', 'echo "$TOKEN"; echo "$' + '{#TOKEN}"; echo "$TOKEN" >&2'])).content,
    ).toMatchObject({
      stdout: '[redacted]\n16\n',
      stderr: '[redacted]\n',
    });
  });

  test('neither it nor its programs look for programs in the folder', async () => {
    const folder = temporaryFolder();
    const trap = join(folder, 'ls');
    writeFileSync(trap, '#!/bin/sh\necho trapped\n', { mode: 0o755 });
    const tool = await open({ folder, env: { PATH: `.::${process.env.PATH}` } });
    expect((await call(tool, ['ls'])).content).toMatchObject({ stdout: 'ls\n' });
    expect((await call(tool, ['sh', '-c', 'ls; echo "$PATH"'])).content).toMatchObject({
      stdout: `ls\n${process.env.PATH}\n`,
    });
  });

  test('at its deadline it ends, with all it has started', async () => {
    const folder = temporaryFolder();
    const tool = await open({ folder, timeoutMs: 700 });
    const result = await call(tool, ['sh', '-c', 'sleep 600 & echo $! > pid; echo $$ > own; wait']);
    expect(result).toMatchObject({ isError: true, content: { error: 'Tool "sh" did not finish within 700 ms' } });
    const pids = ['pid', 'own'].map((name) => Number(readFileSync(join(folder, name), 'utf8')));
    const isThere = (pid: number) => existsSync(`/proc/${pid}/exe`);
    await vi.waitFor(() => expect(pids.map(isThere)).toEqual([false, false]), 5_000);
  });

  test('runs so many at once and no more', async () => {
    const folder = temporaryFolder();
    const tool = await open({ folder });
    const script = 'touch "run-$$"; ls run-* | wc -l; sleep 0.1; rm "run-$$"';
    const results = await Promise.all(Array.from({ length: PROGRAMS_MAX + 8 }, () => call(tool, ['sh', '-c', script])));
    const counts = results.map(({ content }) => Number((content as { stdout: string }).stdout));
    expect(counts.every((count) => count >= 1 && count <= PROGRAMS_MAX)).toBe(true);
  });

  test('in a rehearsal it refuses, and says what to do', async () => {
    const folder = temporaryFolder();
    const tool = await open({ folder, allow: ['nowhere'], env: { A: `\${NOT_SET_ANYWHERE}` } }, true);
    const context = createContext();
    expect(await runToolCall({ id: '1', name: 'sh', args: { command: ['nowhere'] } }, tool, context)).toMatchObject({
      isError: true,
      content: {
        error: 'Cannot run a program in a rehearsal: give the tool "sh" a "simulate:" that stands for it',
      },
    });
  });

  test.each<[string, Partial<ShellToolSpec>, RegExp]>([
    ['a folder that is not there', { folder: '/none' }, /the folder "\/none" cannot be opened/],
    ['nothing allowed', { allow: [] }, /it needs commands that may be run/],
    ['a program that is not there', { allow: ['nowhere'] }, /the program "nowhere" of "allow" cannot be found/],
    ['a variable that is not set', { env: { A: `\${NOT_SET_ANYWHERE}` } }, /NOT_SET_ANYWHERE is not set/],
  ])('cannot be made with %s', async (_, rest, message) => {
    await expect(open(rest)).rejects.toMatchObject({
      code: 'SCENARIO_INVALID',
      message: expect.stringMatching(message),
    });
  });
});
