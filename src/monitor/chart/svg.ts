import type { PlacedChart, PlacedState, PlacedTransition } from './layout.ts';
import { INITIAL_RADIUS_PX } from './layout.ts';
import { toSvgArrow, toSvgDocument, toSvgLines } from './svg-parts.ts';
import { lineHeight } from './text-lines.ts';

const PADDING_PX = 10;
const RADIUS_PX = 10;
/** Between the two borders of a final state. */
const RING_PX = 3;

/** Draws a chart as an SVG document that needs nothing else and follows the reader's light or dark colours. */
export function toSvg(placed: PlacedChart): string {
  const { x, y, points } = placed.initial;
  return toSvgDocument({
    title: placed.id,
    width: placed.width,
    height: placed.height,
    body: [
      `<circle class="dot" cx="${x}" cy="${y}" r="${INITIAL_RADIUS_PX}"/>`,
      toSvgArrow(points),
      ...placed.transitions.map(({ points: line }) => toSvgArrow(line)),
      ...placed.states.map(toState),
      ...placed.transitions.map(toLabel),
    ],
  });
}

function toState({ kind, x, y, width, height, lines }: PlacedState): string {
  const [title, ...more] = lines;
  const top = y + PADDING_PX;
  const parts = [
    `<rect class="box${kind === 'any' ? ' dashed' : ''}" x="${x}" y="${y}" width="${width}" height="${height}" rx="${RADIUS_PX}"/>`,
  ];
  if (kind === 'final') {
    const size = `x="${x + RING_PX}" y="${y + RING_PX}" width="${width - 2 * RING_PX}" height="${height - 2 * RING_PX}"`;
    parts.push(`<rect class="ring" ${size} rx="${RADIUS_PX - RING_PX}"/>`);
  }
  if (title !== undefined) parts.push(toSvgLines([title], x + width / 2, top, 'middle'));
  if (more.length > 0) parts.push(toSvgLines(more, x + width / 2, top + lineHeight('title'), 'middle'));
  return `<g>${parts.join('')}</g>`;
}

function toLabel({ label }: PlacedTransition): string {
  return `<g class="label">${toSvgLines(label.lines, label.x + label.width / 2, label.y, 'middle')}</g>`;
}
