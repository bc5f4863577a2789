import type { Point } from './place-boxes.ts';
import { FONT_PX, LINE_HEIGHT, lineHeight, type TextLine } from './text-lines.ts';

const CORNER_PX = 7;
/** Room above the drawing for its title, and its frame's distance from the edge. */
const TITLE_PX = 30;
const MARGIN_PX = 1;

/** Works inside a page too: everything is below `.troupe-chart`. */
const STYLE = `
.troupe-chart { --paper: #ffffff; --box: #f4f6fb; --line: #5b6475; --text: #1b2130; --soft: #566074; --accent: #2f6feb; }
@media (prefers-color-scheme: dark) {
  .troupe-chart { --paper: #11151d; --box: #1b2230; --line: #8b96aa; --text: #e8ecf4; --soft: #a3aec2; --accent: #79a8ff; }
}
.troupe-chart text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: var(--text); }
.troupe-chart .title { font-size: ${FONT_PX.title}px; font-weight: 600; }
.troupe-chart .words { font-size: ${FONT_PX.words}px; }
.troupe-chart .code { font-size: ${FONT_PX.code}px; font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: var(--soft); }
.troupe-chart .label text { stroke: var(--paper); stroke-width: 3px; paint-order: stroke; stroke-linejoin: round; }
.troupe-chart .frame { fill: var(--paper); stroke: var(--line); stroke-opacity: 0.4; }
.troupe-chart .box { fill: var(--box); stroke: var(--line); stroke-width: 1.3; }
.troupe-chart .box.dashed { fill: none; stroke-dasharray: 5 4; }
.troupe-chart .box.strong { stroke: var(--accent); }
.troupe-chart .ring { fill: none; stroke: var(--line); stroke-width: 1.3; }
.troupe-chart .rule { stroke: var(--line); stroke-opacity: 0.45; }
.troupe-chart .arrow { fill: none; stroke: var(--line); stroke-width: 1.3; }
.troupe-chart .arrow.dashed { stroke: var(--accent); stroke-dasharray: 5 4; }
.troupe-chart .tip, .troupe-chart .dot { fill: var(--line); }
.troupe-chart .tip.strong { fill: var(--accent); }
`.trim();

/** A whole SVG document with a frame and a title. Neither scripts nor anything from outside. */
export function toSvgDocument(drawing: {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly body: readonly string[];
}): string {
  const width = Math.ceil(drawing.width) + 2 * MARGIN_PX;
  const height = Math.ceil(drawing.height) + TITLE_PX + 2 * MARGIN_PX;
  const title = escapeXml(drawing.title);
  const tip = (id: string, names: string) =>
    `<marker id="${id}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path class="${names}" d="M0 0.5 10 5 0 9.5z"/></marker>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="troupe-chart" role="img" width="${width}" height="${height}" viewBox="${-MARGIN_PX} ${-TITLE_PX - MARGIN_PX} ${width} ${height}">`,
    `<title>${title}</title>`,
    `<style>${STYLE}</style>`,
    `<defs>${tip('troupe-tip', 'tip')}${tip('troupe-tip-strong', 'tip strong')}</defs>`,
    `<rect class="frame" x="0" y="${-TITLE_PX}" width="${width - 2 * MARGIN_PX}" height="${height - 2 * MARGIN_PX}" rx="10"/>`,
    `<text class="title" x="16" y="-8">${title}</text>`,
    ...drawing.body,
    '</svg>',
    '',
  ].join('\n');
}

/** @param look `dashed`: for what is drawn as another kind of arrow. */
export function toSvgArrow(points: readonly Point[], look: 'plain' | 'dashed' = 'plain'): string {
  const [names, tip] = look === 'plain' ? ['arrow', 'troupe-tip'] : ['arrow dashed', 'troupe-tip-strong'];
  return `<path class="${names}" marker-end="url(#${tip})" d="${toPath(points)}"/>`;
}

/** Lines one below the other. @param top Where the first begins, not its baseline. */
export function toSvgLines(lines: readonly TextLine[], x: number, top: number, anchor: 'start' | 'middle'): string {
  let y = top;
  return lines
    .map(({ text, kind }) => {
      const baseline = y + FONT_PX[kind] * ((LINE_HEIGHT - 1) / 2 + 0.8);
      y += lineHeight(kind);
      const place = `x="${toNumber(x)}" y="${toNumber(baseline)}"`;
      return `<text class="${kind}" ${place}${anchor === 'middle' ? ' text-anchor="middle"' : ''}>${escapeXml(text)}</text>`;
    })
    .join('');
}

/** Also without the characters that XML cannot hold at all. */
export function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/\p{Surrogate}/gu, '\ufffd')
      .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
  );
}

/** Straight lines whose corners are rounded. */
function toPath(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const [before, after] = [points[index - 1], points[index + 1]];
      if (before === undefined) return `M${at(point)}`;
      if (after === undefined) return `L${at(point)}`;
      return `L${at(towards(point, before))} Q${at(point)} ${at(towards(point, after))}`;
    })
    .join(' ');
}

/** A little way from a corner to the next, at most half of it. */
function towards(corner: Point, next: Point): Point {
  const length = Math.hypot(next.x - corner.x, next.y - corner.y);
  const share = length === 0 ? 0 : Math.min(CORNER_PX / length, 0.5);
  return { x: corner.x + (next.x - corner.x) * share, y: corner.y + (next.y - corner.y) * share };
}

function at({ x, y }: Point): string {
  return `${toNumber(x)} ${toNumber(y)}`;
}

function toNumber(value: number): number {
  return Math.round(value * 10) / 10;
}
