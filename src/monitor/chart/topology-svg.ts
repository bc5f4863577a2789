import { toSvgArrow, toSvgDocument, toSvgLines } from './svg-parts.ts';
import { measureLines } from './text-lines.ts';
import type { PlacedTopology } from './topology-layout.ts';

const RADIUS_PX = { group: 10, tool: 0, hub: 18 };
const LOOKS = { group: 'box strong', model: 'box', tool: 'box', hub: 'box strong dashed' };

/** Draws who talks to whom: groups with round corners, models as pills, tools with sharp corners, messages dashed. */
export function toTopologySvg(placed: PlacedTopology): string {
  return toSvgDocument({
    title: placed.id,
    width: placed.width,
    height: placed.height,
    body: [
      ...placed.edges.map(({ points, kind }) => toSvgArrow(points, kind === 'messages' ? 'dashed' : 'plain')),
      ...placed.nodes.map(({ kind, x, y, width, height, lines }) => {
        const radius = kind === 'model' ? height / 2 : RADIUS_PX[kind];
        const size = `x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"`;
        return `<g><rect class="${LOOKS[kind]}" ${size}/>${toSvgLines(lines, x + width / 2, y + (height - measureLines(lines).height) / 2, 'middle')}</g>`;
      }),
      ...placed.edges
        .filter(({ label }) => label.lines.length > 0)
        .map(({ label: { lines, x, y, width } }) => {
          return `<g class="label">${toSvgLines(lines, x + width / 2, y, 'middle')}</g>`;
        }),
    ],
  });
}
