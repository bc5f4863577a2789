import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { type MonitorCommandOptions, monitor } from '../../src/cli/monitor.ts';
import { openAssets } from '../../src/monitor/server/assets.ts';
import { monitorRun } from '../../src/monitor-run.ts';
import { flipText } from '../memory/small-directory.ts';
import { liveRun } from '../monitor/live-run.ts';
import { connectTo, toSocketUrl } from '../monitor/server/socket-client.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { captured } from './captured.ts';
import { rehearsedData } from './example.ts';

const plain: MonitorCommandOptions = { data: 'unused', monitor: { port: 0 }, open: false };

describe('a stored run', () => {
  async function stored(options: Partial<MonitorCommandOptions> = {}) {
    const { data, summary } = await rehearsedData(join(temporaryFolder(), 'x'));
    return { summary, start: () => captured(() => monitor('last', { ...plain, data, ...options })) };
  }

  /** Its address, as soon as it is printed. */
  async function printed(): Promise<string> {
    const write = vi.mocked(process.stdout.write);
    return vi.waitFor(() => {
      const [, url] = /(http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+)/.exec(write.mock.calls.map(String).join('')) ?? [];
      expect(url).toBeDefined();
      return url!;
    });
  }

  test('with a damaged agent is served with all others', async () => {
    const { data, summary } = await rehearsedData(join(temporaryFolder(), 'x'));
    flipText(data, 'Order 1 is paid.');
    const served = captured(() => monitor('last', { ...plain, data }));
    const client = await connectTo(toSocketUrl(await printed(), '/ws'));
    expect(await client.first('welcome')).toMatchObject({ run: { id: summary.run }, states: 'DFD' });
    const lost = await client.ask({ type: 'get', topic: 'agent', agent: 'clerk/1' });
    expect(lost).toMatchObject({ state: 'failed' });
    const whole = await client.ask({ type: 'get', topic: 'agent', agent: 'clerk/2' });
    expect(whole.events.at(-1)).toMatchObject({ type: 'agent.ended', status: 'done' });
    process.emit('SIGINT');
    const { result, stderr } = await served;
    expect(result).toBe(0);
    expect(stderr).toMatch(/^Cannot read record \d+ of agent "clerk\/1" in run ".*": it is damaged, its checksum/m);
  });

  test('is served until an interrupt, with its last state and every one before', async () => {
    const { summary, start } = await stored();
    const served = start();
    const client = await connectTo(toSocketUrl(await printed(), '/ws'));
    const { run, states, control, at } = await client.first('welcome');
    expect(run).toMatchObject({ id: summary.run, status: 'done', live: false, summary: { turns: summary.turns } });
    expect({ states, control }).toEqual({ states: 'DDD', control: false });

    const stateAt = async (moment: number) => (await client.ask({ type: 'get', topic: 'fleet', at: moment })).states;
    expect(await stateAt(at)).toBe('DDD');
    expect(await stateAt(20)).toBe('ddd');
    const early = await client.ask({ type: 'get', topic: 'agent', agent: 'clerk/1', at: 20 });
    expect(early).toMatchObject({ state: 'decide', at: 20, earlier: false });
    const late = await client.ask({ type: 'get', topic: 'agent', agent: 'clerk/1' });
    expect(late.events.length).toBeGreaterThan(early.events.length);
    expect(late.events.at(-1)).toMatchObject({ type: 'agent.ended', status: 'done' });
    const charts = await client.ask({ type: 'get', topic: 'charts' });
    expect(charts.totals).toMatchObject({ turns: summary.turns, replies: summary.replies });

    process.emit('SIGINT');
    const { result, stdout, stderr } = await served;
    expect(result).toBe(0);
    expect((await client.closed).code).toBe(1001);
    expect(stdout).toMatch(new RegExp(`^example {2}run ${summary.run} {2}done {2}\\d+ events\nMonitor: http://`));
    expect(stdout).toMatch(/Ctrl-C ends it\.\n$/);
    expect(stderr).toBe('');
  });

  test('nobody commands it', async () => {
    const { start } = await stored();
    const served = start();
    const client = await connectTo(toSocketUrl(await printed(), '/ws'));
    expect(await client.ask({ type: 'command', command: { type: 'run.pause' } })).toMatchObject({ code: 'FORBIDDEN' });
    process.emit('SIGTERM');
    expect((await served).result).toBe(0);
  });

  test('as JSON is one line on standard output', async () => {
    const { summary, start } = await stored({ json: true });
    const served = start();
    const url = await printed();
    process.emit('SIGINT');
    const { stdout, stderr } = await served;
    expect(JSON.parse(stdout)).toEqual({
      run: summary.run,
      scenario: 'example',
      status: 'done',
      events: expect.any(Number),
      url,
    });
    expect(stdout).toMatch(/^[^\n]+\n$/);
    expect(stderr).toContain('Monitor: ');
  });

  test('that is not there is refused, and so is a monitor that is off', async () => {
    const { data } = await rehearsedData(join(temporaryFolder(), 'x'));
    await expect(monitor('nothing', { ...plain, data })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    await expect(monitor('last', { ...plain, data, monitor: 'off' })).rejects.toMatchObject({ code: 'USAGE' });
    expect(process.listenerCount('SIGINT')).toBe(0);
  });
});

describe('a running one', () => {
  test('is told of, and left alone', async () => {
    const { run, history } = await liveRun();
    const served = await monitorRun(run, { port: 0, assets: openAssets('/nowhere') }, history);
    onTestFinished(() => served.close());
    const text = await captured(() => monitor(served.url, plain));
    expect(text).toEqual({
      result: 0,
      stdout: `front-office  run ${run.id}  running  5 agents\n${served.url}\n`,
      stderr: '',
    });
    const json = await captured(() => monitor(served.url, { ...plain, json: true }));
    expect(JSON.parse(json.stdout)).toMatchObject({ run: { id: run.id, live: true }, url: served.url });
  });

  async function refusal(address: string): Promise<string> {
    const { result, stdout } = await captured(() => monitor(address, plain).catch((error) => error));
    expect(stdout).toBe('');
    expect(result).toMatchObject({ name: 'TroupeError', exitStatus: 2 });
    return result.message;
  }

  test('with a wrong token, or none, is refused', async () => {
    const { run, history } = await liveRun();
    const served = await monitorRun(run, { port: 0, assets: openAssets('/nowhere') }, history);
    onTestFinished(() => served.close());
    const { origin } = new URL(served.url);
    for (const address of [`${origin}/?token=wrong`, origin, `${origin}/`]) {
      expect(await refusal(address)).toMatch(
        /^Cannot open ws:\/\/127\.0\.0\.1:\d+: .*401; it has to be the whole address/,
      );
    }
  });

  test.each(['127.0.0.1', 'localhost'])('on a dead port at %s is refused, and said why', async (host) => {
    expect(await refusal(`http://${host}:1/?token=x`)).toMatch(
      new RegExp(`^Cannot open ws://${host}:1: .*ECONNREFUSED`),
    );
  });

  test.each([
    'http://',
    'http:///',
    'http://[',
    'https://:80',
    'http://a b/',
    'http://127.0.0.1:99999/',
  ])('with an address that is none, %s, is refused', async (address) => {
    expect(await refusal(address)).toContain(`Cannot open "${address}"`);
  });

  test.each([
    ['closes at once', (socket: { close(): void }) => socket.close()],
    ['says something else', (socket: { send(text: string): void }) => socket.send('{"hello":"world"}')],
    ['says what is no JSON', (socket: { send(text: string): void }) => socket.send('<html>')],
    ['says null', (socket: { send(text: string): void }) => socket.send('null')],
    ['says nothing', () => undefined],
  ])('that is no troupe, and %s, is refused', async (_, behave) => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    const patience = vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => timeout(ms / 10));
    onTestFinished(() => patience.mockRestore());
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', behave);
    onTestFinished(() => {
      for (const client of server.clients) client.terminate();
      server.close();
    });
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await refusal(`http://127.0.0.1:${port}/?token=x`)).toMatch(/^Cannot open ws:\/\/127\.0\.0\.1:\d+: /);
  });

  test('that is another site is refused', async () => {
    const server = createServer((_, response) => response.end('hello'));
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await refusal(`http://127.0.0.1:${port}/`)).toMatch(/^Cannot open ws:/);
  });
});
