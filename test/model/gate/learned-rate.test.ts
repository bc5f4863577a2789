import { describe, expect, test } from 'vitest';
import { LearnedRate } from '../../../src/model/gate/learned-rate.ts';

/** Sends one after the other. */
class Sender {
  readonly rate = new LearnedRate();
  attempt = 0;
  now = 0;

  /** As fast as the rate allows, or every so many milliseconds, whatever it allows. */
  send(ms: number, everyMs?: number): void {
    for (const end = this.now + ms; this.now < end; ) {
      this.rate.send(++this.attempt, this.now, 0);
      if (everyMs === undefined) this.rate.noteHeld();
      this.now += everyMs ?? 1 / (this.rate.perMs ?? 1);
    }
  }

  refuse(pauseMs: number): boolean | undefined {
    this.rate.send(++this.attempt, this.now, 0);
    const news = this.rate.refused(this.attempt, this.now);
    this.now += pauseMs;
    return news;
  }

  /** The first after the pause, which is when something is learned. */
  resume(): number {
    this.rate.send(++this.attempt, this.now, 0);
    return this.rate.perMs ?? Number.NaN;
  }
}

describe('LearnedRate', () => {
  test('knows nothing before the first refusal', () => {
    const sender = new Sender();
    sender.send(1_000, 10);
    expect([sender.rate.perMs, sender.rate.isSteady(sender.now)]).toEqual([undefined, false]);
    sender.send(5_000, 10);
    expect([sender.rate.perMs, sender.rate.isSteady(sender.now)]).toEqual([undefined, true]);
  });

  test('takes what was let through from the first refusal, with the pause after it', () => {
    const sender = new Sender();
    sender.send(100, 1);
    expect(sender.refuse(900)).toBe(false);
    expect(sender.resume()).toBeCloseTo(0.1 * 0.95);
  });

  test('then doubles until the next', () => {
    const sender = new Sender();
    sender.send(100, 1);
    sender.refuse(900);
    sender.resume();
    sender.send(2_000);
    expect(sender.rate.perMs).toBeCloseTo(0.19, 1);
    expect(sender.refuse(100)).toBe(true);
    expect(sender.resume()).toBeCloseTo(0.19 * 0.8, 1);
  });

  test('takes a rate that was good for a while, a little less of it, and grows slowly up to it', () => {
    const sender = new Sender();
    sender.send(10_000, 10);
    sender.refuse(1_000);
    expect(sender.resume()).toBeCloseTo(0.095, 3);
    sender.send(1_000);
    sender.refuse(1_000);
    sender.resume();
    sender.send(8_000);
    const grown = sender.rate.perMs!;
    sender.refuse(1_000);
    const cut = sender.resume();
    expect(cut).toBeGreaterThan(grown * 0.9);
    expect(cut).toBeLessThan(grown * 0.96);
    sender.send(60_000);
    expect(sender.rate.perMs).toBeGreaterThan(grown * 1.2);
  });

  test('goes back to the rate that was good when the next one was not', () => {
    const sender = new Sender();
    for (let flow = 0; flow < 3; flow++) {
      sender.send(8_000, flow === 0 ? 10 : undefined);
      sender.refuse(1_000);
      sender.resume();
    }
    const cut = sender.rate.perMs!;
    sender.send(2_000);
    sender.refuse(1_000);
    const next = sender.resume();
    expect(next).toBeLessThan(cut * 1.01);
    expect(next).toBeGreaterThan(cut * 0.85);
  });

  test('is not lowered by pauses that are too short', () => {
    const sender = new Sender();
    for (let flow = 0; flow < 3; flow++) {
      sender.send(8_000, flow === 0 ? 10 : undefined);
      sender.refuse(1_000);
      sender.resume();
    }
    const rate = sender.rate.perMs!;
    for (let i = 0; i < 5; i++) {
      expect(sender.rate.refused(sender.attempt, sender.now)).toBe(true);
      sender.now += 500;
      expect(sender.resume()).toBeCloseTo(rate);
    }
  });

  test('of refusals that come together one is news', () => {
    const sender = new Sender();
    sender.send(100, 1);
    const { rate } = sender;
    const { attempt } = sender;
    expect(rate.refused(attempt, sender.now)).toBe(false);
    expect(rate.refused(attempt - 1, sender.now)).toBeUndefined();
    sender.now += 1_000;
    const learned = sender.resume();
    expect(rate.refused(attempt - 2, sender.now)).toBeUndefined();
    expect(rate.perMs).toBe(learned);
  });

  test('is lowered to what was let through when very much was refused', () => {
    const sender = new Sender();
    sender.send(100, 1);
    sender.refuse(900);
    sender.resume();
    sender.send(4_000);
    const high = sender.rate.perMs!;
    for (let back = 0; back < 150; back++) sender.rate.refused(sender.attempt - back, sender.now);
    sender.now += 1_000;
    const cut = sender.resume();
    expect(cut).toBeLessThan(high * 0.6);
    expect(cut).toBeGreaterThan(0);
  });

  test('does not grow for what nobody waits for', () => {
    const sender = new Sender();
    sender.send(100, 1);
    sender.refuse(900);
    const rate = sender.resume();
    for (let i = 0; i < 100; i++) {
      sender.now += 100;
      sender.rate.send(++sender.attempt, sender.now, 0);
    }
    expect(sender.rate.perMs).toBe(rate);
  });

  test('what was before a long rest does not count', () => {
    const sender = new Sender();
    sender.send(100, 1);
    sender.now += 3_600_000;
    sender.send(100, 1);
    sender.refuse(900);
    expect(sender.resume()).toBeCloseTo(0.1 * 0.95);
  });
});
