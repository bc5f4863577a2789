import { describe, expect, test } from 'vitest';
import { SendMeter } from '../../../src/model/gate/send-meter.ts';

function send(meter: SendMeter, from: number, to: number, everyMs: number): void {
  for (let at = from; at < to; at += everyMs) meter.add(at);
}

describe('SendMeter', () => {
  test('knows nothing before there has been enough', () => {
    const meter = new SendMeter(1_000);
    send(meter, 1_000, 1_200, 10);
    expect([meter.recent(5_999), meter.latest]).toEqual([undefined, Number.POSITIVE_INFINITY]);
  });

  test('has the rate of the last while, but for what was refused', () => {
    const meter = new SendMeter(0);
    send(meter, 0, 6_000, 10);
    expect(meter.recent(6_000)).toBeCloseTo(0.1);
    for (let i = 0; i < 60; i++) meter.takeBack();
    expect(meter.recent(6_000)).toBeCloseTo(0.09);
  });

  test('forgets what is older than two spans', () => {
    const meter = new SendMeter(0);
    send(meter, 0, 10_000, 1);
    send(meter, 10_000, 20_000, 20);
    expect(meter.recent(20_000)).toBeCloseTo(0.05);
  });

  test('has the rate of the latest sends', () => {
    const meter = new SendMeter(0);
    send(meter, 0, 10_000, 100);
    send(meter, 10_000, 10_330, 10);
    expect(meter.latest).toBeCloseTo(0.1);
  });
});
