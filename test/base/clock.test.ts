import { describe, expect, test } from 'vitest';
import { createRealClock, createVirtualClock, VIRTUAL_EPOCH_MS } from '../../src/base/clock.ts';
import { LOOP_SLICE } from '../../src/base/limits.ts';

describe('virtual clock', () => {
  test('jumps to the next timer', async () => {
    const clock = createVirtualClock();
    await clock.sleep(3_600_000);
    expect(clock.elapsed()).toBe(3_600_000);
    expect(clock.now()).toBe(VIRTUAL_EPOCH_MS + 3_600_000);
    expect(clock.realElapsed()).toBeLessThan(1_000);
  });

  test('fires by due time, then in the order in which timers were set', async () => {
    const clock = createVirtualClock();
    const seen: string[] = [];
    for (const [name, ms] of [
      ['c', 20],
      ['a', 10],
      ['b', 10],
      ['far', 2 ** 40],
    ] as const)
      clock.setTimer(ms, () => seen.push(name));
    await clock.sleep(2 ** 41);
    expect(seen).toEqual(['a', 'b', 'c', 'far']);
  });

  test('a cancelled timer neither fires nor moves time', async () => {
    const clock = createVirtualClock();
    clock.setTimer(5_000, () => expect.unreachable()).cancel();
    await clock.sleep(10);
    expect(clock.elapsed()).toBe(10);
  });

  test('drops cancelled timers when they are the majority', async () => {
    const clock = createVirtualClock();
    const kept: number[] = [];
    for (let i = 0; i < 10_000; i++) {
      const timer = clock.setTimer(i, () => kept.push(i));
      if (i % 100 !== 0) timer.cancel();
    }
    await clock.sleep(20_000);
    expect(kept).toEqual(Array.from({ length: 100 }, (_, i) => i * 100));
  });

  test('what is deferred runs before time goes on, and so do the promises it settles', async () => {
    const clock = createVirtualClock();
    const seen: string[] = [];
    clock.setTimer(1, () => seen.push('timer'));
    for (let i = 0; i < LOOP_SLICE * 3; i++)
      clock.defer(() => void Promise.resolve().then(() => seen.push('deferred')));
    await clock.sleep(2);
    expect(seen.length).toBe(LOOP_SLICE * 3 + 1);
    expect(seen.at(-1)).toBe('timer');
  });

  test('stands still for real work and delivers it in the order of its start', async () => {
    const clock = createVirtualClock();
    const seen: string[] = [];
    const real = (turns: number) =>
      new Promise<void>((resolve) => {
        const step = (left: number): void => void (left === 0 ? resolve() : setImmediate(() => step(left - 1)));
        step(turns);
      });
    clock.setTimer(0.5, () => seen.push('timer'));
    const slow = clock.external(real(20)).then(() => seen.push(`slow at ${clock.elapsed()}`));
    const quick = clock.external(real(2)).then(() => seen.push(`quick at ${clock.elapsed()}`));
    const failed = clock.external(Promise.reject(new Error('no'))).catch(() => seen.push('failed'));
    await Promise.all([slow, quick, failed, clock.sleep(1)]);
    expect(seen).toEqual(['slow at 0', 'quick at 0', 'failed', 'timer']);
  });

  test('real work that hangs is given up after its real time, and virtual time goes on', async () => {
    const clock = createVirtualClock();
    const seen: string[] = [];
    const hung = clock.external(new Promise<never>(() => undefined), 30).catch((error: Error) => {
      expect(error).toMatchObject({ code: 'TOOL_TIMEOUT' });
      seen.push(`gave up at ${clock.elapsed()}`);
    });
    await Promise.all([hung, clock.sleep(5).then(() => seen.push('timer'))]);
    expect(seen).toEqual(['gave up at 0', 'timer']);
    expect(clock.realElapsed()).toBeGreaterThanOrEqual(29);
    expect(clock.realElapsed()).toBeLessThan(5_000);
  });

  test('real work given up keeps its place in the order', async () => {
    const clock = createVirtualClock();
    const seen: string[] = [];
    const hung = clock.external(new Promise<never>(() => undefined), 20).catch(() => seen.push('hung'));
    const quick = clock.external(Promise.resolve(), 20).then(() => seen.push('quick'));
    await Promise.all([hung, quick]);
    expect(seen).toEqual(['hung', 'quick']);
  });

  test('real work that settles after it was given up changes nothing', async () => {
    const clock = createVirtualClock();
    let fail: (error: Error) => void = () => undefined;
    const late = new Promise<never>((_, reject) => {
      fail = reject;
    });
    await expect(clock.external(late, 1)).rejects.toMatchObject({ code: 'TOOL_TIMEOUT' });
    fail(new Error('late'));
    await clock.sleep(1);
    const next = clock.external(Promise.resolve('next'));
    await expect(next).resolves.toBe('next');
    await clock.sleep(1);
    expect(clock.elapsed()).toBe(2);
  });

  test('real work in time leaves no deadline behind', async () => {
    const clock = createVirtualClock();
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    await clock.external(Promise.resolve(), 60_000);
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length).toBeLessThanOrEqual(before);
  });
});

describe('real clock', () => {
  test('never fires early, and in order', async () => {
    const clock = createRealClock();
    const seen: number[] = [];
    await Promise.all([3, 1, 2].map((ms) => clock.sleep(ms).then(() => seen.push(clock.elapsed() >= ms ? ms : -ms))));
    expect(seen).toEqual([1, 2, 3]);
  });

  test('lets others in between slices', async () => {
    const clock = createRealClock();
    let done = 0;
    const seen: number[] = [];
    for (let i = 0; i < LOOP_SLICE * 4; i++) clock.setTimer(0, () => void done++);
    const watch = (): void => {
      seen.push(done);
      if (done < LOOP_SLICE * 4) setImmediate(watch);
    };
    setImmediate(watch);
    await clock.sleep(20);
    expect(Math.max(...seen.map((count, i) => count - (seen[i - 1] ?? 0)))).toBeLessThanOrEqual(LOOP_SLICE);
  });

  test('a delay beyond 24.8 days does not fire at once', async () => {
    const clock = createRealClock();
    const far = clock.setTimer(2 ** 33, () => expect.unreachable());
    await clock.sleep(5);
    far.cancel();
  });

  test('returns real work as it is', () => {
    const work = Promise.resolve(1);
    expect(createRealClock().external(work)).toBe(work);
  });
});

describe('skipTo', () => {
  test('goes on from a later moment, and timers from there', async () => {
    const clock = createVirtualClock();
    clock.skipTo(5_000);
    expect([clock.elapsed(), clock.now()]).toEqual([5_000, VIRTUAL_EPOCH_MS + 5_000]);
    const fired: number[] = [];
    clock.setTimer(100, () => void fired.push(clock.elapsed()));
    await clock.sleep(200);
    expect([fired, clock.elapsed()]).toEqual([[5_100], 5_200]);
    expect(clock.realElapsed()).toBeLessThan(1_000);
  });

  test('in real time too', async () => {
    const clock = createRealClock();
    clock.skipTo(60_000);
    expect(clock.elapsed()).toBeGreaterThanOrEqual(60_000);
    expect(clock.elapsed()).toBeLessThan(61_000);
    expect(clock.realElapsed()).toBeLessThan(1_000);
    let fired = 0;
    clock.setTimer(2, () => {
      fired = clock.elapsed();
    });
    await clock.sleep(4);
    expect(fired).toBeGreaterThanOrEqual(60_002);
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000);
  });
});
