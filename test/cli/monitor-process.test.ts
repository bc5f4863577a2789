import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectTo, toSocketUrl } from '../monitor/server/socket-client.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { type CliProcess, useCli } from './cli-process.ts';
import { writeExample } from './example.ts';

const cli = useCli();

/** One agent that thinks longer than anybody waits. */
const endless = {
  models: { clerk: { latency: '1h', rules: [{ reply: 'Done.' }] } },
  tools: {},
  agents: { clerk: { count: 1, model: 'clerk', observe: 'x', limits: { wall: '2h' } } },
  expect: [],
};

function setUp(changes: object = {}) {
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  return { data, file: writeExample(folder, changes) };
}

/** The address that it has printed on standard error. */
async function addressOf(process: CliProcess): Promise<string> {
  await process.says('Monitor: http://');
  await process.says('\n');
  const [, url] = /Monitor: (\S+)\n/.exec(process.text.stderr) ?? [];
  return url!;
}

/** Ends it as Ctrl-C does. @returns How it ended, and after how many milliseconds. */
async function interrupt(process: CliProcess) {
  const startedAt = performance.now();
  process.kill('SIGINT');
  return { ...(await process.ended), tookMs: performance.now() - startedAt };
}

/** Far below the seconds of whatever might keep the process. */
const AT_ONCE_MS = 4_000;

describe('troupe run', { timeout: 30_000 }, () => {
  test('prints an address on standard error that lets one command; --hold keeps it until Ctrl-C', async () => {
    const { data, file } = setUp(endless);
    const run = cli.start('run', file, '--data', data, '--hold', '--monitor', '0', '--monitor-control', '--json');
    const url = await addressOf(run);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}$/);
    const client = await connectTo(toSocketUrl(url, '/ws'));
    expect(await client.first('welcome')).toMatchObject({ control: true, run: { scenario: 'example', live: true } });
    expect(await client.ask({ type: 'command', command: { type: 'agent.stop', agent: 'clerk/0' } })).toMatchObject({
      affected: 1,
    });
    await run.says('The monitor stays: ');
    expect(run.text.stderr).toContain(`The monitor stays: ${url}\nCtrl-C ends it.\n`);
    const { run: ended } = await client.first('run', (message) => message.run.summary !== undefined);
    expect(ended).toMatchObject({ live: false, summary: { agents: { stopped: 1 } } });
    expect(await client.ask({ type: 'command', command: { type: 'run.pause' } })).toMatchObject({ code: 'NOT_LIVE' });
    // The agent's memory can still be read.
    expect(await client.ask({ type: 'get', topic: 'agent', agent: 'clerk/0' })).toMatchObject({ state: 'stopped' });

    // Nobody who is connected, and reads nothing, keeps it.
    const others = await Promise.all(['/ws', '/inspect'].map((path) => connectTo(toSocketUrl(url, path))));
    for (const { socket } of others) socket.pause();
    const { status, tookMs, stdout } = await interrupt(run);
    expect(status).toBe(JSON.parse(stdout).status === 'done' ? 0 : 1);
    expect(stdout).toMatch(/^[^\n]+\n$/);
    expect(tookMs).toBeLessThan(AT_ONCE_MS);
    expect((await client.closed).code).toBe(1001);
  });

  test.each([
    ['all is well', {}, 0],
    ['an expectation is not met', { expect: ['turns == 1'] }, 1],
  ])('with --hold has the status of the run when %s', async (_, changes, expected) => {
    const { data, file } = setUp(changes);
    const run = cli.start('run', file, '--data', data, '--hold', '--monitor', '0');
    await run.says('Ctrl-C ends it.');
    const { status, tookMs } = await interrupt(run);
    expect(status).toBe(expected);
    expect(tookMs).toBeLessThan(AT_ONCE_MS);
  });

  test('that is interrupted does not stay with --hold: it says how to go on, and gives 130', async () => {
    const { data, file } = setUp();
    const slow = ['--set', 'models.clerk.latency=300ms'];
    const run = cli.start('run', file, '--data', data, '--hold', '--monitor', '0', '--log-level', 'debug', ...slow);
    await run.says('agent.started');
    const { status, stderr } = await interrupt(run);
    expect(status).toBe(130);
    expect(stderr).toContain('Go on with: troupe resume ');
    expect(stderr).not.toContain('The monitor stays');
    const resumed = cli.start('resume', 'last', '--data', data, '--hold', '--monitor', '0');
    await resumed.says('Ctrl-C ends it.');
    expect((await interrupt(resumed)).status).toBe(0);
  });

  test('that ends as interrupted without an interrupt, since a budget is used up, stays with --hold', async () => {
    const { data, file } = setUp({ budget: { calls: 1, at_limit: 'pause' } });
    const run = cli.start('run', file, '--data', data, '--hold', '--monitor', '0');
    await run.says('Ctrl-C ends it.');
    expect((await interrupt(run)).status).toBe(130);
  });

  test('without --monitor-control lets nobody command, and without --hold ends by itself', async () => {
    const { data, file } = setUp();
    const run = cli.start('run', file, '--data', data, '--monitor', '0', '--set', 'models.clerk.latency=300ms');
    const client = await connectTo(toSocketUrl(await addressOf(run), '/ws'));
    expect(await client.first('welcome')).toMatchObject({ control: false });
    const command = { type: 'run.drain', reason: 'x' } as const;
    expect(await client.ask({ type: 'command', command })).toMatchObject({ code: 'FORBIDDEN' });
    await client.first('run', (message) => message.run.summary !== undefined);
    expect(await run.ended).toMatchObject({ status: 0 });
    expect((await client.closed).code).toBe(1001);
  });

  test('takes the next port when one is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as { port: number };
    const { data, file } = setUp();
    const run = cli.start('run', file, '--data', data, '--monitor', String(port));
    const other = Number(new URL(await addressOf(run)).port);
    expect(other).toBeGreaterThan(port);
    expect(other).toBeLessThan(port + 50);
    expect((await run.ended).status).toBe(0);
  });

  test('goes on without a monitor that cannot be had, and has none with --monitor off', async () => {
    const { data, file } = setUp();
    const without = await cli.run('run', file, '--data', data, '--monitor', '192.0.2.1:0', '--hold');
    expect(without.status).toBe(0);
    expect(without.stderr).toMatch(/^Cannot serve the monitor at 192\.0\.2\.1:0: .*\. The run goes on without it\.\n/);
    const off = await cli.run('run', file, '--data', data, '--monitor', 'off');
    expect(off.status).toBe(0);
    expect(off.stderr).not.toMatch(/monitor/i);
  });

  test.each([
    [['--monitor', 'on'], 'Cannot read --monitor "on": expected a port from 0 to 65535, HOST:PORT, or "off"\n'],
    [['--monitor', '70000'], 'expected a port'],
    [['--monitor', 'http://127.0.0.1:4600'], 'expected a port'],
    [['--monitor'], 'argument missing'],
    [['--monitor-control=yes'], "unknown option '--monitor-control=yes'"],
    [['--monitor', 'off', '--hold'], 'Cannot use --hold with --monitor off'],
    [['--monitor', 'off', '--monitor-control'], 'Cannot use --monitor-control with --monitor off'],
  ])('refuses %j', async (args, expected) => {
    const { data, file } = setUp();
    const { status, stdout, stderr } = await cli.run('run', file, '--data', data, ...args);
    expect({ status, stdout }, stderr).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(expected);
    expect(stderr).not.toMatch(/^\s+at |fault in troupe/m);
  });
});

describe('troupe monitor', { timeout: 30_000 }, () => {
  test('serves a stored run until Ctrl-C', async () => {
    const { data, file } = setUp();
    await cli.run('simulate', file, '--data', data, '--monitor', 'off');
    const monitor = cli.start('monitor', 'last', '--data', data, '--monitor', '0', '--no-open', '--json');
    const client = await connectTo(toSocketUrl(await addressOf(monitor), '/ws'));
    const { states, at } = await client.first('welcome');
    expect(states).toBe('DDD');
    const before = await client.ask({ type: 'get', topic: 'fleet', at: at / 2 });
    expect(before.states).toMatch(/^[odxsw]{3}$/);
    const { status, stdout, tookMs } = await interrupt(monitor);
    expect(status).toBe(0);
    expect(tookMs).toBeLessThan(AT_ONCE_MS);
    expect(JSON.parse(stdout)).toMatchObject({ scenario: 'example', status: 'done' });
  });

  test('tells what runs at an address, and leaves it alone', async () => {
    const { data, file } = setUp(endless);
    const run = cli.start('run', file, '--data', data, '--monitor', '0');
    const url = await addressOf(run);
    const { status, stdout, stderr } = await cli.run('monitor', url, '--no-open');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^example {2}run \w+ {2}running {2}1 agents\n/);
    expect(stdout).toContain(url);

    const wrong = await cli.run('monitor', url.replace(/token=.*/, 'token=wrong'), '--no-open');
    expect(wrong).toMatchObject({ status: 2, stdout: '' });
    expect(wrong.stderr).toMatch(/^Cannot open ws:\S+: .*401; it has to be the whole address that troupe printed.*\n$/);
    expect((await interrupt(run)).status).toBe(130);
    const dead = await cli.run('monitor', url, '--no-open');
    expect(dead).toMatchObject({ status: 2, stdout: '' });
    expect(dead.stderr).toMatch(/^Cannot open ws:\S+: .*ECONNREFUSED.*\n$/);
  });

  test.each([
    [['nothing'], 'Cannot find run "nothing"'],
    [['http://'], 'Cannot open "http://"'],
    [['last', '--monitor', 'off'], 'Cannot monitor a run with --monitor off'],
    [[], "missing required argument 'run'"],
  ])('refuses %j', async (args, expected) => {
    const { data, file } = setUp();
    await cli.run('simulate', file, '--data', data, '--monitor', 'off');
    const { status, stdout, stderr } = await cli.run('monitor', ...args, '--data', data, '--no-open');
    expect({ status, stdout }, stderr).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(expected);
    expect(stderr).not.toMatch(/^\s+at |fault in troupe/m);
  });
});
