import type { PlacedText } from './layout.ts';
import { type MessageHub, toMessageHubs } from './message-hubs.ts';
import { type Elk, type Point, placeBoxes } from './place-boxes.ts';
import { measureLines, type TextLine, type TextSize } from './text-lines.ts';
import type { Topology, TopologyEdge, TopologyNode } from './topology.ts';
import { toDetail } from './topology-detail.ts';

/** Who talks to whom with a place for everything, in pixels from the top left corner. */
export interface PlacedTopology {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly ((TopologyNode | MessageHub) & PlacedText)[];
  readonly edges: readonly PlacedEdge[];
}

export interface PlacedEdge extends TopologyEdge {
  /** From the source's border to the target's; at least two. */
  readonly points: readonly Point[];
  /** Without lines where a hub says it. */
  readonly label: PlacedText;
}

const PADDING_PX = { x: 18, y: 10 };
const NODE_MIN_PX = { width: 100, height: 0 };
/** Room for the tip of an arrow at a hub, and how high it makes a hub at most. */
const TIP_PX = 11;
const HUB_MAX_PX = 200;
const HUB_LINES: readonly TextLine[] = [{ text: 'messages', kind: 'words' }];
const ORIGIN: Point = { x: 0, y: 0 };

/** Places groups, models and tools in layers from left to right, with arrows between those that talk. */
export async function layoutTopology(topology: Topology, elk: Elk): Promise<PlacedTopology> {
  const { hubs, edges } = toMessageHubs(topology);
  const boxes = [...topology.nodes, ...hubs].map((node) => {
    const lines = toNodeLines(node);
    const { width, height } = measureLines(lines);
    const min = node.kind === 'hub' ? toHubSize(node, edges) : NODE_MIN_PX;
    return {
      ...node,
      lines,
      width: Math.max(width + 2 * PADDING_PX.x, min.width),
      height: Math.max(height + 2 * PADDING_PX.y, min.height),
    };
  });
  const ofHubs = new Set(hubs.map(({ id }) => id));
  const arrows = edges.map(({ source, target, kind }, index) => {
    const lines: TextLine[] = ofHubs.has(source) || ofHubs.has(target) ? [] : [{ text: kind, kind: 'words' }];
    return { id: String(index), source, target, label: { lines, ...measureLines(lines) } };
  });
  const placed = await placeBoxes(boxes, arrows, elk, 'RIGHT');
  return {
    id: topology.id,
    width: placed.width,
    height: placed.height,
    nodes: boxes.map((box) => ({ ...box, ...(placed.boxes.get(box.id) ?? ORIGIN) })),
    edges: edges.map((edge, index) => {
      const { points = [], label = ORIGIN } = placed.arrows.get(String(index)) ?? {};
      const { lines, width, height } = arrows[index]?.label ?? { lines: [], width: 0, height: 0 };
      return { ...edge, points, label: { ...label, lines, width, height } };
    }),
  };
}

/** Its arrows come and go on one side. */
function toHubSize({ id }: MessageHub, edges: readonly TopologyEdge[]): TextSize {
  const arrows = edges.filter(({ source, target }) => source === id || target === id).length;
  return { width: 0, height: Math.min((arrows + 1) * TIP_PX, HUB_MAX_PX) };
}

function toNodeLines(node: TopologyNode | MessageHub): readonly TextLine[] {
  if (node.kind === 'hub') return HUB_LINES;
  return [
    { text: node.name, kind: 'title' },
    { text: toDetail(node), kind: 'words' },
  ];
}
