import type { ELK, ElkEdgeSection, ElkNode } from 'elkjs/lib/elk-api.js';
import type { TextSize } from './text-lines.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What places the boxes: `elkjs`, in this thread or with a worker. */
export type Elk = Pick<ELK, 'layout'>;

export interface Box extends TextSize {
  readonly id: string;
  /** True: before all others. */
  readonly isFirst?: boolean;
}

export interface Arrow {
  /** Unique among the arrows. */
  readonly id: string;
  readonly source: string;
  readonly target: string;
  /** Size of its text; none: zero. */
  readonly label: TextSize;
}

export interface PlacedBoxes extends TextSize {
  /** Top left corners by box id. */
  readonly boxes: ReadonlyMap<string, Point>;
  readonly arrows: ReadonlyMap<string, { readonly points: readonly Point[]; readonly label: Point }>;
}

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.edgeRouting': 'ORTHOGONAL',
  // Below each other in the same layers; packed into a rectangle, they would begin anywhere.
  'elk.separateConnectedComponents': 'false',
  'elk.padding': '[top=24,left=24,bottom=24,right=24]',
  'elk.spacing.nodeNode': '36',
  'elk.spacing.edgeNode': '20',
  'elk.spacing.edgeEdge': '16',
  'elk.spacing.edgeLabel': '5',
  'elk.spacing.labelNode': '8',
  'elk.layered.spacing.nodeNodeBetweenLayers': '36',
  'elk.layered.spacing.edgeNodeBetweenLayers': '18',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '14',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.edgeLabels.sideSelection': 'SMART_DOWN',
  'elk.layered.thoroughness': '20',
};

/**
 * Places boxes in layers along a direction, with right-angled arrows and room for their labels.
 *
 * @param direction Where most arrows point to.
 * @returns The same for the same boxes and arrows, in whole and half pixels.
 */
export async function placeBoxes(
  boxes: readonly Box[],
  arrows: readonly Arrow[],
  elk: Elk,
  direction: 'RIGHT' | 'DOWN',
): Promise<PlacedBoxes> {
  const graph: ElkNode = {
    id: 'root',
    layoutOptions: { ...OPTIONS, 'elk.direction': direction },
    children: boxes.map(({ id, width, height, isFirst }) => ({
      id: `box ${id}`,
      width,
      height,
      ...(isFirst === true && { layoutOptions: { 'elk.layered.layering.layerConstraint': 'FIRST' } }),
    })),
    edges: arrows.map(({ id, source, target, label }) => ({
      id: `arrow ${id}`,
      sources: [`box ${source}`],
      targets: [`box ${target}`],
      labels: label.width === 0 ? [] : [{ text: 'label', width: label.width, height: label.height }],
    })),
  };
  const placed = await elk.layout(graph);
  const children = placed.children ?? [];
  return {
    width: placed.width ?? 0,
    height: placed.height ?? 0,
    boxes: new Map(boxes.map(({ id }, index) => [id, toPoint(children[index])])),
    arrows: new Map(
      arrows.map(({ id }, index) => {
        const { sections = [], labels = [] } = placed.edges?.[index] ?? {};
        return [id, { points: sections.flatMap(toPoints), label: toPoint(labels[0]) }];
      }),
    ),
  };
}

function toPoints({ startPoint, bendPoints = [], endPoint }: ElkEdgeSection): Point[] {
  return [startPoint, ...bendPoints, endPoint].map(toPoint);
}

function toPoint(place: { readonly x?: number; readonly y?: number } | undefined): Point {
  return { x: round(place?.x), y: round(place?.y) };
}

function round(value = 0): number {
  return Math.round(value * 2) / 2;
}
