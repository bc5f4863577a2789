import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { formatClock, formatRate } from '../format.ts';
import { palette } from '../palette.ts';

export interface PlotSeries {
  readonly label: string;
  readonly colour: string;
  readonly fill: boolean;
}

interface PlotProps {
  readonly title: string;
  /** The newest value, in words. */
  readonly value: string;
  readonly series: readonly PlotSeries[];
  /** Seconds, then a column a series. */
  readonly data: number[][];
  readonly from: number;
  readonly to: number;
  /** The least that the axis shows. */
  readonly least: number;
}

const HEIGHT_PX = 104;

/** Numbers over the time of the run. */
export function Plot({ title, value, series, data, from, to, least }: PlotProps) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const span = useRef({ from, to, least });
  span.current = { from, to, least };
  const colours = palette.value;
  const key = series.map(({ label, colour }) => label + colour).join();
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const options = toOptions(element.clientWidth, series, span, { muted: colours.muted, line: colours.line });
    const made = new uPlot(options, data as uPlot.AlignedData, element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [key, colours]);
  useEffect(() => {
    plot.current?.setData(data as uPlot.AlignedData);
  }, [data, from, to]);
  return (
    <figure class="plot">
      <figcaption class="panel-title">
        {title} <span class="plot-value">{value}</span>
      </figcaption>
      <div ref={frame} role="img" aria-label={`${title}: ${value}`} />
    </figure>
  );
}

function toOptions(
  width: number,
  series: readonly PlotSeries[],
  span: { readonly current: { readonly from: number; readonly to: number; readonly least: number } },
  { muted, line }: { readonly muted: string; readonly line: string },
): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: muted,
    font: '11px system-ui, sans-serif',
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { show: false },
    padding: [6, 4, 0, 0],
    scales: {
      x: { time: false, range: () => [span.current.from, Math.max(span.current.to, span.current.from + 0.001)] },
      y: { range: (_, __, max) => [0, Math.max(span.current.least, max * 1.05)] },
    },
    axes: [
      { ...axis, size: 20, gap: 3, space: 70, values: (_, marks) => marks.map((mark) => formatClock(mark * 1000, 0)) },
      { ...axis, size: 44, gap: 4, space: 28, values: (_, marks) => marks.map(formatRate) },
    ],
    series: [
      {},
      ...series.map(({ label, colour, fill }) => ({
        label,
        stroke: colour,
        width: fill ? 0 : 1.5,
        points: { show: false },
        ...(fill && { fill: colour }),
      })),
    ],
  };
}
