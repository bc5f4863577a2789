import { chmodSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { absoluteFolders, createAllowList, showEntries } from '../../../src/tools/shell/allow-list.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

function makeProgram(...path: string[]): string {
  const file = join(...path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, 0o755);
  return file;
}

/** Programs `git` and `ls` in a folder of the search path, and `check.sh` where commands run. */
async function open(allow: readonly string[], path?: string) {
  const base = realpathSync(temporaryFolder());
  const folder = join(base, 'work');
  const git = makeProgram(base, 'bin/git');
  const ls = makeProgram(base, 'bin/ls');
  const check = makeProgram(folder, 'check.sh');
  makeProgram(folder, 'evil');
  const places = path ?? join(base, 'bin');
  return { base, git, ls, check, list: await createAllowList('sh', allow, folder, places.replaceAll('{base}', base)) };
}

describe('an allow list', () => {
  test('gives the file of the program and its arguments', async () => {
    const { list, git, ls, check } = await open(['git log', 'ls', './check.sh', 'git  show\t--stat']);
    expect(list(['git', 'log'])).toEqual({ file: git, name: 'git', args: ['log'] });
    expect(list(['git', 'log', '-1', '$(id); `x`\n'])).toEqual({
      file: git,
      name: 'git',
      args: ['log', '-1', '$(id); `x`\n'],
    });
    expect(list(['ls'])).toEqual({ file: ls, name: 'ls', args: [] });
    expect(list(['./check.sh', 'x'])).toEqual({ file: check, name: './check.sh', args: ['x'] });
    expect(list(['git', 'show', '--stat', 'HEAD']).args).toEqual(['show', '--stat', 'HEAD']);
  });

  test.each([
    [['git']],
    [['git', 'push']],
    [['git', 'logs']],
    [['git', 'lo']],
    [['git log']],
    [['git', 'log;id']],
    [['git', 'log\n']],
    [['git', ' log']],
    [['git', '-c', 'alias.log=!id', 'log']],
    [['git', '--exec-path=/tmp', 'log']],
    [['git', '', 'log']],
    [['', 'git', 'log']],
    [['GIT', 'log']],
    [['git ', 'log']],
    [['git\n', 'log']],
    [['./git', 'log']],
    [['/usr/bin/git', 'log']],
    [['../bin/git', 'log']],
    [['gi\u0074\u200b', 'log']],
    [['ｇｉｔ', 'log']],
    [['check.sh']],
    [['././check.sh']],
    [['./evil']],
    [['evil']],
    [['sh', '-c', 'git log']],
    [['env', 'git', 'log']],
    [['PATH=/tmp', 'git', 'log']],
    [[]],
    [['constructor']],
  ])('does not allow %j', async (command) => {
    const { list } = await open(['git log', './check.sh']);
    expect(() => list(command)).toThrow(/^Cannot run .*: only these are allowed: git log, \.\/check\.sh$/);
    expect(() => list(command)).toThrow(expect.objectContaining({ code: 'TOOL_ARGUMENTS' }));
  });

  test('a zero character ends an argument for the system, so there is none', async () => {
    const { list } = await open(['ls']);
    expect(() => list(['ls', 'a\0b'])).toThrow('an argument has a zero character');
    expect(() => list(['ls\0', 'a'])).toThrow('an argument has a zero character');
  });

  test('programs are not looked for in relative folders of the search path, such as the one commands run in', async () => {
    for (const path of ['.', '', 'work', './work:{base}/none', ':', '../bin']) {
      await expect(open(['evil'], path)).rejects.toThrow('the program "evil" of "allow" cannot be found');
    }
    expect((await open(['ls'], '.::{base}/bin')).list(['ls']).name).toBe('ls');
    expect(absoluteFolders('.:/a::b:/c')).toEqual(['/a', '/c']);
  });

  test('the first folder of the search path that has the program is taken, once', async () => {
    const { base, list, git } = await open(['git log'], '{base}/early:{base}/bin');
    makeProgram(base, 'early/git');
    expect(list(['git', 'log']).file).toBe(git);
  });

  test.each<[string, readonly string[], string]>([
    ['an empty list', [], 'it needs commands that may be run ("allow")'],
    ['an empty entry', ['ls', '  '], 'an entry of "allow" is empty'],
    ['what is not there', ['ls', 'nowhere -x'], 'the program "nowhere" of "allow" cannot be found'],
    ['a path that is not there', ['./none.sh'], 'the program "./none.sh" of "allow" cannot be found'],
    ['a folder', ['/'], 'the program "/" of "allow" cannot be found'],
    ['a file that cannot be run', ['/etc/passwd'], 'the program "/etc/passwd" of "allow" cannot be found'],
  ])('cannot be made of %s', async (_, allow, reason) =>
    expect(open(allow)).rejects.toMatchObject({
      code: 'SCENARIO_INVALID',
      message: `Cannot make tool "sh": ${reason}`,
    }));

  test('shows so many entries', () => {
    expect(showEntries(['a', 'b c'])).toBe('a, b c');
    expect(showEntries(Array(25).fill('x'))).toMatch(/^(x, ){20}and 5 more$/);
  });
});
