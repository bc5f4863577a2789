import { describe, expect, test } from 'vitest';
import { createRealClock } from '../../src/base/clock.ts';
import { createLoopDelayMeter } from '../../src/base/loop-delay.ts';

function block(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

describe('loop delay', () => {
  test('reads zeros before the first sample', () =>
    expect(createLoopDelayMeter().read()).toEqual({ p50: 0, p99: 0, max: 0 }));

  test('sees a blocked loop, without the floor of its own resolution', async () => {
    const clock = createRealClock();
    const meter = createLoopDelayMeter();
    meter.start();
    await clock.sleep(100);
    block(120);
    await clock.sleep(100);
    meter.stop();
    const { p50, p99, max } = meter.read();
    expect(max).toBeGreaterThanOrEqual(100);
    expect(p99).toBeLessThanOrEqual(max);
    // Were the resolution still in it, the median could not be below 10.
    expect(p50).toBeLessThan(10);
    expect(max).toBe(Number(max.toFixed(2)));
    const after = meter.read();
    expect(after).toEqual({ p50, p99, max });
  });

  test('starting again forgets', async () => {
    const clock = createRealClock();
    const meter = createLoopDelayMeter();
    meter.start();
    await clock.sleep(30);
    block(80);
    await clock.sleep(30);
    meter.start();
    expect(meter.read().max).toBe(0);
    meter.stop();
  });
});
