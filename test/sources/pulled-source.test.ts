import { expect, test, vi } from 'vitest';
import { createPulledSource } from '../../src/sources/pulled-source.ts';
import { createBench, createOutlet } from './bench.ts';

test('runs once, however often it is started', () => {
  const run = vi.fn(async () => {});
  const source = createPulledSource(createOutlet(createBench()), run);
  source.start();
  source.start();
  expect(run).toHaveBeenCalledTimes(1);
});

test('does not run after the stop, nor when its limit was reached before', async () => {
  const run = vi.fn(async () => {});
  const stopped = createPulledSource(createOutlet(createBench()), run);
  await stopped.stop();
  stopped.start();
  const bench = createBench({ position: { n: 3 } });
  const full = createPulledSource(createOutlet(bench, { kind: 'http', limit: 3 }), run);
  full.start();
  await full.ended;
  expect(bench.endings).toEqual([3]);
  expect(run).not.toHaveBeenCalled();
});

test('one that fails is told and has ended', async () => {
  const bench = createBench();
  const source = createPulledSource(createOutlet(bench), () => Promise.reject(new Error('broken')));
  source.start();
  await source.ended;
  expect(bench.failures[0]?.message).toBe('Cannot go on with source "s": broken; it has ended');
});

test('stopping frees what it holds', async () => {
  const close = vi.fn(async () => {});
  await createPulledSource(createOutlet(createBench()), async () => {}, close).stop();
  expect(close).toHaveBeenCalledTimes(1);
});
