import { ANY_STATE, type ChartGraph, type ChartState, type ChartTransition } from './graph.ts';
import { type Arrow, type Elk, type Point, placeBoxes } from './place-boxes.ts';
import { measureLines, type TextLine, toLines } from './text-lines.ts';

/** `x` and `y` are the top left corner. */
export interface PlacedText extends Point {
  readonly width: number;
  readonly height: number;
  readonly lines: readonly TextLine[];
}

/** A chart with a place for everything, in pixels from the top left corner. */
export interface PlacedChart {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly states: readonly PlacedState[];
  /** Without the internal ones, which are lines in the boxes of their states. */
  readonly transitions: readonly PlacedTransition[];
  /** Where the chart starts: the dot's centre, and the arrow from it to the first state. */
  readonly initial: Point & { readonly points: readonly Point[] };
}

/** `any` is the box from which the transitions of the root start; its id is `ANY_STATE`. */
export interface PlacedState extends Omit<ChartState, 'kind'>, PlacedText {
  readonly kind: ChartState['kind'] | 'any';
}

export interface PlacedTransition extends ChartTransition {
  /** From the source's border to the target's; at least two. */
  readonly points: readonly Point[];
  readonly label: PlacedText;
}

export const INITIAL_RADIUS_PX = 7;
const PADDING_PX = { x: 16, y: 10 };
const BOX_MIN_WIDTH_PX = 96;
/** Where texts are broken, in characters. */
const BOX_CHARS = 36;
const LABEL_CHARS = 26;
/** No state's name. */
const INITIAL = '';
const ORIGIN: Point = { x: 0, y: 0 };

/**
 * Places a chart: states as boxes in layers from top to bottom, transitions as right-angled arrows with labels.
 *
 * Sizes are estimated from the number of characters; see `text-lines.ts`.
 */
export async function layoutChart(graph: ChartGraph, elk: Elk): Promise<PlacedChart> {
  const states = toBoxes(graph);
  const transitions = graph.transitions
    .filter(({ internal }) => !internal)
    .map((transition) => {
      const lines = toLabel(transition);
      return { transition, label: { lines, ...measureLines(lines) } };
    });
  const dot = { id: INITIAL, width: 2 * INITIAL_RADIUS_PX, height: 2 * INITIAL_RADIUS_PX, isFirst: true };
  const arrows: Arrow[] = transitions.map(({ transition: { id, source, target }, label }) => ({
    id,
    source,
    target,
    label,
  }));
  const start = { id: INITIAL, source: INITIAL, target: graph.initial, label: { width: 0, height: 0 } };
  const placed = await placeBoxes([dot, ...states], [start, ...arrows], elk, 'DOWN');
  const corner = placed.boxes.get(INITIAL) ?? ORIGIN;
  return {
    id: graph.id,
    width: placed.width,
    height: placed.height,
    states: states.map((state) => ({ ...state, ...(placed.boxes.get(state.id) ?? ORIGIN) })),
    transitions: transitions.map(({ transition, label }) => {
      const arrow = placed.arrows.get(transition.id);
      return { ...transition, points: arrow?.points ?? [], label: { ...label, ...(arrow?.label ?? ORIGIN) } };
    }),
    initial: {
      x: corner.x + INITIAL_RADIUS_PX,
      y: corner.y + INITIAL_RADIUS_PX,
      points: placed.arrows.get(INITIAL)?.points ?? [],
    },
  };
}

/** The states with their texts, and the box for any state when something starts there. */
function toBoxes(graph: ChartGraph): Omit<PlacedState, 'x' | 'y'>[] {
  const any = { id: ANY_STATE, kind: 'any', entry: [] } as const;
  const hasAny = graph.transitions.some(({ source }) => source === ANY_STATE);
  return [...graph.states, ...(hasAny ? [any] : [])].map((state) => {
    const lines = toStateLines(state, graph.transitions);
    const { width, height } = measureLines(lines);
    return {
      ...state,
      lines,
      width: Math.max(width + 2 * PADDING_PX.x, BOX_MIN_WIDTH_PX),
      height: height + 2 * PADDING_PX.y,
    };
  });
}

function toStateLines(state: Omit<PlacedState, keyof PlacedText>, transitions: readonly ChartTransition[]): TextLine[] {
  const { id, kind, description = '', entry } = state;
  const internal = transitions.filter((transition) => transition.internal && transition.source === id);
  return [
    { text: kind === 'any' ? 'any state' : id, kind: 'title' },
    ...toLines(description, 'words', BOX_CHARS),
    ...(entry.length > 0 ? toLines(`entry / ${entry.join(', ')}`, 'code', BOX_CHARS) : []),
    ...internal.flatMap((transition) => toCode(transition, BOX_CHARS)),
  ];
}

function toLabel(transition: ChartTransition): TextLine[] {
  return [...toLines(transition.description ?? '', 'words', LABEL_CHARS), ...toCode(transition, LABEL_CHARS)];
}

/** As statecharts write it: `event [guard]`, then `/ action, action`; each begins a line of its own if it has to. */
function toCode({ event, guard, actions }: ChartTransition, maxChars: number): TextLine[] {
  const cause = [event, guard === undefined ? '' : `[${guard}]`].filter((part) => part !== '').join(' ');
  const effect = actions.length === 0 ? '' : `/ ${actions.join(', ')}`;
  const line = `${cause} ${effect}`.trim();
  if (line.length <= maxChars) return toLines(line, 'code', maxChars);
  return [cause, effect].flatMap((text) => toLines(text, 'code', maxChars));
}
