import { signal } from '@preact/signals';
import { type PlacedBoxes, type Point, placeBoxes } from '../../chart/place-boxes.ts';
import { measureLines, type TextLine } from '../../chart/text-lines.ts';
import { loadElk } from '../chart/load-elk.ts';
import { createLatest } from '../latest.ts';
import { NUMBERS_MAX, type TalkGraph, type TalkNode, toArrowId } from './talk-graph.ts';

export interface PlacedTalk {
  /** Of the graph it is of. */
  readonly key: string;
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  /** By arrow. */
  readonly arrows: PlacedBoxes['arrows'];
}

export interface PlacedNode extends TalkNode, Point {
  readonly width: number;
  readonly height: number;
  readonly lines: readonly TextLine[];
}

/** The graph drawn last; undefined until there is one. */
export const placedTalk = signal<PlacedTalk | undefined>(undefined);
/** Why it cannot be drawn. */
export const talkProblem = signal<string | undefined>(undefined);

/** Where everything stands changes no more often: nobody could follow. */
const REST_MS = 1_000;
const PADDING_PX = { x: 16, y: 9 };
const MIN_WIDTH_PX = 84;
/** For an arrow's number; with many arrows they are shown only when one is pointed at, over whatever is there. */
export const NUMBER = { width: 62, height: 16 };
const NO_LABEL = { width: 0, height: 0 };

/** Works out where a graph's nodes and arrows are, in a worker; what comes meanwhile waits, and only the newest is done. */
export const placeTalk = createLatest<TalkGraph>((graph, done) => {
  place(graph)
    .then(
      (placed) => {
        placedTalk.value = placed;
        talkProblem.value = undefined;
      },
      (error: unknown) => {
        talkProblem.value = error instanceof Error ? error.message : String(error);
      },
    )
    .finally(() => setTimeout(done, REST_MS));
});

/** Two graphs with the same key have the same places. */
export function toGraphKey({ nodes, edges }: TalkGraph): string {
  return JSON.stringify([nodes, edges.map(toArrowId)]);
}

/** A narrow page is higher than wide. */
function toDirection(): 'RIGHT' | 'DOWN' {
  return matchMedia('(max-width: 600px)').matches ? 'DOWN' : 'RIGHT';
}

async function place(graph: TalkGraph): Promise<PlacedTalk> {
  const boxes = graph.nodes.map((node) => {
    const lines: TextLine[] = [{ text: node.name, kind: 'title' }];
    if (node.detail !== '') lines.push({ text: node.detail, kind: 'words' });
    const { width, height } = measureLines(lines);
    const size = { width: Math.max(MIN_WIDTH_PX, width + 2 * PADDING_PX.x), height: height + 2 * PADDING_PX.y };
    return { ...node, id: node.name, lines, ...size };
  });
  const label = graph.edges.length <= NUMBERS_MAX ? NUMBER : NO_LABEL;
  const arrows = graph.edges.map(({ from, to }) => {
    return { id: toArrowId({ from, to }), source: from, target: to, label };
  });
  const placed = await placeBoxes(boxes, arrows, await loadElk(), toDirection());
  return {
    key: toGraphKey(graph),
    width: placed.width,
    height: placed.height,
    nodes: boxes.map((box) => ({ ...box, ...(placed.boxes.get(box.id) ?? { x: 0, y: 0 }) })),
    arrows: placed.arrows,
  };
}
