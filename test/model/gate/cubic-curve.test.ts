import { describe, expect, test } from 'vitest';
import { CubicCurve } from '../../../src/model/gate/cubic-curve.ts';

function valuesOf(curve: CubicCurve, ms: number, steps: number): number[] {
  return Array.from({ length: steps }, () => {
    curve.grow(ms);
    return curve.value;
  });
}

describe('CubicCurve', () => {
  test('begins where it is told, and twice the plateau comes after the scale', () => {
    const curve = new CubicCurve(90, 100, 10_000);
    expect(curve.value).toBeCloseTo(90);
    curve.grow(10_000 * Math.cbrt(0.1));
    expect(curve.value).toBeCloseTo(100);
    curve.grow(10_000);
    expect(curve.value).toBeCloseTo(200);
  });

  test('never shrinks, and is flattest at the plateau', () => {
    const values = valuesOf(new CubicCurve(50, 100, 10_000), 500, 40);
    const steps = values.slice(1).map((value, index) => value - values[index]!);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
    const flattest = steps.indexOf(Math.min(...steps));
    expect(values[flattest]).toBeGreaterThan(99);
    expect(values[flattest]).toBeLessThan(101);
  });

  test('says when it is beyond the plateau', () => {
    const curve = new CubicCurve(100, 100, 10_000);
    curve.grow(3_000);
    expect(curve.isBeyond).toBe(false);
    curve.grow(1_000);
    expect(curve.isBeyond).toBe(true);
  });
});
