import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RATE_BURST_MS } from '../../../src/base/limits.ts';
import { Pacer } from '../../../src/model/gate/pacer.ts';

describe('Pacer', () => {
  test('without a rate everything may go at once', () => {
    const pacer = new Pacer();
    for (let i = 0; i < 1_000; i++) pacer.take(1, 5);
    expect(pacer.readyAt).toBeLessThanOrEqual(5);
  });

  test('spaces evenly, and makes up for what was late by a little', () => {
    const pacer = new Pacer(0.01);
    pacer.take(1, 1_000);
    expect(pacer.readyAt).toBe(1_000 - RATE_BURST_MS + 100);
    pacer.take(1, 1_075);
    expect(pacer.readyAt).toBe(1_175);
    // 25 ms late: the next is not.
    pacer.take(1, 1_200);
    expect(pacer.readyAt).toBe(1_275);
    // 725 ms late: most of it is lost.
    pacer.take(1, 2_000);
    expect(pacer.readyAt).toBe(2_075);
  });

  test('what costs more than the bucket holds goes, and the next waits for it', () => {
    const pacer = new Pacer(1);
    pacer.take(10_000, 0);
    expect(pacer.readyAt).toBe(10_000 - RATE_BURST_MS);
    pacer.giveBack(9_000);
    expect(pacer.readyAt).toBe(1_000 - RATE_BURST_MS);
    pacer.giveBack(-500);
    expect(pacer.readyAt).toBe(1_500 - RATE_BURST_MS);
  });

  test('a new rate is in force for what is waited for already', () => {
    const pacer = new Pacer(0.001);
    pacer.take(1, 0);
    pacer.setRate(0.01, 475);
    expect(pacer.readyAt).toBe(475 + 50);
    pacer.setRate(Number.POSITIVE_INFINITY, 500);
    expect(pacer.readyAt).toBe(500);
  });

  test('no span of time has more than its rate, the burst and the one that is sent', () => {
    const sends = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 20 })), {
      minLength: 2,
      maxLength: 60,
    });
    fc.assert(
      fc.property(sends, fc.double({ min: 0.001, max: 2, noNaN: true }), (gaps, perMs) => {
        const pacer = new Pacer(perMs);
        let now = 0;
        const sent = gaps.map(([gap, units]) => {
          now = Math.max(now + gap, pacer.readyAt);
          pacer.take(units, now);
          return { at: now, units };
        });
        for (let from = 0; from < sent.length; from++) {
          let before = 0;
          for (let to = from; to < sent.length; to++) {
            // The last of them goes when those before it have been made up for.
            const allowed = (sent[to]!.at - sent[from]!.at + RATE_BURST_MS) * perMs;
            expect(before).toBeLessThanOrEqual(allowed + 1e-6);
            before += sent[to]!.units;
          }
        }
      }),
    );
  });
});
