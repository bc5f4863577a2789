/** Milliseconds to three decimals: finer than that no clock measures, and it reads better. */
export function toThousandths(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
