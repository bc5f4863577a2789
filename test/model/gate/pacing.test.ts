import { describe, expect, test } from 'vitest';
import { Pacing } from '../../../src/model/gate/pacing.ts';
import { observe, request } from '../requests.ts';

const asked = request(observe('x'.repeat(400)));

describe('Pacing', () => {
  test('without terms nothing is held up or counted', () => {
    const pacing = new Pacing({});
    for (let attempt = 1; attempt <= 1_000; attempt++) pacing.send(asked, attempt, 1, 0);
    expect(pacing.readyAt(0)).toBeLessThanOrEqual(0);
    expect([pacing.places, pacing.learnedRpm(0), pacing.isSteady(0)]).toEqual([
      Number.POSITIVE_INFINITY,
      undefined,
      true,
    ]);
    expect(pacing.send(asked, 1_001, 7, 5)).toEqual({
      attempt: 1_001,
      sentAt: 5,
      inFlight: 7,
      reserved: 0,
      tokensSent: 0,
    });
  });

  test('keeps the declared number of calls at once, and requests a minute', () => {
    const pacing = new Pacing({ concurrency: 3, rpm: 600 });
    expect(pacing.places).toBe(3);
    pacing.send(asked, 1, 1, 1_000);
    pacing.send(asked, 2, 2, 1_000);
    expect(pacing.readyAt(1_000)).toBe(1_000 - 25 + 200);
  });

  test('reserves tokens, and settles with what was used', () => {
    const pacing = new Pacing({ tpm: 60_000 });
    const sent = pacing.send(asked, 1, 1, 0);
    expect(sent.reserved).toBe(356);
    expect(pacing.readyAt(0)).toBe(356 - 25);
    pacing.answered(sent, asked, { inputTokens: 100, outputTokens: 1_000 }, 10);
    expect(pacing.readyAt(10)).toBe(1_100 - 25);
  });

  test('what is refused has used nothing, and what fails all that was reserved', () => {
    const pacing = new Pacing({ tpm: 60_000 });
    pacing.refused(pacing.send(asked, 1, 1, 0), 5);
    expect(pacing.readyAt(5)).toBe(-25);
    pacing.answered(pacing.send(asked, 2, 1, 5), asked, undefined, 10);
    expect(pacing.readyAt(10)).toBe(5 - 25 + 356);
  });

  test('learns, if it is to', () => {
    const pacing = new Pacing({ adaptive: true, rpm: 6_000 });
    expect(pacing.places).toBe(16);
    let sent = pacing.send(asked, 1, 1, 0);
    for (let attempt = 2; attempt <= 100; attempt++) sent = pacing.send(asked, attempt, 1, attempt);
    pacing.refused(sent, 100);
    expect(pacing.learnedRpm(100)).toBeUndefined();
    pacing.send(asked, 101, 1, 1_100);
    expect(pacing.learnedRpm(1_100)).toBeCloseTo((99 / 1_100) * 0.95 * 60_000, -1);
  });
});
