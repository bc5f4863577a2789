import { describe, expect, test } from 'vitest';
import { AnnouncedRate } from '../../../src/model/gate/announced-rate.ts';

describe('AnnouncedRate', () => {
  test('is no limit before anything is known', () => {
    const rate = new AnnouncedRate();
    expect(rate.perMs(0, 0)).toBe(Number.POSITIVE_INFINITY);
    rate.hear({ limit: 60 }, { attempt: 1, sentAt: 0, sentBefore: 1 }, 1, 10);
    rate.hear({ remaining: 60 }, { attempt: 1, sentAt: 0, sentBefore: 1 }, 1, 10);
    expect(rate.perMs(1, 10)).toBe(Number.POSITIVE_INFINITY);
  });

  test('uses up what is left by the time the window begins anew', () => {
    const rate = new AnnouncedRate();
    rate.hear({ remaining: 50, resetMs: 1_000 }, { attempt: 1, sentAt: 0, sentBefore: 10 }, 20, 200);
    // Ten have been sent since: 40 are left for 800 ms.
    expect(rate.perMs(20, 200)).toBeCloseTo(0.05);
    expect(rate.perMs(40, 600)).toBeCloseTo(0.05);
    expect(rate.perMs(50, 600)).toBeCloseTo(0.025);
  });

  test('is bounded by the mean at the end of a window, which holds for one window more', () => {
    const rate = new AnnouncedRate();
    rate.hear({ remaining: 50, resetMs: 1_000 }, { attempt: 1, sentAt: 0, sentBefore: 10 }, 10, 0);
    expect(rate.perMs(10, 990)).toBeCloseTo(0.1);
    expect(rate.perMs(100, 990)).toBeCloseTo(0.025);
    expect(rate.perMs(100, 1_000)).toBeCloseTo(0.05);
    expect(rate.perMs(100, 1_999)).toBeCloseTo(0.05);
    expect(rate.perMs(100, 2_000)).toBe(Number.POSITIVE_INFINITY);
  });

  test('follows what is announced anew, little by little', () => {
    const rate = new AnnouncedRate();
    for (let i = 1; i <= 100; i++) {
      const at = i * 1_000;
      rate.hear({ remaining: i < 50 ? 60 : 120, resetMs: 1_000 }, { attempt: i, sentAt: at, sentBefore: i }, i, at);
      if (i === 49) expect(rate.perMs(i, at + 1_000)).toBeCloseTo(0.06);
      if (i === 50) expect(rate.perMs(i, at + 1_000)).toBeLessThan(0.07);
    }
    expect(rate.perMs(100, 101_000)).toBeCloseTo(0.12, 2);
  });

  test.each([
    [
      'is about a window that is over',
      { remaining: 10, resetMs: 100 },
      { attempt: 9, sentAt: 0, sentBefore: 9 },
      9,
      100,
    ],
    ['is older than another', { remaining: 10, resetMs: 900 }, { attempt: 4, sentAt: 0, sentBefore: 4 }, 5, 100],
    [
      'is overtaken by what was sent',
      { remaining: 10, resetMs: 900 },
      { attempt: 9, sentAt: 0, sentBefore: 9 },
      14,
      100,
    ],
    ['leaves nothing', { remaining: 0, resetMs: 900 }, { attempt: 9, sentAt: 0, sentBefore: 9 }, 9, 100],
  ])('does not heed what %s', (_, limit, of, sent, now) => {
    const rate = new AnnouncedRate();
    rate.hear({ remaining: 50, resetMs: 1_000 }, { attempt: 5, sentAt: 0, sentBefore: 5 }, 5, 0);
    const before = rate.perMs(sent, now);
    rate.hear(limit, of, sent, now);
    expect(rate.perMs(sent, now)).toBe(before);
  });
});
