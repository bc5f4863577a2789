import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRealClock } from '../../../src/base/clock.ts';
import { LOOP_SLICE, TOOL_LOG_MAX_CHARS } from '../../../src/base/limits.ts';
import { ServerProcess } from '../../../src/tools/mcp/server-process.ts';
import { eventually, isAlive, tempFolder } from './mcp-setup.ts';

function create(code: string, env: Record<string, string> = {}) {
  const lines: string[] = [];
  const logs: string[] = [];
  const ends: string[] = [];
  const server = new ServerProcess({
    command: process.execPath,
    args: ['-e', code],
    folder: tempFolder(),
    env,
    clock: createRealClock(),
    onLine: (line) => lines.push(line),
    onLog: (line) => logs.push(line),
    onEnd: (reason) => ends.push(reason),
  });
  return { server, lines, logs, ends };
}

test('lines go in and come out, and its end is told after the last of them', async () => {
  const { server, lines, ends } = create(
    "process.stdin.on('data', (text) => { process.stdout.write(text + 'b\\nc'); process.exitCode = 4; process.stdin.destroy(); })",
  );
  await server.start();
  server.write('ä\n');
  await eventually(() => expect(ends).toEqual(['it ended with exit code 4']));
  expect(lines).toEqual(['ä', 'b']);
  server.write('nobody hears this\n');
  await server.stop();
});

test('it has the environment and the folder that it is given, and no other', async () => {
  const { server, lines, ends } = create('console.log(JSON.stringify([process.env, process.cwd()]))', { ONLY: 'this' });
  await server.start();
  await eventually(() => expect(ends).toHaveLength(1));
  expect(JSON.parse(lines[0] ?? '')).toEqual([{ ONLY: 'this' }, expect.stringContaining('troupe-mcp-')]);
});

test('what it writes to stderr is its log, long lines cut', async () => {
  const { server, logs, ends } = create(`process.stderr.write('a\\n' + 'x'.repeat(9000) + '\\nlast')`);
  await server.start();
  await eventually(() => expect(ends).toHaveLength(1));
  expect(logs).toEqual(['a', `${'x'.repeat(4 * TOOL_LOG_MAX_CHARS)}…`, 'last']);
});

test('a program that is not there rejects, and stop is nothing then', async () => {
  const ends: string[] = [];
  const options = { args: [], folder: tempFolder(), env: {}, clock: createRealClock() };
  const handlers = { onLine: () => undefined, onLog: () => undefined, onEnd: (reason: string) => ends.push(reason) };
  const server = new ServerProcess({ command: 'no-such-program', ...options, ...handlers });
  await expect(server.start()).rejects.toThrow('the program "no-such-program" cannot be started (ENOENT)');
  expect(ends).toEqual(['the program "no-such-program" cannot be started (ENOENT)']);
  await server.stop();
});

test('a command that cannot be passed on rejects, without the environment', async () => {
  const { server } = create('', { SECRET: 'a-secret\0value' });
  await expect(server.start()).rejects.toThrow(/cannot be started \(ERR_INVALID_ARG_VALUE\)$/);
});

test('one that stops when its input ends is not killed, and stop says nothing of its end', async () => {
  const { server, lines, ends } = create(
    "process.stdin.on('data', () => {}).on('end', () => console.log('bye')); process.on('SIGTERM', () => console.log('killed'))",
  );
  await server.start();
  await Promise.all([server.stop(), server.stop()]);
  expect(lines).toEqual(['bye']);
  expect(ends).toEqual([]);
});

test('one that has gone takes along what it has started, which holds its pipes', async () => {
  const { server, lines, ends } = create(`
    const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'inherit' });
    console.log(child.pid);
    child.unref();
    process.stdin.on('data', () => process.exit(1));`);
  await server.start();
  await eventually(() => expect(lines).toHaveLength(1));
  const pid = Number(lines[0]);
  expect(isAlive(pid)).toBe(true);
  server.write('x\n');
  await eventually(() => expect(ends).toEqual(['it ended with exit code 1']));
  expect(isAlive(pid)).toBe(false);
});

test('pipes that somebody else holds open do not hold up its end', async () => {
  const { server, lines, ends } = create(`
    const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'inherit', detached: true });
    console.log(child.pid);
    child.unref();
    process.stdin.on('data', () => process.exit(1));`);
  await server.start();
  await eventually(() => expect(lines).toHaveLength(1));
  server.write('x\n');
  await eventually(() => expect(ends).toEqual(['it ended with exit code 1']));
  process.kill(Number(lines[0]), 'SIGKILL');
});

test('a flood of lines gets its share of the event loop and no more', async () => {
  const { server, lines, ends } = create("process.stdout.write('x\\n'.repeat(30_000))");
  await server.start();
  let longest = 0;
  let before = 0;
  const turn = (): void => {
    longest = Math.max(longest, lines.length - before);
    before = lines.length;
    if (ends.length === 0) setImmediate(turn);
  };
  turn();
  await eventually(() => expect(ends).toHaveLength(1));
  expect(lines).toHaveLength(30_000);
  // Of two turns at most: ours may come on either side of theirs.
  expect(longest).toBeLessThanOrEqual(2 * LOOP_SLICE);
});

test('it does not outlive this process', async () => {
  const folder = tempFolder();
  const source = join(import.meta.dirname, '../../../src');
  const script = join(folder, 'exits.ts');
  writeFileSync(
    script,
    `import { createRealClock } from '${source}/base/clock.ts';
     import { ServerProcess } from '${source}/tools/mcp/server-process.ts';
     const stubborn = 'process.stdin.resume(); setInterval(() => undefined, 1000); console.log(process.pid)';
     const onLine = (line: string) => { console.log(line); process.exit(0); };
     const rest = { folder: '/', env: {}, clock: createRealClock(), onLog: () => undefined, onEnd: () => undefined };
     await new ServerProcess({ command: process.execPath, args: ['-e', stubborn], onLine, ...rest }).start();`,
  );
  const jiti = join(source, '../node_modules/jiti/lib/jiti-cli.mjs');
  const pid = Number(execFileSync(process.execPath, [jiti, script], { encoding: 'utf8' }));
  expect(pid).toBeGreaterThan(1);
  await eventually(() => expect(isAlive(pid)).toBe(false));
});
