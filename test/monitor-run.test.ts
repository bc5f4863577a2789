import { expect, onTestFinished, test } from 'vitest';
import { openAssets } from '../src/monitor/server/assets.ts';
import { monitorRun } from '../src/monitor-run.ts';
import { startScenario } from '../src/run-scenario.ts';
import { deskScenario, liveRun } from './monitor/live-run.ts';
import { connectTo, toSocketUrl } from './monitor/server/socket-client.ts';

const assets = openAssets('/nowhere');

test('without a history it begins one that misses nothing', async () => {
  const models = { clerk: { latency: '20ms', rules: [{ on: 'observation', reply: 'Done.' }] } };
  const agents = { desk: { count: 3, model: 'clerk', observe: ['one', 'two'] } };
  const run = await startScenario(deskScenario({ models, tools: {}, agents }), { data: 'unused' });
  const monitor = await monitorRun(run, { port: 0, assets });
  onTestFinished(() => monitor.close());
  const client = await connectTo(toSocketUrl(monitor.url, '/ws'));
  const welcome = await client.first('welcome');
  expect(welcome.run).toMatchObject({ id: run.id, scenario: 'front-office', agents: 3, virtual: false });
  expect(Object.keys(welcome.machines)).toEqual(expect.arrayContaining(['agent', 'supervisor']));
  const summary = await run.finished;
  monitor.finish(summary);
  await client.first('run', (message) => message.run.summary?.run === run.id);
  const { states } = await client.ask({ type: 'get', topic: 'fleet' });
  expect(states).toBe('DDD');
  const { totals } = await client.ask({ type: 'get', topic: 'charts' });
  expect(totals).toMatchObject({ turns: 6, replies: 6 });
  await run.close();
});

test('closing it ends all that it has set up, and the run goes on', async () => {
  const { run } = await liveRun();
  let listeners = 0;
  const subscribe = run.subscribe.bind(run);
  const watched = {
    ...run,
    subscribe: (listener: Parameters<typeof subscribe>[0]) => {
      listeners++;
      const forget = subscribe(listener);
      return () => {
        listeners--;
        forget();
      };
    },
  };
  const monitor = await monitorRun(watched, { port: 0, assets });
  expect(listeners).toBeGreaterThan(0);
  await monitor.close();
  expect(listeners).toBe(0);
  expect(run.send({ type: 'run.send', text: 'x' })).toBe(5);
});

test('a port that cannot be had costs only the monitor', async () => {
  const { run } = await liveRun();
  await expect(monitorRun(run, { port: 0, host: '192.0.2.1', assets })).rejects.toMatchObject({
    code: 'MONITOR_UNAVAILABLE',
  });
  expect(run.send({ type: 'run.send', text: 'x' })).toBe(5);
});
