import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createRealClock, createVirtualClock } from '../../../src/base/clock.ts';
import { MCP_RECONNECT_MAX_MS, MCP_RECONNECT_MS, MCP_RECONNECT_TRIES } from '../../../src/base/limits.ts';
import { createContext } from '../tool-context.ts';
import { eventually, isAlive, openTools, scriptServer, serverFile, tempFolder, toSpec } from './mcp-setup.ts';

const DIES =
  'die: () => process.exit(7), ok: (m) => answer(m, "ok"), hang() {}, pid: (m) => answer(m, String(process.pid))';
const NOT_KNOWN = 'whether the call was carried out is not known';

/** Code that counts the server's starts in a file. */
function countStarts() {
  const file = join(tempFolder(), 'starts');
  writeFileSync(file, '');
  const code = `const starts = require('fs').readFileSync(${JSON.stringify(file)}, 'utf8').length + 1;
    require('fs').appendFileSync(${JSON.stringify(file)}, 'x');`;
  return { code, count: () => readFileSync(file, 'utf8').length, add: () => appendFileSync(file, 'x') };
}

describe('when the server dies', () => {
  test('a reference server that is killed fails its calls at once, and the next one starts it again', async () => {
    const folder = tempFolder();
    const pidFile = join(folder, 'pid');
    const wrapper = join(folder, 'wrapper.mjs');
    writeFileSync(
      wrapper,
      `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
       process.argv.splice(2); await import(${JSON.stringify(pathToFileURL(serverFile('everything')).href)});`,
    );
    const { call, told, types } = await openTools(toSpec({ command: process.execPath, args: [wrapper] }), 'every');
    const calls = Promise.allSettled(
      Array.from({ length: 10 }, () => call('trigger-long-running-operation', { duration: 60, steps: 1 })),
    );
    expect(await call('echo', { message: 'a' })).toBe('Echo: a');
    process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
    const failed = await calls;
    for (const one of failed) {
      expect(one).toMatchObject({
        reason: {
          code: 'TOOL_FAILED',
          message: `Tool "trigger-long-running-operation" failed: it was ended by SIGKILL; ${NOT_KNOWN}`,
        },
      });
    }
    expect(types()).toEqual(['server.down']);
    expect(told.find(({ type }) => type === 'server.down')).toEqual({
      type: 'server.down',
      server: 'every',
      error: { code: 'TOOL_FAILED', message: 'The server "every" is down: it was ended by SIGKILL' },
    });
    expect(await call('echo', { message: 'b' })).toBe('Echo: b');
    expect(types()).toEqual(['server.down', 'server.up']);
    expect(told.find(({ type }) => type === 'server.up')).toEqual({ type: 'server.up', server: 'every', tools: 12 });
  });

  test('all calls that come meanwhile wait for one start', async () => {
    const starts = countStarts();
    const { call, types } = await openTools(toSpec(scriptServer(DIES, starts.code)));
    await expect(call('die')).rejects.toThrow(`it ended with exit code 7; ${NOT_KNOWN}`);
    expect(await Promise.all(Array.from({ length: 50 }, () => call('ok')))).toEqual(Array(50).fill('ok'));
    expect(starts.count()).toBe(2);
    expect(types()).toEqual(['server.down', 'server.up']);
  });

  test('a tool that is gone after that fails, and says so', async () => {
    const starts = countStarts();
    const gone = `${starts.code} const all = list; list = () => ({ tools: all().tools.filter(({ name }) => starts === 1 || name !== 'hang') });`;
    const { call } = await openTools(toSpec(scriptServer(DIES, gone)));
    await expect(call('die')).rejects.toThrow('exit code 7');
    await expect(call('hang')).rejects.toMatchObject({
      code: 'TOOL_FAILED',
      message: 'Tool "hang" failed: its server, started again in the meantime, has no "hang" any more',
    });
    expect(await call('ok')).toBe('ok');
  });
});

describe('the tries to start it again', () => {
  test('are further and further apart on the clock of the run; after some a call fails, and the next waits for one', async () => {
    const starts = countStarts();
    const { call, types } = await openTools(
      toSpec(scriptServer(DIES, `${starts.code} if (starts > 1) process.exit(9);`)),
    );
    const clock = createVirtualClock();
    const context = () => createContext({ clock });
    await expect(call('die', {}, context())).rejects.toThrow('exit code 7');
    expect(clock.elapsed()).toBe(0);
    const down = 'its server "server" is down: it ended with exit code 9';
    const all = await Promise.allSettled([call('ok', {}, context()), call('ok', {}, context())]);
    for (const one of all)
      expect(one).toMatchObject({ reason: { code: 'TOOL_FAILED', message: `Tool "ok" failed: ${down}` } });
    expect(starts.count()).toBe(1 + MCP_RECONNECT_TRIES);
    expect(clock.elapsed()).toBe(MCP_RECONNECT_MS * (1 + 2 + 4 + 8));
    expect(types()).toEqual(Array(1 + MCP_RECONNECT_TRIES).fill('server.down'));

    for (const delayMs of [MCP_RECONNECT_MS * 16, MCP_RECONNECT_MAX_MS, MCP_RECONNECT_MAX_MS]) {
      const before = clock.elapsed();
      await expect(call('ok', {}, context())).rejects.toThrow(down);
      expect(clock.elapsed() - before).toBe(delayMs);
    }
    expect(starts.count()).toBe(1 + MCP_RECONNECT_TRIES + 3);
  });

  test('are further apart too if it starts and soon dies; one that lasted begins anew', async () => {
    const { call } = await openTools(toSpec(scriptServer(DIES)));
    const clock = createVirtualClock();
    const waits: number[] = [];
    const die = async () => {
      const before = clock.elapsed();
      await expect(call('die', {}, createContext({ clock }))).rejects.toThrow('exit code 7');
      waits.push(clock.elapsed() - before);
    };
    for (let i = 0; i < 4; i++) await die();
    expect(waits.splice(0)).toEqual([0, 0, MCP_RECONNECT_MS, MCP_RECONNECT_MS * 2]);
    await call('ok', {}, createContext({ clock }));
    await clock.sleep(MCP_RECONNECT_MAX_MS);
    await die();
    await die();
    expect(waits).toEqual([0, 0]);
  });
});

describe('close', () => {
  test('fails the calls under way and those to come, is quiet, and can be called again', async () => {
    const { call, close, types } = await openTools(toSpec(scriptServer(DIES)));
    const pid = Number(await call('pid'));
    const hanging = expect(call('hang')).rejects.toThrow('it was closed');
    await Promise.all([close(), close()]);
    await hanging;
    await close();
    await expect(call('ok')).rejects.toThrow('its server was closed');
    expect(isAlive(pid)).toBe(false);
    expect(types()).toEqual([]);
  });

  test('ends a server that ignores it, with what it has started', async () => {
    const child = join(tempFolder(), 'child');
    const stubborn = `
      process.on('SIGTERM', () => undefined);
      process.stdin.removeAllListeners('end');
      setInterval(() => undefined, 1_000);
      const child = require('child_process').spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => undefined); setInterval(() => undefined, 1000)'], { stdio: 'inherit' });
      require('fs').writeFileSync(${JSON.stringify(child)}, String(child.pid));`;
    const { call, close } = await openTools(toSpec(scriptServer(DIES, stubborn)));
    const pids = [Number(await call('pid')), Number(readFileSync(child, 'utf8'))];
    expect(pids.map(isAlive)).toEqual([true, true]);
    await close();
    expect(pids.map(isAlive)).toEqual([false, false]);
  });

  test('ends a start that is under way, and the waiting for one', async () => {
    const starts = countStarts();
    const never = `${starts.code} if (starts > 1) initialize = () => undefined;`;
    const starting = await openTools(toSpec(scriptServer(DIES, never)));
    await expect(starting.call('die')).rejects.toThrow('exit code 7');
    const call = expect(starting.call('ok')).rejects.toThrow('closed');
    await eventually(() => expect(starts.count()).toBe(2));
    await starting.close();
    await call;

    const waiting = await openTools(toSpec(scriptServer(DIES)));
    const clock = createRealClock();
    for (let i = 0; i < 2; i++)
      await expect(waiting.call('die', {}, createContext({ clock }))).rejects.toThrow('exit code 7');
    const late = expect(waiting.call('ok', {}, createContext({ clock }))).rejects.toThrow('its server was closed');
    await waiting.close();
    await late;
    clock.stop();
  });
});

test('an interrupt from the terminal, which goes to our group, does not reach the server', async () => {
  const { call } = await openTools(toSpec(scriptServer(DIES)));
  const pid = Number(await call('pid'));
  // Field 5 of stat is the group.
  if (existsSync('/proc/self/stat')) {
    expect(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[2]).toBe(String(pid));
  } else {
    expect(process.kill(-pid, 0)).toBe(true);
  }
});
