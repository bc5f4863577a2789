import type { ChartsMessage } from '../../messages.ts';

const WIDTH = 1000;
const HEIGHT = 100;
const BARS_MAX = 250;
/** A single failure among thousands of calls has to be seen too. */
const FAILED_LEAST = 8;

/**
 * Draws decisions and tool calls over time as bars in a field of 1000 by 100, and the failures in them.
 *
 * @returns Two SVG paths.
 */
export function toActivity(
  { widthMs, first, buckets }: Pick<ChartsMessage, 'widthMs' | 'first' | 'buckets'>,
  range: { readonly from: number; readonly to: number },
): { busy: string; failed: string } {
  const span = Math.max(1, range.to - range.from);
  const perBar = Math.max(1, Math.ceil(buckets.turns.length / BARS_MAX));
  const bars: { x: number; width: number; calls: number; failures: number }[] = [];
  for (let start = 0; start < buckets.turns.length; start += perBar) {
    const end = Math.min(start + perBar, buckets.turns.length);
    const x = (((first + start) * widthMs - range.from) / span) * WIDTH;
    const bar = { x, width: ((perBar * widthMs) / span) * WIDTH, calls: 0, failures: 0 };
    for (let index = start; index < end; index++) {
      bar.calls += (buckets.modelCalls[index] ?? 0) + (buckets.toolCalls[index] ?? 0);
      bar.failures += buckets.failures[index] ?? 0;
    }
    bars.push(bar);
  }
  const most = bars.reduce((max, { calls }) => Math.max(max, calls), 1);
  const draw = ({ x, width }: { x: number; width: number }, height: number): string =>
    `M${x.toFixed(1)} ${HEIGHT}v-${height.toFixed(1)}h${width.toFixed(1)}v${height.toFixed(1)}z`;
  return {
    busy: bars
      .filter(({ calls }) => calls > 0)
      .map((bar) => draw(bar, (bar.calls / most) * HEIGHT))
      .join(''),
    failed: bars
      .filter(({ failures }) => failures > 0)
      .map((bar) => draw(bar, Math.max(FAILED_LEAST, (bar.failures / most) * HEIGHT)))
      .join(''),
  };
}
