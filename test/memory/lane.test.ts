import { describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../src/base/clock.ts';
import { LOOP_SLICE } from '../../src/base/limits.ts';
import { Lane } from '../../src/memory/lane.ts';

describe('a lane', () => {
  test('releases each after its delay, in order: who would overtake waits', async () => {
    const clock = createVirtualClock();
    const released: [string, number][] = [];
    const lane = new Lane(clock, () => {});
    const hold = (name: string, delayMs: number): void =>
      lane.hold(delayMs, () => released.push([name, clock.elapsed()]));
    hold('slow', 100);
    hold('fast', 10);
    hold('slower', 150);
    await clock.sleep(1_000);
    expect(released).toEqual([
      ['slow', 100],
      ['fast', 100],
      ['slower', 150],
    ]);
  });

  test('says each time nothing is left', async () => {
    const clock = createVirtualClock();
    let emptied = 0;
    const lane = new Lane(clock, () => emptied++);
    lane.hold(5, () => {});
    lane.hold(7, () => {});
    await clock.sleep(6);
    expect(emptied).toBe(0);
    await clock.sleep(2);
    expect(emptied).toBe(1);
    lane.hold(5, () => {});
    await clock.sleep(6);
    expect(emptied).toBe(2);
  });

  test('lets others run between slices of what is due at once, at no cost in time', async () => {
    const clock = createVirtualClock();
    const lane = new Lane(clock, () => {});
    const count = 10_000;
    let released = 0;
    let most = 0;
    let before = 0;
    for (let index = 0; index < count; index++) {
      lane.hold(50, () => {
        released++;
        // A promise's callback runs after the slice.
        void Promise.resolve().then(() => {
          most = Math.max(most, released - before);
          before = released;
        });
      });
    }
    await clock.sleep(50.5);
    expect(released).toBe(count);
    expect(most).toBeLessThanOrEqual(LOOP_SLICE);
  });
});
