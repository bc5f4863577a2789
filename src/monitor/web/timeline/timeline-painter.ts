import type { Palette } from '../palette.ts';
import { LANE_PX, type RowPlace, toX } from './row-places.ts';
import type { TimelineBar } from './timeline-row.ts';
import type { Viewport } from './viewport.ts';

export interface TimelinePicture {
  readonly places: readonly RowPlace[];
  readonly view: Viewport;
  readonly ticks: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly palette: Palette;
  /** The shown moment. */
  readonly at: number;
  readonly isTravelling: boolean;
  /** The agent with the longest critical path. */
  readonly longest: string | undefined;
}

const BAR_PX = LANE_PX - 2;
const LABEL_FROM_PX = 46;
const OTHERS_ALPHA = 0.6;

/** Draws the rows of a timeline. */
export function paintTimeline(canvas: HTMLCanvasElement, picture: TimelinePicture): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const { width, height, palette, view } = picture;
  const ratio = devicePixelRatio;
  canvas.width = Math.ceil(width * ratio);
  canvas.height = Math.ceil(height * ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.fillStyle = palette.line;
  for (const tick of picture.ticks) context.fillRect(Math.round(toX(tick, view, width)), 0, 1, height);
  for (const place of picture.places) {
    paintRow(context, place, picture);
    context.fillStyle = palette.line;
    context.fillRect(0, place.top + place.height - 1, width, 1);
  }
  context.fillStyle = picture.isTravelling ? palette.travel : palette.accent;
  context.fillRect(Math.round(toX(picture.at, view, width)) - 1, 0, 2, height);
}

function paintRow(context: CanvasRenderingContext2D, place: RowPlace, picture: TimelinePicture): void {
  const { view, width, palette, longest } = picture;
  const { row, top, height, lanesTop } = place;
  if (row.agent === longest) {
    context.globalAlpha = 0.08;
    context.fillStyle = palette.accent;
    context.fillRect(0, top, width, height);
    context.globalAlpha = 1;
  }
  if (row.life !== undefined) {
    const from = toX(row.life.start, view, width);
    context.globalAlpha = 0.55;
    context.fillStyle = palette.muted;
    context.fillRect(from, lanesTop + LANE_PX / 2 - 1, toX(row.life.end, view, width) - from, 1);
    context.globalAlpha = 1;
  }
  for (const bar of row.bars) {
    if (bar.end >= view.start && bar.start <= view.end) paintBar(context, bar, lanesTop, picture);
  }
  if (row.ending !== undefined && row.life !== undefined) {
    const x = toX(row.life.end, view, width);
    context.fillStyle = row.ending === 'failed' ? palette.states.failed : palette.states.done;
    context.fillRect(x, top + 4, 3, height - 9);
  }
}

function paintBar(
  context: CanvasRenderingContext2D,
  bar: TimelineBar,
  lanesTop: number,
  { view, width, palette }: TimelinePicture,
): void {
  const x = Math.max(-2, toX(bar.start, view, width));
  const right = Math.min(width + 2, toX(bar.end, view, width));
  const barWidth = Math.max(1.5, right - x - 0.5);
  const y = lanesTop + bar.lane * LANE_PX + 1;
  const colour = toColour(bar, palette);
  context.fillStyle = colour;
  context.globalAlpha = bar.isCritical || bar.kind === 'store' ? 1 : OTHERS_ALPHA;
  if (bar.kind === 'queue') {
    context.globalAlpha = 0.5;
    context.fillRect(x, y + BAR_PX / 2 - 1.5, barWidth, 3);
  } else context.fillRect(x, y, barWidth, BAR_PX);
  context.globalAlpha = 1;
  if (bar.isCritical && bar.kind === 'tool') {
    context.fillStyle = palette.text;
    context.fillRect(x, y + BAR_PX - 2, barWidth, 2);
  }
  if (barWidth < LABEL_FROM_PX || bar.kind === 'queue' || bar.kind === 'store') return;
  context.save();
  context.beginPath();
  context.rect(x, y, barWidth - 3, BAR_PX);
  context.clip();
  const isTool = bar.kind === 'tool';
  const name = bar.isError ? 'failed' : isTool ? 'executing-tools' : 'decide';
  context.fillStyle = palette.onStates[name];
  context.font = '9px system-ui, sans-serif';
  context.textBaseline = 'middle';
  context.fillText(bar.isError ? `${bar.label} failed` : bar.label, x + 4, y + BAR_PX / 2);
  context.restore();
}

function toColour({ kind, isError }: TimelineBar, palette: Palette): string {
  if (isError) return palette.states.failed;
  if (kind === 'tool') return palette.states['executing-tools'];
  if (kind === 'store') return palette.states.storing;
  return palette.states.decide;
}
