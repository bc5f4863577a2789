import { describe, expect, test } from 'vitest';
import { createRealClock } from '../../../src/base/clock.ts';
import { createMetrics } from '../../../src/tools/builtin/metrics.ts';
import { createContext } from '../tool-context.ts';

const spec = { builtin: 'metrics', timeoutMs: 1_000 } as const;
const create = (virtual: boolean) => createMetrics('metrics', spec, { virtual });

function expectPlausible(metrics: any): void {
  const { memory, process, loopDelayMs } = metrics;
  for (const load of [metrics.load1, metrics.load5, metrics.load15]) expect(load).toBeGreaterThanOrEqual(0);
  expect(metrics.cpus).toBeGreaterThanOrEqual(1);
  expect(memory.totalMb).toBeGreaterThan(100);
  expect(memory.freeMb).toBeLessThanOrEqual(memory.totalMb);
  expect(memory.usedPercent).toBeGreaterThanOrEqual(0);
  expect(memory.usedPercent).toBeLessThanOrEqual(100);
  expect(process.rssMb).toBeGreaterThan(10);
  expect(process.heapUsedMb).toBeGreaterThan(1);
  expect(process.heapUsedMb).toBeLessThan(process.rssMb);
  expect(process.cpuPercent).toBeGreaterThanOrEqual(0);
  expect(loopDelayMs.p50).toBeLessThanOrEqual(loopDelayMs.p99);
  expect(loopDelayMs.p99).toBeLessThanOrEqual(loopDelayMs.max);
}

describe('metrics in a live run', () => {
  test('are of this host and process', async () => {
    const clock = createRealClock();
    const tool = create(false);
    await clock.sleep(60);
    const before = process.uptime();
    const metrics: any = await tool.execute({}, createContext({ clock }));
    expectPlausible(metrics);
    expect(Object.keys(metrics)).toEqual([
      'load1',
      'load5',
      'load15',
      'cpus',
      'memory',
      'process',
      'loopDelayMs',
      'at',
    ]);
    expect(metrics.process.uptimeS).toBeGreaterThanOrEqual(Math.floor(before));
    expect(Math.abs(Date.parse(metrics.at) - Date.now())).toBeLessThan(5_000);
  });

  test('are read once for all who ask at the same time, then anew', async () => {
    const clock = createRealClock();
    const tool = create(false);
    const first = tool.execute({}, createContext({ clock }));
    expect(tool.execute({}, createContext({ clock, agent: 'a/2' }))).toBe(first);
    expect(Object.isFrozen(first)).toBe(true);
    await clock.sleep(60);
    expect(tool.execute({}, createContext({ clock }))).not.toBe(first);
  });

  test('know how busy the process was', async () => {
    const clock = createRealClock();
    const tool = create(false);
    for (const end = performance.now() + 80; performance.now() < end; );
    const { process }: any = await tool.execute({}, createContext({ clock }));
    expect(process.cpuPercent).toBeGreaterThan(20);
  });
});

describe('metrics in a rehearsal', () => {
  test('are plausible, whatever the seed', () => {
    for (let seed = 0; seed < 200; seed++) expectPlausible(create(true).execute({}, createContext({ seed })));
  });

  test('depend on the seed and the call alone', () => {
    const draw = (seed: number, callId: string) =>
      JSON.stringify(create(true).execute({}, createContext({ seed, callId })));
    expect(draw(1, '1/1')).toBe(draw(1, '1/1'));
    expect(new Set([draw(1, '1/1'), draw(2, '1/1'), draw(1, '2/1')]).size).toBe(3);
  });

  test('are of the virtual moment', async () => {
    const context = createContext();
    await context.sleep(61_000);
    expect(create(true).execute({}, context)).toMatchObject({
      at: '2000-01-01T00:01:01.000Z',
      process: { uptimeS: 61 },
    });
  });
});
